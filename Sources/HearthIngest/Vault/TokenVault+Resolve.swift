package import HearthCore
import HearthSchema
package import HearthStore
package import HearthVault
import Synchronization

/// What a token stands for.
package struct ResolvedToken: Sendable, Hashable {
    package var token: VaultToken
    package var field: String
    package var person: UniqueID
    package var value: JSONValue
}

extension TokenVault {
    /// What tokens of a stream stand for, without their readings. Each call leaves one record in the audit log first.
    /// - Returns: nil where the vault has nothing for a token, in the order of `tokens`.
    /// - Throws: `storage-failed` when a value was changed.
    package func resolve(
        _ tokens: [VaultToken], in stream: String, for access: VaultAccess
    ) async throws -> [ResolvedToken?] {
        try await gate.shared {
            let names = fieldNames(of: stream)
            let definition = definitions.first { $0.name == stream }
            var found: [ResolvedToken?] = []
            for token in tokens {
                var resolved: ResolvedToken?
                for entry in try await store.entries(of: token.bits, in: stream) where resolved == nil {
                    resolved = try resolve(token, entry, names, definition)
                }
                found.append(resolved)
            }
            var opening = Opening()
            opening.fields = Set(found.compactMap { $0?.field })
            opening.tokens = found.count { $0 != nil }
            opening.missing = found.count - opening.tokens
            let people = Set(found.compactMap { $0?.person })
            try await record(opening, of: people.count == 1 ? people.first : nil, in: stream, for: access)
            return found
        }
    }

    /// Nil when the key of the entry was forgotten.
    private func resolve(
        _ token: VaultToken, _ entry: VaultEntry, _ names: [String], _ definition: StreamDefinition?
    ) throws -> ResolvedToken? {
        guard let key = key(entry.key) else { return nil }
        var damage: HearthError?
        // The entry does not say which field it belongs to; it opens under the label of that one alone.
        for name in names {
            do {
                let bytes = try key.key.open(entry.sealed, label: Self.label(entry.place.stream, name, token))
                let type = definition?.fields.first { $0.name == name }?.type
                return ResolvedToken(
                    token: token, field: name, person: key.owner.person,
                    value: try PrivateValue.json(of: bytes, isJSON: type == .json))
            } catch {
                damage = error
            }
        }
        if let damage { throw damage }
        return nil
    }

    /// Fields of a stream that have or had tokens, in order of name.
    private func fieldNames(of stream: String) -> [String] {
        state.withLock { $0.fields[stream]?.keys.sorted() ?? [] }
    }
}
