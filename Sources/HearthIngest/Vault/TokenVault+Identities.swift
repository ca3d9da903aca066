package import HearthCore
import HearthStore
import HearthVault

extension TokenVault {
    private static func label(_ subject: UniqueID) -> String { "identity \(subject)" }

    /// Seals what the catalogue must not say: who or what these are.
    package func seal(_ identities: [(subject: UniqueID, text: String)]) async throws {
        if identities.isEmpty { return }
        try await gate.shared { try await put(identities.map { ($0.subject, Array($0.text.utf8)) }) }
    }

    private func put(_ identities: [(subject: UniqueID, bytes: [UInt8])]) async throws {
        let key = try await key(of: Self.household)
        try await store.put(
            identities.map { identity in
                VaultIdentity(
                    subject: identity.subject, key: key.id,
                    sealed: try key.key.seal(identity.bytes, nonce: nil, label: Self.label(identity.subject)))
            })
    }

    /// Everything that was sealed, by subject. The caller writes down that it looked.
    package func identities() async throws -> [UniqueID: String] {
        try await gate.shared {
            var texts: [UniqueID: String] = [:]
            for identity in try await store.identities() {
                texts[identity.subject] = String(decoding: try open(identity), as: UTF8.self)
            }
            return texts
        }
    }

    private func open(_ identity: VaultIdentity) throws -> [UInt8] {
        guard let key = key(identity.key) else {
            throw HearthError(
                .keyMissing, "An identity in the vault was sealed under a key that is gone.",
                hint: "Restore vault.db and its keys from one backup.")
        }
        return try key.key.open(identity.sealed, label: Self.label(identity.subject))
    }

    /// Seals identities of earlier epochs again.
    func resealIdentities() async throws {
        try await gate.alone {
            let epoch = try current.epoch
            let old = try await store.identities().filter { key($0.key)?.owner.epoch != epoch }
            if old.isEmpty { return }
            try await put(try old.map { ($0.subject, try open($0)) })
        }
    }
}
