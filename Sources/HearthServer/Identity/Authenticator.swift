package import HearthCore
package import HearthStore
package import HearthVault
import Synchronization

/// Knows every token that is good now. Looks up without waiting: the table is in memory, loaded from the catalogue at
/// start and changed with it when tokens are made and revoked.
///
/// The table's keys are keyed hashes, so the time of a lookup tells nothing about the tokens in it; the final comparison
/// takes the same time wherever two hashes differ.
package final class Authenticator: Sendable {
    private struct Entry {
        var principal: Principal
        var expiresAt: Timestamp?
        /// Of a browser's session: the token that it was let in with.
        var parent: TokenDigest?
    }

    private struct Table {
        var entries: [TokenDigest: Entry] = [:]
        var records: [UniqueID: TokenRecord] = [:]
        /// The owner's token is in no catalogue.
        var owner: (digest: TokenDigest, principal: Principal)?

        /// A session ends with the token that it was let in with.
        func entry(_ digest: TokenDigest) -> Entry? {
            if let owner, owner.digest == digest { return Entry(principal: owner.principal) }
            guard var entry = entries[digest] else { return nil }
            entry.expiresAt = end(of: entry.parent, entry.expiresAt)
            return entry
        }

        /// When what was made at `parent`'s door ends.
        func end(of parent: TokenDigest?, _ own: Timestamp?) -> Timestamp? {
            guard let parent else { return own }
            if let owner, owner.digest == parent { return own }
            guard let entry = entries[parent] else { return Timestamp(microseconds: 0) }
            return [own, entry.expiresAt].compactMap { $0 }.min()
        }
    }

    /// A good token as it was found, for whoever sees it again and again.
    package struct Pass: Sendable {
        package var principal: Principal
        fileprivate var expiresAt: Timestamp?
        fileprivate var generation: Int
    }

    /// What a token is worth.
    package enum Verdict: Hashable, Sendable {
        case good(Principal)
        case unknown
        case expired
        /// Begins as one of ours, but was not copied whole: no guess, so it is not counted as one.
        case mistyped
    }

    /// The id under which the owner's token appears in logs and limits.
    package static let ownerID = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0000)

    private let ring: KeyRing
    private let catalogue: any CatalogueStore
    private let time: any TimeSource
    private let table = Mutex(Table())
    /// Grows with every change of the table, after it.
    private let generation = Atomic<Int>(0)

    package init(ring: KeyRing, catalogue: any CatalogueStore, time: any TimeSource) {
        self.ring = ring
        self.catalogue = catalogue
        self.time = time
    }

    /// Reads all tokens from the catalogue. Ones with a role that this version does not know are good for nothing.
    package func load() async throws {
        let records = try await catalogue.tokens()
        table.withLock { table in
            table.entries = [:]
            table.records = [:]
            for record in records { Self.add(record, to: &table) }
        }
        generation.wrappingAdd(1, ordering: .releasing)
    }

    /// Lets the owner's token in; it replaces an earlier one.
    package func install(owner token: AccessToken, person: UniqueID) {
        let digest = token.digest(ring)
        let principal = Principal(id: Self.ownerID, role: .owner, person: person)
        table.withLock { $0.owner = (digest, principal) }
        generation.wrappingAdd(1, ordering: .releasing)
    }

    package func verdict(on token: AccessToken) -> Verdict {
        guard let entry = entry(of: token) else { return token.form == .mistyped ? .mistyped : .unknown }
        if let end = entry.expiresAt, end <= time.now() { return .expired }
        return .good(entry.principal)
    }

    private func entry(of token: AccessToken) -> Entry? {
        let digest = token.digest(ring)
        return table.withLock { $0.entry(digest) }
    }

    /// Nil unless the token is good now.
    package func pass(for token: AccessToken) -> Pass? {
        // Before the look: a change in between makes the pass void rather than wrong.
        let generation = generation.load(ordering: .acquiring)
        guard let entry = entry(of: token) else { return nil }
        let pass = Pass(principal: entry.principal, expiresAt: entry.expiresAt, generation: generation)
        return isValid(pass) ? pass : nil
    }

    /// Whether the token of a pass is surely still good. After any change of the table the token has to be shown again.
    package func isValid(_ pass: Pass) -> Bool {
        guard pass.generation == generation.load(ordering: .acquiring) else { return false }
        return pass.expiresAt.map { $0 > time.now() } ?? true
    }

    /// Whether a caller that was let in may stay: its token was not revoked and has not expired.
    package func isStillGood(_ principal: Principal) -> Bool {
        if principal.id == Self.ownerID { return true }
        return table.withLock { table in
            guard let record = table.records[principal.id], record.revokedAt == nil else { return false }
            let end = table.end(of: record.parent.flatMap { TokenDigest(bytes: $0) }, record.expiresAt)
            return end.map { $0 > time.now() } ?? true
        }
    }

    // MARK: Tokens

    /// What a new token is for.
    package struct Grant: Sendable {
        package var name: String
        package var role: Role
        package var person: UniqueID
        package var device: UniqueID?
        package var streams: [String]?
        package var expiresAt: Timestamp?
        fileprivate var parent: TokenDigest?

        package init(
            name: String, role: Role, person: UniqueID, device: UniqueID? = nil, streams: [String]? = nil,
            expiresAt: Timestamp? = nil
        ) {
            self.name = name
            self.role = role
            self.person = person
            self.device = device
            self.streams = streams
            self.expiresAt = expiresAt
        }
    }

    /// Makes a token that is good at once. It is shown to its owner and kept nowhere; only its digest is.
    package func mint(_ grant: Grant) async throws -> (token: AccessToken, record: TokenRecord) {
        let token = AccessToken.mint()
        let now = time.now()
        let record = TokenRecord(
            id: .random(at: now), hash: token.digest(ring).bytes, name: grant.name, role: grant.role.rawValue,
            person: grant.person, device: grant.device, streams: grant.streams, createdAt: now,
            expiresAt: grant.expiresAt, parent: grant.parent?.bytes)
        try await catalogue.insert(record)
        table.withLock { Self.add(record, to: &$0) }
        generation.wrappingAdd(1, ordering: .releasing)
        return (token, record)
    }

    /// How long a browser is let in.
    package static let sessionDays = 90

    /// Makes a token for the browser that showed `token`: as good as that one, and no longer than that one.
    ///
    /// - Throws: `.unauthorized` when `token` is not good.
    package func openSession(with token: AccessToken) async throws -> AccessToken {
        guard case .good(let principal) = verdict(on: token), let entry = entry(of: token) else {
            throw HearthError.unauthorized("The token is not known, or it was revoked.")
        }
        var grant = Grant(
            name: "Browser", role: principal.role, person: principal.person, device: principal.deviceID,
            streams: principal.streams?.sorted(), expiresAt: time.now() + .seconds(Self.sessionDays * 86_400))
        // Who signs in with a session's token has a second session of the same token.
        grant.parent = entry.parent ?? token.digest(ring)
        return try await mint(grant).token
    }

    /// Ends the session that a caller shows; does nothing to a token that is none.
    package func endSession(_ principal: Principal) async throws {
        guard record(principal.id)?.parent != nil else { return }
        try await revoke(principal.id)
    }

    /// The caller that a session's token shows, if it is a good one.
    package func session(_ token: AccessToken) -> Principal? {
        guard case .good(let principal) = verdict(on: token), record(principal.id)?.parent != nil else { return nil }
        return principal
    }

    /// Ends a token; requests under way go on. Throws `.notFound` when there is none.
    package func revoke(_ id: UniqueID) async throws {
        let now = time.now()
        try await catalogue.revokeToken(id, at: now)
        table.withLock { table in
            guard var record = table.records[id] else { return }
            record.revokedAt = record.revokedAt ?? now
            table.records[id] = record
            if let digest = TokenDigest(bytes: record.hash) { table.entries[digest] = nil }
        }
        generation.wrappingAdd(1, ordering: .releasing)
    }

    /// All tokens but the owner's, revoked ones included, in order of id.
    package var records: [TokenRecord] { table.withLock { $0.records.values.sorted { $0.id < $1.id } } }

    package func record(_ id: UniqueID) -> TokenRecord? { table.withLock { $0.records[id] } }

    private static func add(_ record: TokenRecord, to table: inout Table) {
        table.records[record.id] = record
        guard record.revokedAt == nil, let role = Role(rawValue: record.role),
            let digest = TokenDigest(bytes: record.hash)
        else { return }
        let principal = Principal(
            id: record.id, role: role, person: record.person, deviceID: record.device,
            streams: record.streams.map { Set($0) })
        table.entries[digest] = Entry(
            principal: principal, expiresAt: record.expiresAt,
            parent: record.parent.flatMap { TokenDigest(bytes: $0) })
    }
}
