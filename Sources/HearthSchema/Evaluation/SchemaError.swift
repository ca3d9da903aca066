package import HearthCore

/// One thing wrong with a value.
package struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in the value; for a missing member, where it would be.
    package var instanceLocation: JSONPointer
    /// Where in the schema, along the path of evaluation: `$ref` is a step of it.
    package var keywordLocation: JSONPointer
    /// The keyword's own place: the URI of its schema with a pointer as fragment.
    package var absoluteKeywordLocation: String
    /// A sentence's end that a person understands: "must be at least 0". Holds no part of the value but member names.
    package var message: String

    package var description: String {
        "\(instanceLocation.text.isEmpty ? "the value" : instanceLocation.text) \(message)"
    }
}

extension CompiledSchema {
    /// What is wrong with the value, in the order of the schema's keywords; empty when it is valid.
    ///
    /// Where a value fits none of several forms, it is told why the one form it resembles does not fit.
    /// - Parameter limit: the most errors to return.
    package func errors(of value: JSONReference, limit: Int = 100) -> [SchemaError] {
        var evaluation = SchemaEvaluation(self, collectsAnnotations: false)
        guard let failure = evaluation.result(of: value), !failure.isValid else { return [] }
        var errors: [SchemaError] = []
        failure.collectErrors(into: &errors, limit: max(limit, 1))
        return errors
    }
}

extension OutputUnit {
    fileprivate func collectErrors(into errors: inout [SchemaError], limit: Int) {
        guard errors.count < limit else { return }
        switch role {
        case .choice:
            if let likeliest = likeliestBranch {
                return likeliest.collectErrors(into: &errors, limit: limit)
            }
        case .conjunction:
            if !children.isEmpty {
                for child in children { child.collectErrors(into: &errors, limit: limit) }
                return
            }
        case .assertion: break
        }
        let place = JSONPointer(instanceLocation)
        for name in missing.prefix(limit - errors.count) {
            errors.append(error(at: place.appending(name), "is required"))
        }
        if missing.isEmpty { errors.append(error(at: place, message ?? "is not valid")) }
    }

    private func error(at place: JSONPointer, _ message: String) -> SchemaError {
        SchemaError(
            instanceLocation: place, keywordLocation: JSONPointer(keywordLocation),
            absoluteKeywordLocation: absoluteKeywordLocation, message: message)
    }

    /// The only branch whose fault is not the shape of the value itself.
    private var likeliestBranch: OutputUnit? {
        let candidates = children.filter { !$0.rejectsShape(at: instanceLocation) }
        return candidates.count == 1 ? candidates[0] : nil
    }

    private func rejectsShape(at location: String) -> Bool {
        if role == .conjunction { return children.isEmpty || children.contains { $0.rejectsShape(at: location) } }
        return instanceLocation == location && isShape
    }
}
