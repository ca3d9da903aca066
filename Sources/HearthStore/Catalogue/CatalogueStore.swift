package import HearthCore

/// The household's catalogue: people, devices, tokens, answers to repeat, small settings. Every change is on stable
/// storage when its call returns. Throws as `ReadingStore` does.
package protocol CatalogueStore: Sendable {
    func people() async throws -> [Person]
    func insert(_ person: Person) async throws
    func update(_ person: Person) async throws

    /// Throws `.conflict` when the id is taken.
    func insert(_ device: Device) async throws
    /// Throws `.notFound` when there is none with its id.
    func update(_ device: Device) async throws
    func device(_ id: UniqueID) async throws -> Device?
    /// All devices in order of id, deleted ones included.
    func devices() async throws -> [Device]

    func insert(_ token: TokenRecord) async throws
    /// Sets `revokedAt`; throws `.notFound` when there is no such token. Revoking twice keeps the first time.
    func revokeToken(_ id: UniqueID, at time: Timestamp) async throws
    /// All tokens in order of id, revoked ones included.
    func tokens() async throws -> [TokenRecord]

    /// Looks for the answer to (`principal`, `key`). With a fingerprint that differs from the stored one it throws
    /// `.idempotencyMismatch`.
    func answer(principal: UniqueID, key: String, fingerprint: [UInt8]) async throws -> StoredAnswer?
    /// Keeps an answer; the first one stays.
    func keep(
        _ answer: StoredAnswer, principal: UniqueID, key: String, fingerprint: [UInt8], at time: Timestamp
    ) async throws
    /// Drops answers kept before `cutoff`.
    func dropAnswers(before cutoff: Timestamp) async throws -> Int

    /// Small facts of the household, by name.
    func setting(_ name: String) async throws -> String?
    func set(_ name: String, to value: String) async throws

    func probe() async throws
    func close() async throws
}

extension ErrorCode {
    /// An `Idempotency-Key` was used before with a different request.
    package static let idempotencyMismatch = ErrorCode("idempotency-key-reused")
}
