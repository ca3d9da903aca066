import HearthCore

/// Keywords that demand something of the value itself.
extension SchemaEvaluation {
    mutating func check(_ keyword: Keyword, of node: SchemaNode, on value: JSONReference) -> Verdict {
        switch keyword.rule {
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
        case .content(let annotation):
            return success(keyword, node, annotation: value.isText ? annotation : JSONValue?.none)
        default: return success(keyword, node)
        }
    }

    mutating func matches(_ pattern: Int, _ value: JSONReference) -> Bool {
        let code = program.patterns[pattern]
        return value.withText { run.matches(code, $0) }
    }
}

extension JSONReference {
    var isText: Bool { kind == .string || kind == .binary }

    /// Unicode scalars of a text.
    var length: Int? { isText ? withText { $0.scalarCount } : nil }

    func hasMember(_ name: MemberName) -> Bool { name.bytes.withUnsafeBufferPointer { self[utf8: $0] != nil } }
}
