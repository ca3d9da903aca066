import HearthCore

extension ServerClient {
    /// The device that a person means: by id, by the beginning of its id, or by name.
    /// - Throws: `not-found`, or `conflict` when several could be meant.
    func device(_ text: String) async throws -> JSONValue {
        let all = try await items(of: .get("/devices", [("include_deleted", "true")]))
        let wanted = text.lowercased()
        if let exact = all.first(where: { $0["id"]?.string == wanted }) { return exact }
        let named = all.filter { $0["name"]?.string?.lowercased() == wanted }
        // A name that a deleted device had too means the one that is left.
        let present = named.filter { $0["deleted"]?.bool != true }
        var found = present.isEmpty ? named : present
        if found.isEmpty, wanted.count >= 4 { found = all.filter { $0["id"]?.string?.hasPrefix(wanted) ?? false } }
        guard let device = found.first else {
            let names = all.compactMap { $0["name"]?.string }
            let near = NearestName.of(text, among: names).map { "Did you mean \($0)? " } ?? ""
            throw HearthError(
                .notFound, "There is no device \(text).", hint: near + "`hearth devices list` shows them all.")
        }
        guard found.count == 1 else {
            let ids = found.compactMap { $0["id"]?.string }.joined(separator: ", ")
            throw HearthError(.conflict, "\(text) could be several devices: \(ids).", hint: "Name it by its id.")
        }
        return device
    }

    func deviceID(_ text: String) async throws -> String {
        // A whole id needs no question.
        if UniqueID(text) != nil { return text.lowercased() }
        let device = try await device(text)
        guard let id = device["id"]?.string else {
            throw HearthError(.unexpectedAnswer, "The server at \(address) gave a device without an id.")
        }
        return id
    }
}
