package import HearthCore
package import HearthStore

/// The twin of the vault's stores: keeps everything in memory and follows the same contracts.
package actor MemoryVaultStore: VaultStore, AuditStore {
    private struct FieldName: Hashable {
        var stream: String
        var field: String
    }

    private struct Lane: Hashable {
        var stream: String
        var person: UniqueID
    }

    private var storedEpochs: [VaultEpoch] = []
    private var storedKeys: [VaultKeyRecord] = []
    private var lastKey: Int64 = 0
    /// Read by tests that look for what must not be there.
    package private(set) var entries: [VaultPlace: VaultEntry] = [:]
    private var storedIdentities: [UniqueID: VaultIdentity] = [:]
    private var storedFields: [FieldName: VaultField] = [:]
    private var storedProgress: [Lane: VaultProgress] = [:]
    private var erasing: Set<UniqueID> = []
    private var records: [AuditRecord] = []
    private var anchors: [AuditAnchor] = []
    private var isClosed = false
    private var faults: [HearthError] = []
    private let crashes: CrashPlan?

    package init(crashes: CrashPlan? = nil) { self.crashes = crashes }

    /// Makes the next writes of values throw these errors, one each, and store nothing.
    package func failPuts(with errors: [HearthError]) { faults.append(contentsOf: errors) }

    /// Changes a stored record, as somebody would who has the file.
    package func tamper(_ sequence: Int64, _ change: (inout AuditRecord) -> Void) {
        for index in records.indices where records[index].sequence == sequence { change(&records[index]) }
    }

    /// Takes the last records away, as somebody would who has the file.
    package func cutAudit(after sequence: Int64) { records.removeAll { $0.sequence > sequence } }

    private func checkOpen() throws {
        if isClosed { throw HearthError(.shuttingDown, "The vault is closed.", disposition: .retry) }
    }

    private func checkWrite() throws {
        try checkOpen()
        try crashes?.pass()
    }

    // MARK: Epochs and keys

    package func epochs() throws -> [VaultEpoch] {
        try checkOpen()
        return storedEpochs
    }

    package func begin(_ epoch: VaultEpoch) throws {
        try checkWrite()
        guard epoch.number == (storedEpochs.last?.number ?? 0) + 1 else {
            throw HearthError(.conflict, "Epoch \(epoch.number) does not follow the one in use.")
        }
        storedEpochs.append(epoch)
    }

    package func retire(epoch: Int64) throws {
        try checkWrite()
        storedKeys.removeAll { $0.epoch == epoch }
        storedEpochs.removeAll { $0.number == epoch }
    }

    package func keys() throws -> [VaultKeyRecord] {
        try checkOpen()
        return storedKeys
    }

    package func insert(_ key: VaultKeyDraft) throws -> VaultKeyRecord {
        try checkWrite()
        if let known = storedKeys.first(where: { $0.person == key.person && $0.epoch == key.epoch }) { return known }
        lastKey += 1
        let record = VaultKeyRecord(id: lastKey, key)
        storedKeys.append(record)
        return record
    }

    package func forgetKeys(of person: UniqueID) throws {
        try checkWrite()
        storedKeys.removeAll { $0.person == person }
    }

    // MARK: Values

    package func put(_ entries: [VaultEntry]) throws -> [Int] {
        try checkWrite()
        if !faults.isEmpty { throw faults.removeFirst() }
        var conflicts: [Int] = []
        for (index, entry) in entries.enumerated() {
            guard var present = self.entries[entry.place] else {
                self.entries[entry.place] = entry
                continue
            }
            guard present.key == entry.key, present.sealed == entry.sealed else {
                conflicts.append(index)
                continue
            }
            present.keptDay = max(present.keptDay, entry.keptDay)
            self.entries[entry.place] = present
        }
        return conflicts
    }

    package func entries(at places: [VaultPlace]) throws -> [VaultEntry?] {
        try checkOpen()
        return places.map { entries[$0] }
    }

    package func expire(_ stream: String, before day: Int32, limit: Int) throws -> Int {
        try checkWrite()
        let gone = entries.values.filter { $0.place.stream == stream && $0.place.day < day && $0.keptDay < day }
            .prefix(limit)
        for entry in gone { entries[entry.place] = nil }
        return gone.count
    }

    package func remove(_ places: [VaultPlace]) throws {
        try checkWrite()
        for place in places { entries[place] = nil }
    }

    package func entries(of token: UInt64, in stream: String) throws -> [VaultEntry] {
        try checkOpen()
        return entries.values.filter { $0.place.stream == stream && $0.place.token == token }
            .sorted { $0.place < $1.place }
    }

    package func sweep(before epoch: Int64, after place: VaultPlace?, limit: Int) throws -> VaultPlace? {
        try checkWrite()
        let known = Set(storedKeys.filter { $0.epoch >= epoch }.map(\.id))
        let looked = entries.keys.sorted().filter { key in place.map { $0 < key } ?? true }.prefix(limit)
        for key in looked {
            if let entry = entries[key], !known.contains(entry.key) { entries[key] = nil }
        }
        return looked.count == limit ? looked.last : nil
    }

    package func counts() throws -> VaultCounts {
        try checkOpen()
        return VaultCounts(
            entries: entries.count, identities: storedIdentities.count, keys: storedKeys.count,
            bytes: entries.values.reduce(0) { $0 + $1.sealed.count })
    }

    // MARK: Identities

    package func put(_ identities: [VaultIdentity]) throws {
        try checkWrite()
        for identity in identities { storedIdentities[identity.subject] = identity }
    }

    package func identities() throws -> [VaultIdentity] {
        try checkOpen()
        return storedIdentities.values.sorted { $0.subject < $1.subject }
    }

    package func removeIdentities(_ subjects: [UniqueID]) throws {
        try checkWrite()
        for subject in subjects { storedIdentities[subject] = nil }
    }

    // MARK: Fields and rewriting

    package func fields() throws -> [VaultField] {
        try checkOpen()
        return storedFields.values.sorted { ($0.stream, $0.field) < ($1.stream, $1.field) }
    }

    package func set(_ fields: [VaultField]) throws {
        try checkWrite()
        for field in fields { storedFields[FieldName(stream: field.stream, field: field.field)] = field }
        storedProgress = [:]
    }

    package func removeFields(_ fields: [VaultField]) throws {
        try checkWrite()
        for field in fields { storedFields[FieldName(stream: field.stream, field: field.field)] = nil }
    }

    package func progress() throws -> [VaultProgress] {
        try checkOpen()
        return storedProgress.values.sorted { ($0.stream, $0.person) < ($1.stream, $1.person) }
    }

    package func note(_ progress: VaultProgress) throws {
        try checkWrite()
        storedProgress[Lane(stream: progress.stream, person: progress.person)] = progress
    }

    package func forgetProgress() throws {
        try checkWrite()
        storedProgress = [:]
    }

    package func erasures() throws -> [UniqueID] {
        try checkOpen()
        return erasing.sorted()
    }

    package func beginErasure(of person: UniqueID) throws {
        try checkWrite()
        erasing.insert(person)
    }

    package func endErasure(of person: UniqueID) throws {
        try checkWrite()
        erasing.remove(person)
    }

    package func scrub() throws { try checkOpen() }
    package func probe() throws { try checkOpen() }
    package func close() { isClosed = true }

    // MARK: Audit

    package func appendAudit(_ added: [AuditRecord]) throws {
        try checkWrite()
        guard let first = added.first else { return }
        guard first.sequence == max(records.last?.sequence ?? 0, anchors.last?.sequence ?? 0) + 1 else {
            throw HearthError(.conflict, "A record of the audit log does not follow the last one.")
        }
        records += added
    }

    package func lastAudit() throws -> AuditRecord? {
        try checkOpen()
        return records.last
    }

    package func audit(after sequence: Int64, limit: Int) throws -> [AuditRecord] {
        try checkOpen()
        return Array(records.filter { $0.sequence > sequence }.prefix(limit))
    }

    package func audit(before sequence: Int64?, limit: Int) throws -> [AuditRecord] {
        try checkOpen()
        return Array(records.filter { $0.sequence < sequence ?? .max }.reversed().prefix(limit))
    }

    package func dropAudit(through anchor: AuditAnchor) throws {
        try checkWrite()
        anchors.append(anchor)
        records.removeAll { $0.sequence <= anchor.sequence }
    }

    package func auditAnchors() throws -> [AuditAnchor] {
        try checkOpen()
        return anchors
    }
}
