package import HearthCore

/// Where the vault keeps what tokens stand for: epochs, keys of people, sealed values, identities, and how far rewriting
/// came. It sees no value and no key, only what was sealed with keys that it does not have. It lies apart from readings
/// and the catalogue, with credentials of its own. Every back end passes `VaultStoreContract`.
///
/// Every change is on stable storage when its call returns, and left no trace when it throws. Throws as `ReadingStore` does.
package protocol VaultStore: Sendable {
    // MARK: Epochs and keys

    /// In order of number; the last one is in use, others are being left.
    func epochs() async throws -> [VaultEpoch]

    /// Puts an epoch into use.
    /// - Throws: `.conflict` when its number is not the one after the last.
    func begin(_ epoch: VaultEpoch) async throws

    /// Forgets an epoch with its keys. Values sealed under them can never be opened again; `sweep` takes them away.
    func retire(epoch: Int64) async throws

    /// All keys.
    func keys() async throws -> [VaultKeyRecord]

    /// Adds a person's key for an epoch.
    /// - Returns: the key that counts: the first one stays.
    func insert(_ key: VaultKeyDraft) async throws -> VaultKeyRecord

    /// Forgets all keys of a person, as `retire` does those of an epoch.
    func forgetKeys(of person: UniqueID) async throws

    // MARK: Values

    /// Stores entries in one transaction. An entry that is there with the same key and sealed bytes stays, and is kept as
    /// long as the longer of both says.
    /// - Returns: indexes of entries whose place another value has; they are not stored, the others are.
    func put(_ entries: [VaultEntry]) async throws -> [Int]

    /// The entries at these places, nil where there is none.
    func entries(at places: [VaultPlace]) async throws -> [VaultEntry?]

    /// The entries that a token has in a stream, in order of day: one, unless two readings of different days drew the same.
    func entries(of token: UInt64, in stream: String) async throws -> [VaultEntry]

    /// Deletes up to `limit` entries of a stream whose place and `keptDay` are both before `day`.
    /// - Returns: how many; fewer than `limit` means done.
    func expire(_ stream: String, before day: Int32, limit: Int) async throws -> Int

    /// Deletes entries.
    func remove(_ places: [VaultPlace]) async throws

    /// Deletes entries whose key is gone or of an epoch before `epoch`, looking at up to `limit` entries after `place`, in
    /// an order of the store's own.
    /// - Returns: where to go on; nil at the end.
    func sweep(before epoch: Int64, after place: VaultPlace?, limit: Int) async throws -> VaultPlace?

    func counts() async throws -> VaultCounts

    // MARK: Identities

    /// Stores or replaces identities in one transaction.
    func put(_ identities: [VaultIdentity]) async throws
    func identities() async throws -> [VaultIdentity]
    func removeIdentities(_ subjects: [UniqueID]) async throws

    // MARK: Fields and rewriting

    /// How the values of fields lie in the readings.
    func fields() async throws -> [VaultField]

    /// Sets the state of fields and forgets how far rewriting came, in one transaction: it begins anew.
    func set(_ fields: [VaultField]) async throws

    /// Removes fields whose readings hold values again.
    func removeFields(_ fields: [VaultField]) async throws

    /// How far rewriting is in each stream, by person.
    func progress() async throws -> [VaultProgress]
    func note(_ progress: VaultProgress) async throws
    func forgetProgress() async throws

    /// People whose erasure has begun. One that was not removed is finished at the next start.
    func erasures() async throws -> [UniqueID]
    func beginErasure(of person: UniqueID) async throws
    func endErasure(of person: UniqueID) async throws

    /// Overwrites on disk what was deleted, where the product leaves it: free pages and logs.
    func scrub() async throws
    func probe() async throws
    func close() async throws
}
