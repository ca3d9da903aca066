import Dispatch
package import HearthCore
package import HearthSchema
package import HearthStore
package import HearthVault
import Synchronization

/// What stands between readings and the vault: makes tokens of private values before they are stored, and values of tokens
/// for those who may see them. Values are durable in the vault before anything names their tokens.
package final class TokenVault: Sendable {
    struct Owner: Hashable {
        var person: UniqueID
        var epoch: Int64
    }

    struct OpenKey {
        var id: Int64
        var owner: Owner
        var key: VaultKey
    }

    struct State {
        var secrets: [Int64: VaultSecret]
        var epochs: [VaultEpoch]
        var keys: [Int64: OpenKey] = [:]
        var numbers: [Owner: Int64] = [:]
        /// By stream and field.
        var fields: [String: [String: VaultField.State]] = [:]
        /// That `adopt` was told of, in order of name.
        var definitions: [StreamDefinition] = []
        /// Counts up when what readings should hold changes: a pass of rewriting that began before proves nothing.
        var pass = 0
        /// What rewriting did since it began; nil when there is nothing to rewrite.
        var rewriting: VaultRewriting?
        var statistics = VaultStatistics()
    }

    /// The owner of what belongs to no single person, such as names in the catalogue.
    package static let household = UniqueID(high: 0, low: 0)

    let store: any VaultStore
    package let audit: AuditLog
    let folder: VaultKeyFolder
    let time: any TimeSource
    /// Held together by whoever writes or reads tokens, alone by whoever changes what they mean.
    let gate = SharedGate()
    let state: Mutex<State>

    private init(
        store: any VaultStore, audit: AuditLog, folder: VaultKeyFolder, time: any TimeSource,
        epochs: [VaultEpoch], secrets: [Int64: VaultSecret]
    ) {
        self.store = store
        self.audit = audit
        self.folder = folder
        self.time = time
        state = Mutex(State(secrets: secrets, epochs: epochs))
    }

    /// Opens the vault; makes its first secret when it is new.
    /// - Throws: `key-missing` and `key-malformed` when the secrets are not those of this vault.
    package static func open(
        store: any VaultStore, audit: AuditLog, folder: VaultKeyFolder, time: any TimeSource
    ) async throws -> TokenVault {
        var epochs = try await store.epochs()
        if epochs.isEmpty {
            let secret = try await blocking { try folder.secret(of: 1, mustExist: false) }
            try await store.begin(VaultEpoch(number: 1, startedAt: time.now(), fingerprint: secret.fingerprint))
            epochs = try await store.epochs()
        }
        var secrets: [Int64: VaultSecret] = [:]
        for epoch in epochs {
            let secret = try await blocking { try folder.secret(of: epoch.number, mustExist: true) }
            guard secret.fingerprint == epoch.fingerprint else {
                throw HearthError(
                    .keyMalformed, "keys/vault-\(epoch.number).key is not the secret that vault.db was sealed with.",
                    hint: "Put the key files from the backup of this vault.db back.")
            }
            secrets[epoch.number] = secret
        }
        // Of epochs that were retired just before the program ended.
        if let first = epochs.first?.number {
            try await blocking { for number in max(1, first - 8)..<first { try folder.remove(number) } }
        }
        let vault = TokenVault(
            store: store, audit: audit, folder: folder, time: time, epochs: epochs, secrets: secrets)
        try await vault.loadKeys()
        try await vault.loadFields()
        return vault
    }

    /// What tells this vault from another: of its first epoch that is left.
    package var statistics: VaultStatistics { state.withLock { $0.statistics } }

    package func probe() async throws { try await store.probe() }

    package func close() async throws {
        try await audit.close()
        try await store.close()
    }

    // MARK: Keys

    var current: VaultSecret {
        get throws {
            let secret = state.withLock { state in state.epochs.last.flatMap { state.secrets[$0.number] } }
            if let secret { return secret }
            throw HearthError(.internalError, "The vault has no secret.", disposition: .defect)
        }
    }

    func loadKeys() async throws {
        for record in try await store.keys() { _ = try remember(record) }
    }

    private func remember(_ record: VaultKeyRecord) throws -> OpenKey? {
        let owner = Owner(person: record.person, epoch: record.epoch)
        let (known, secret) = state.withLock { ($0.keys[record.id], $0.secrets[record.epoch]) }
        if let known { return known }
        guard let secret else { return nil }
        let key = OpenKey(id: record.id, owner: owner, key: try secret.unwrap(record.wrapped, of: record.person))
        state.withLock { state in
            state.keys[record.id] = key
            state.numbers[owner] = record.id
        }
        return key
    }

    /// The key under which values of a person are sealed now; made when there is none.
    func key(of person: UniqueID) async throws -> OpenKey {
        let secret = try current
        let owner = Owner(person: person, epoch: secret.epoch)
        if let known = state.withLock({ state in state.numbers[owner].flatMap { state.keys[$0] } }) { return known }
        let record = try await store.insert(
            VaultKeyDraft(person: person, epoch: secret.epoch, wrapped: try secret.makeKey(for: person)))
        guard let key = try remember(record) else {
            throw HearthError(.internalError, "A key of the vault has no secret.", disposition: .defect)
        }
        return key
    }

    /// Nil for a key that was forgotten.
    func key(_ id: Int64) -> OpenKey? { state.withLock { $0.keys[id] } }

    // MARK: Fields

    private func loadFields() async throws {
        let fields = try await store.fields()
        state.withLock { state in
            state.fields = Dictionary(grouping: fields, by: \.stream).mapValues { fields in
                Dictionary(uniqueKeysWithValues: fields.map { ($0.field, $0.state) })
            }
        }
    }

    /// How the values of a stream's columns lie in its readings, for those that have or had tokens.
    func states(of stream: StreamDefinition) -> [Int: VaultField.State] {
        guard let fields = state.withLock({ $0.fields[stream.name] }) else { return [:] }
        var states: [Int: VaultField.State] = [:]
        for (index, field) in stream.fields.enumerated() { states[index] = fields[field.name] }
        return states
    }

    /// Learns which fields the definitions call private. Must be called before anything is stored under them: what is
    /// stored already is marked to be rewritten.
    package func adopt(_ streams: [StreamDefinition], holding statistics: [StreamStatistics]) async throws {
        state.withLock { $0.definitions = streams.sorted { $0.name < $1.name } }
        let held = Set(statistics.map(\.stream))
        let known = state.withLock { $0.fields }
        var changes: [VaultField] = []
        for stream in streams {
            for field in stream.fields {
                let before = known[stream.name]?[field.name]
                let after: VaultField.State?
                switch (before, field.isPrivate) {
                case (nil, true): after = held.contains(stream.name) ? .sealing : .sealed
                case (.opening, true): after = .sealing
                case (.sealed, false), (.sealing, false): after = .opening
                default: after = before
                }
                if let after, after != before {
                    changes.append(VaultField(stream: stream.name, field: field.name, state: after))
                }
            }
        }
        if changes.isEmpty { return }
        try await store.set(changes)
        state.withLock { $0.pass += 1 }
        try await loadFields()
    }

    var definitions: [StreamDefinition] { state.withLock { $0.definitions } }

    /// Sets what was rewritten. Called alone.
    func settle(_ fields: [VaultField]) async throws {
        let sealed = fields.filter { $0.state == .sealing }
        if !sealed.isEmpty {
            try await store.set(sealed.map { VaultField(stream: $0.stream, field: $0.field, state: .sealed) })
        }
        let opened = fields.filter { $0.state == .opening }
        if !opened.isEmpty { try await store.removeFields(opened) }
        try await loadFields()
    }
}

/// Counters since start.
package struct VaultStatistics: Sendable, Hashable {
    /// Values that became tokens.
    package var minted = 0
    /// Tokens that became values.
    package var opened = 0
    /// Tokens that stand for nothing any more.
    package var missing = 0
}

/// Runs what waits for a disk away from the cooperative pool.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .userInitiated).async { continuation.resume(with: Result(catching: body)) }
    }
}
