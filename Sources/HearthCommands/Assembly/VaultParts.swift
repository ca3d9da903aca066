import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthVault
import Logging

/// The vault, and the stores that hold tokens because of it, put together from the home.
struct VaultParts: Sendable {
    let vault: TokenVault
    let catalogue: any CatalogueStore
    let store: VaultedReadingStore
    let service: VaultService

    private static let known = "vault.known"
    private static let auditHead = "audit.head"

    /// - Throws: `storage-failed` when the vault that this household had is gone.
    static func assemble(
        home: String, ring: KeyRing, catalogue: any CatalogueStore, readings: SQLiteReadingStore,
        streams: [StreamDefinition], time: any TimeSource, logger: Logger
    ) async throws -> VaultParts {
        let file = try await SQLiteVaultStore.open(path: home + "/vault.db")
        // A new vault in the place of a lost one would hide that every private value is gone.
        if try await file.epochs().isEmpty, try await catalogue.setting(Self.known) != nil {
            throw HearthError(
                .storageFailed, "The vault of this household is missing; only it can open the tokens in its readings.",
                hint: "Restore vault.db and keys/vault-*.key from one backup.")
        }
        let audit = AuditLog(
            store: file, chain: AuditChain(ring: ring), witness: Self.witness(in: catalogue), time: time)
        let vault = try await TokenVault.open(
            store: file, audit: audit, folder: VaultKeyFolder(home: home), time: time)
        try await catalogue.set(Self.known, to: "1")
        let store = VaultedReadingStore(base: readings, vault: vault)
        try await store.install(streams)
        try await vault.resumeErasures(in: readings)
        return VaultParts(
            vault: vault, catalogue: try await VaultedCatalogueStore.open(base: catalogue, vault: vault, ring: ring),
            store: store, service: VaultService(store: store, logger: logger))
    }

    /// Keeps the end of the audit log in the other database.
    private static func witness(in catalogue: any CatalogueStore) -> AuditLog.Witness {
        AuditLog.Witness(
            note: { sequence, hash in
                try await catalogue.set(auditHead, to: "\(sequence) \(hash.map { String($0) }.joined(separator: "."))")
            },
            last: {
                guard let parts = try await catalogue.setting(auditHead)?.split(separator: " "), parts.count == 2,
                    let sequence = Int64(parts[0])
                else { return nil }
                return (sequence, parts[1].split(separator: ".").compactMap { UInt8($0) })
            })
    }
}
