import HearthCore

/// Which keywords are applied, and those that apply other schemas to the same value.
///
/// Functions on the path of recursion are kept small: their frames, one set per level of schemas, are what the limit on
/// depth is measured by.
extension SchemaEvaluation {
    /// - Parameter evaluated: parts that earlier keywords of the same schema have evaluated.
    mutating func apply(
        _ keyword: Keyword, of node: SchemaNode, to value: JSONReference, evaluated: Set<UInt32>
    ) -> Verdict {
        switch keyword.rule.subject {
        case .sameValue: applyInPlace(keyword, of: node, to: value)
        case .anyValue: check(keyword, of: node, on: value)
        case .array:
            value.kind == .array
                ? applyToArray(keyword, of: node, to: value, evaluated: evaluated) : success(keyword, node)
        case .object:
            value.kind == .object
                ? applyToObject(keyword, of: node, to: value, evaluated: evaluated) : success(keyword, node)
        }
    }

    private mutating func applyInPlace(_ keyword: Keyword, of node: SchemaNode, to value: JSONReference) -> Verdict {
        switch keyword.rule {
        case .reference(let target): reference(target, value, keyword, node)
        case .allOf(let targets): allOf(targets, value, keyword, node)
        case .anyOf(let targets): alternatives(targets, value, keyword, node, atMost: .max)
        case .oneOf(let targets): alternatives(targets, value, keyword, node, atMost: 1)
        case .not(let target): not(target, value, keyword, node)
        case .conditional(let condition, let then, let otherwise):
            conditional(condition, then, otherwise, value, keyword, node)
        case .dependentSchemas(let entries): dependentSchemas(entries, value, keyword, node)
        default: success(keyword, node)
        }
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

    private mutating func reference(
        _ target: Int, _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        conjunction(
            [evaluate(target, value, under: [])], keyword, node, "does not satisfy the schema that is referred to")
    }

    private mutating func allOf(
        _ targets: [Int], _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var verdicts: [Verdict] = []
        for (index, target) in targets.enumerated() {
            verdicts.append(evaluate(target, value, under: [String(index)]))
        }
        return conjunction(verdicts, keyword, node, "does not satisfy all schemas it must")
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

    private mutating func not(
        _ target: Int, _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        evaluate(target, value).isValid ? fault("must not have this form", keyword, node) : success(keyword, node)
    }

    private mutating func conditional(
        _ condition: Int, _ then: Int?, _ otherwise: Int?, _ value: JSONReference, _ keyword: Keyword,
        _ node: SchemaNode
    ) -> Verdict {
        var verdict = evaluate(condition, value)
        let holds = verdict.isValid
        if !holds { verdict = Verdict() }
        guard let target = holds ? then : otherwise else { return conjunction([verdict], keyword, node, "") }
        // `then` and `else` are keywords of their own beside `if`.
        return sibling(holds ? "then" : "else", keyword) { evaluation, branch in
            evaluation.conjunction(
                [verdict, evaluation.evaluate(target, value, under: [])], branch, node,
                "does not satisfy what its other parts demand")
        }
    }

    private mutating func dependentSchemas(
        _ entries: [(name: MemberName, node: Int)], _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var verdicts: [Verdict] = []
        for entry in entries where value.kind == .object && value.hasMember(entry.name) {
            verdicts.append(evaluate(entry.node, value, under: [entry.name.text]))
        }
        return conjunction(verdicts, keyword, node, "does not satisfy what its members demand")
    }
}

extension Rule {
    /// What a keyword speaks of.
    enum Subject {
        /// Other schemas for the same value.
        case sameValue
        /// The value itself.
        case anyValue
        case array, object
    }

    var subject: Subject {
        switch self {
        case .reference, .allOf, .anyOf, .oneOf, .not, .conditional, .dependentSchemas: .sameValue
        case .type, .const, .enumeration, .bound, .multipleOf, .minLength, .maxLength, .pattern, .format, .annotation,
            .content:
            .anyValue
        case .prefixItems, .items, .contains, .minItems, .maxItems, .uniqueItems, .unevaluatedItems: .array
        case .properties, .patternProperties, .additionalProperties, .propertyNames, .minProperties, .maxProperties,
            .required, .dependentRequired, .unevaluatedProperties:
            .object
        }
    }
}
