import HearthCore

/// What needs to know which parts of a container have been evaluated. A schema that fails leaves no marks, so branches
/// that may fail write to marks of their own.
extension SchemaProgram {
    /// A schema with `unevaluatedItems` or `unevaluatedProperties`, on a container of that kind.
    @inline(never)
    func checkTracking(
        _ node: UnsafePointer<ProgramNode>, _ value: JSONReference, _ outer: EvaluationMarks?, _ run: inout ProgramRun
    ) -> Bool {
        let count = value.count
        return withMarks(count) { marks in
            guard checkStated(node, value, value.kind, marks, &run) else { return false }
            let left = value.kind == .object ? node.pointee.unevaluatedProperties : node.pointee.unevaluatedItems
            var ordinal = 0
            if value.kind == .object {
                for (_, member) in value.members {
                    if marks[ordinal >> 6] & 1 << UInt64(ordinal & 63) == 0, !check(left, member, nil, &run) {
                        return false
                    }
                    ordinal += 1
                }
            } else {
                for element in value.elements {
                    if marks[ordinal >> 6] & 1 << UInt64(ordinal & 63) == 0, !check(left, element, nil, &run) {
                        return false
                    }
                    ordinal += 1
                }
            }
            // Whatever was left is evaluated now.
            if let outer { for word in 0..<Self.words(count) { outer[word] = .max } }
            return true
        }
    }

    /// A schema whose marks count only when it holds.
    func checkBranch(
        _ index: UInt32, _ value: JSONReference, _ outer: EvaluationMarks?, _ run: inout ProgramRun
    ) -> Bool {
        guard let outer, value.kind == .object || value.kind == .array else { return check(index, value, nil, &run) }
        let count = value.count
        return withMarks(count) { marks in
            guard check(index, value, marks, &run) else { return false }
            for word in 0..<Self.words(count) { outer[word] |= marks[word] }
            return true
        }
    }

    private static func words(_ count: Int) -> Int { max(1, (count + 63) / 64) }

    private func withMarks(_ count: Int, _ body: (EvaluationMarks) -> Bool) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.words(count)) { words in
            words.initialize(repeating: 0)
            return body(words.baseAddress.unsafelyUnwrapped)
        }
    }
}
