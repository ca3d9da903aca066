import HearthCore

/// Keywords that speak of the value as a whole.
extension SchemaEvaluation {
    /// - Parameter evaluated: parts that earlier keywords of the same schema have evaluated.
    mutating func apply(
        _ keyword: Keyword, of node: SchemaNode, to value: JSONReference, evaluated: Set<UInt32>
    ) -> Verdict {
        switch keyword.rule {
        case .reference(let target):
            return conjunction(
                [evaluate(target, value, under: [])], keyword, node, "does not satisfy the schema it must")
        case .allOf(let targets):
            var verdicts: [Verdict] = []
            for (index, target) in targets.enumerated() {
                verdicts.append(evaluate(target, value, under: [String(index)]))
            }
            return conjunction(verdicts, keyword, node, "does not satisfy all schemas it must")
        case .anyOf(let targets): return alternatives(targets, value, keyword, node, atMost: .max)
        case .oneOf(let targets): return alternatives(targets, value, keyword, node, atMost: 1)
        case .not(let target):
            let verdict = evaluate(target, value)
            return verdict.isValid ? fault("must not have this form", keyword, node) : success(keyword, node)
        case .conditional(let condition, let then, let otherwise):
            return conditional(condition, then, otherwise, value, keyword, node)
        case .dependentSchemas(let entries):
            guard value.kind == .object else { return success(keyword, node) }
            var verdicts: [Verdict] = []
            for entry in entries where value.hasMember(entry.name) {
                verdicts.append(evaluate(entry.node, value, under: [entry.name.text]))
            }
            return conjunction(verdicts, keyword, node, "does not satisfy what its members demand")

        case .type(let types):
            if !types.isDisjoint(with: TypeSet(value)) { return success(keyword, node) }
            return fault("must be \(types.words), not \(TypeSet(value).ownWord)", keyword, node)
        case .const(let constant):
            if program.constants[constant].isEqual(to: value) { return success(keyword, node) }
            return fault("must be \(Wording.shortText(program.constants[constant]))", keyword, node)
        case .enumeration(let constants):
            if constants.contains(where: { program.constants[$0].isEqual(to: value) }) { return success(keyword, node) }
            return fault("must be \(Wording.choice(constants.map { program.constants[$0] }))", keyword, node)

        case .bound(let bound):
            guard let number = JSONNumber(value), !bound.allows(number) else { return success(keyword, node) }
            return fault("must be \(bound.words)", keyword, node)
        case .multipleOf(let divisor, let text):
            guard let number = JSONNumber(value), !divisor.divides(number) else { return success(keyword, node) }
            return fault("must be a multiple of \(text)", keyword, node)

        case .minLength(let count):
            guard let length = value.length, length < count else { return success(keyword, node) }
            return fault("must have at least \(Wording.count(count, "character"))", keyword, node)
        case .maxLength(let count):
            guard let length = value.length, length > count else { return success(keyword, node) }
            return fault("must have at most \(Wording.count(count, "character"))", keyword, node)
        case .pattern(let pattern):
            guard value.isText, !matches(pattern, value) else { return success(keyword, node) }
            return fault("must match the pattern \(program.source(ofPattern: pattern))", keyword, node)
        case .format(let name, let format):
            if let format, value.isText, !value.withText({ format.accepts($0) }) {
                return fault("must be \(format.expectation)", keyword, node)
            }
            return success(keyword, node, annotation: .string(name))

        case .annotation(let annotation): return success(keyword, node, annotation: annotation)
        case .prefixItems, .items, .contains, .minItems, .maxItems, .uniqueItems, .unevaluatedItems:
            return value.kind == .array
                ? applyToArray(keyword, of: node, to: value, evaluated: evaluated) : success(keyword, node)
        case .properties, .patternProperties, .additionalProperties, .propertyNames, .minProperties, .maxProperties,
            .required, .dependentRequired, .unevaluatedProperties:
            return value.kind == .object
                ? applyToObject(keyword, of: node, to: value, evaluated: evaluated) : success(keyword, node)
        }
    }

    mutating func matches(_ pattern: Int, _ value: JSONReference) -> Bool {
        let code = program.patterns[pattern]
        return value.withText { run.matches(code, $0) }
    }

    /// A keyword that holds when all its subschemas do.
    func conjunction(_ verdicts: [Verdict], _ keyword: Keyword, _ node: SchemaNode, _ message: String) -> Verdict {
        let failed = verdicts.filter { !$0.isValid }
        guard failed.isEmpty else {
            return fault(message, keyword, node, role: .conjunction, children: failed.flatMap(\.units))
        }
        return success(
            keyword, node, evaluated: verdicts.reduce(into: []) { $0.formUnion($1.evaluated) },
            notes: verdicts.flatMap(\.units))
    }

    private mutating func alternatives(
        _ targets: [Int], _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode, atMost: Int
    ) -> Verdict {
        var holding: [Verdict] = []
        var failed: [Verdict] = []
        for (index, target) in targets.enumerated() {
            let verdict = evaluate(target, value, under: [String(index)])
            if verdict.isValid { holding.append(verdict) } else { failed.append(verdict) }
        }
        if holding.isEmpty {
            return fault(
                "has none of the \(targets.count) forms that are allowed", keyword, node, role: .choice,
                children: failed.flatMap(\.units))
        }
        if holding.count > atMost {
            return fault("has \(holding.count) of the allowed forms at once, and must have exactly one", keyword, node)
        }
        return conjunction(holding, keyword, node, "")
    }

    private mutating func conditional(
        _ condition: Int, _ then: Int?, _ otherwise: Int?, _ value: JSONReference, _ keyword: Keyword,
        _ node: SchemaNode
    ) -> Verdict {
        var verdict = evaluate(condition, value)
        let holds = verdict.isValid
        let target = holds ? then : otherwise
        if !holds { verdict = Verdict() }
        guard let target else { return conjunction([verdict], keyword, node, "") }
        return sibling(holds ? "then" : "else", keyword) { evaluation, branch in
            let outcome = evaluation.evaluate(target, value, under: [])
            return evaluation.conjunction(
                [verdict, outcome], branch, node, "does not satisfy what its other parts demand")
        }
    }
}

extension JSONReference {
    var isText: Bool { kind == .string || kind == .binary }

    /// Unicode scalars of a text.
    var length: Int? { isText ? withText { $0.scalarCount } : nil }

    func hasMember(_ name: MemberName) -> Bool { name.bytes.withUnsafeBufferPointer { self[utf8: $0] != nil } }
}
