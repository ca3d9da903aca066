import OrderedCollections

extension JSONValue {
    /// The object with one member more, or with another value for one that it has; anything else as it is.
    package func adding(_ key: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[key] = value
        return .object(members)
    }
}
