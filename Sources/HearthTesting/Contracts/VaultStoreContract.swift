import HearthCore
package import HearthStore

/// What every vault store does, as `VaultStore` and `AuditStore` say.
package enum VaultStoreContract {
    package typealias Store = any VaultStore & AuditStore
    typealias Make = @Sendable () async throws -> Store

    package static let cases: [ContractCase<Store>] = [
        ContractCase("keeps epochs in their order", verifyEpochs),
        ContractCase("keeps one key for a person and epoch", verifyKeys),
        ContractCase("stores an entry once, keeps it longer, and reports another in its place", verifyEntries),
        ContractCase("finds the entries of a token on any day", verifyTokens),
        ContractCase("expires entries by their day and by the day they were last named", verifyExpiry),
        ContractCase("sweeps entries whose key is gone, and no others", verifySweep),
        ContractCase("replaces identities", verifyIdentities),
        ContractCase("begins rewriting anew when fields change", verifyFields),
        ContractCase("remembers erasures until they end", verifyErasures),
        ContractCase("appends to the audit log without gaps", verifyAudit),
        ContractCase("drops old records behind an anchor", verifyAnchors),
    ]

    private static func id(_ number: UInt64) -> UniqueID { UniqueID(high: 7, low: number) }
    private static let time = Timestamp(microseconds: 1_760_000_000_000_000)

    private static func entry(
        _ token: UInt64, stream: String = "gps", day: Int32 = 20_000, kept: Int32 = 20_000, key: Int64 = 1,
        sealed: [UInt8] = [1, 2, 3]
    ) -> VaultEntry {
        VaultEntry(
            place: VaultPlace(stream: stream, day: day, token: token), keptDay: kept, key: key, sealed: sealed)
    }

    static func verifyEpochs(_ make: Make) async throws {
        let store = try await make()
        let none = try await store.epochs()
        try requireEqual(none, [], "a new store")
        let epochs = (1...3).map {
            VaultEpoch(number: $0, startedAt: time + .seconds($0), fingerprint: [UInt8($0), 255])
        }
        try await requireFailure(.conflict, "an epoch out of order") { try await store.begin(epochs[1]) }
        for epoch in epochs { try await store.begin(epoch) }
        try await requireFailure(.conflict, "an epoch twice") { try await store.begin(epochs[2]) }
        try await store.retire(epoch: 1)
        try await store.retire(epoch: 1)
        let left = try await store.epochs()
        try requireEqual(left, Array(epochs.dropFirst()), "epochs after one was retired")
    }

    static func verifyKeys(_ make: Make) async throws {
        let store = try await make()
        let first = try await store.insert(VaultKeyDraft(person: id(1), epoch: 1, wrapped: [1]))
        let again = try await store.insert(VaultKeyDraft(person: id(1), epoch: 1, wrapped: [2]))
        try requireEqual(again, first, "a second key for the same person and epoch")
        let other = try await store.insert(VaultKeyDraft(person: id(2), epoch: 1, wrapped: [3]))
        let later = try await store.insert(VaultKeyDraft(person: id(1), epoch: 2, wrapped: [4]))
        let all = try await store.keys()
        try requireEqual(all, [first, other, later], "all keys")
        try await store.retire(epoch: 1)
        let kept = try await store.keys()
        try requireEqual(kept, [later], "keys after an epoch was retired")
        try await store.forgetKeys(of: id(1))
        let new = try await store.insert(VaultKeyDraft(person: id(1), epoch: 2, wrapped: [5]))
        try require(new.id > later.id, "a number of a key was used twice")
        let last = try await store.keys()
        try requireEqual(last, [new], "keys after a person was forgotten")
    }

    static func verifyEntries(_ make: Make) async throws {
        let store = try await make()
        // Tokens on both sides of what signed numbers hold.
        let high = entry(0xa000_0000_0000_0001)
        let low = entry(0x2000_0000_0000_0001)
        let shared = entry(5, day: VaultPlace.joinedDay)
        let elsewhere = entry(5, stream: "wifi", day: VaultPlace.joinedDay, sealed: [9])
        let conflicts = try await store.put([high, low, shared, elsewhere])
        try requireEqual(conflicts, [], "conflicts of new entries")
        var longer = high
        longer.keptDay += 3
        var shorter = low
        shorter.keptDay -= 3
        var foreign = shared
        foreign.sealed = [1, 2, 4]
        var otherKey = low
        otherKey.key = 2
        let fresh = entry(6)
        let second = try await store.put([longer, foreign, shorter, otherKey, fresh])
        try requireEqual(second, [1, 3], "places that other values have")
        let missing = VaultPlace(stream: "unknown", day: 1, token: 1)
        let places = [low.place, missing, high.place, elsewhere.place, fresh.place, shared.place]
        let found = try await store.entries(at: places)
        try requireEqual(found, [low, nil, longer, elsewhere, fresh, shared], "entries in the order asked for")
        try await store.remove([low.place, missing])
        let left = try await store.entries(at: [low.place, high.place])
        try requireEqual(left, [nil, longer], "entries after one was removed")
        let counts = try await store.counts()
        try requireEqual(counts.entries, 4, "entries counted")
    }

    static func verifyTokens(_ make: Make) async throws {
        let store = try await make()
        let wanted = [VaultPlace.joinedDay, -3, 0, 20_000].map { entry(0xa000_0000_0000_0007, day: $0) }
        let others = (0..<30).map { entry(UInt64($0), day: Int32($0 % 9) * 1000 - 3) }
        let elsewhere = entry(0xa000_0000_0000_0007, stream: "wifi")
        let none = try await store.entries(of: 7, in: "gps")
        try requireEqual(none, [], "entries of a stream without any")
        _ = try await store.put(wanted.reversed() + others + [elsewhere])
        let found = try await store.entries(of: 0xa000_0000_0000_0007, in: "gps")
        try requireEqual(found, wanted, "entries of the token, in order of day")
        let missing = try await store.entries(of: 31, in: "gps")
        try requireEqual(missing, [], "entries of a token that is not there")
    }

    static func verifyExpiry(_ make: Make) async throws {
        let store = try await make()
        let old = (0..<5).map { entry($0, day: 100, kept: 100) }
        let late = entry(10, day: 100, kept: 120)
        let young = entry(11, day: 110, kept: 110)
        let shared = entry(12, day: VaultPlace.joinedDay, kept: 100)
        let used = entry(13, day: VaultPlace.joinedDay, kept: 110)
        let elsewhere = entry(1, stream: "wifi", day: 100, kept: 100)
        _ = try await store.put(old + [late, young, shared, used, elsewhere])
        let first = try await store.expire("gps", before: 110, limit: 4)
        try requireEqual(first, 4, "expired in the first step")
        let second = try await store.expire("gps", before: 110, limit: 4)
        try requireEqual(second, 2, "expired in the second step")
        let left = try await store.entries(at: [late, young, shared, used, elsewhere].map(\.place))
        try requireEqual(left, [late, young, nil, used, elsewhere], "what is kept")
        let none = try await store.expire("unknown", before: 110, limit: 4)
        try requireEqual(none, 0, "expired of a stream without entries")
    }

    static func verifySweep(_ make: Make) async throws {
        let store = try await make()
        let kept = try await store.insert(VaultKeyDraft(person: id(1), epoch: 1, wrapped: [1]))
        let gone = try await store.insert(VaultKeyDraft(person: id(2), epoch: 1, wrapped: [1]))
        var entries: [VaultEntry] = []
        for number in 0..<25 {
            entries.append(
                entry(
                    UInt64(number), stream: number < 12 ? "wifi" : "gps", day: Int32(number % 3),
                    key: number % 2 == 0 ? kept.id : gone.id))
        }
        _ = try await store.put(entries)
        try await store.forgetKeys(of: id(2))
        var place: VaultPlace?
        var steps = 0
        repeat {
            place = try await store.sweep(before: 1, after: place, limit: 4)
            steps += 1
        } while place != nil && steps < 100
        let found = try await store.entries(at: entries.map(\.place))
        try requireSame(found, entries.map { $0.key == kept.id ? $0 : nil }, "entries after the sweep")
        let later = try await store.insert(VaultKeyDraft(person: id(1), epoch: 2, wrapped: [1]))
        let newer = entry(100, key: later.id)
        _ = try await store.put([newer])
        _ = try await store.sweep(before: 2, after: nil, limit: 100)
        let left = try await store.entries(at: entries.map(\.place) + [newer.place])
        try requireSame(left, entries.map { _ in nil } + [newer], "entries after the sweep of an epoch")
    }

    static func verifyIdentities(_ make: Make) async throws {
        let store = try await make()
        let first = VaultIdentity(subject: id(1), key: 1, sealed: [1])
        let second = VaultIdentity(subject: id(2), key: 1, sealed: [2])
        try await store.put([second, first])
        let replaced = VaultIdentity(subject: id(1), key: 2, sealed: [3])
        try await store.put([replaced])
        let all = try await store.identities()
        try requireEqual(all, [replaced, second], "identities in order of subject")
        try await store.removeIdentities([id(2), id(3)])
        let left = try await store.identities()
        try requireEqual(left, [replaced], "identities after one was removed")
    }

    static func verifyFields(_ make: Make) async throws {
        let store = try await make()
        let position = ReadingPosition(timestamp: time, device: id(4), digest: 99)
        try await store.set([VaultField(stream: "gps", field: "latitude", state: .sealing)])
        try await store.note(VaultProgress(stream: "gps", person: id(1), position: position))
        try await store.note(VaultProgress(stream: "gps", person: id(2), position: position))
        try await store.note(VaultProgress(stream: "gps", person: id(2), position: nil))
        let progress = try await store.progress()
        try requireEqual(
            progress,
            [
                VaultProgress(stream: "gps", person: id(1), position: position),
                VaultProgress(stream: "gps", person: id(2), position: nil),
            ], "how far rewriting is")
        let fields = [
            VaultField(stream: "gps", field: "latitude", state: .sealed),
            VaultField(stream: "wifi", field: "ssid", state: .opening),
        ]
        try await store.set(fields)
        let stored = try await store.fields()
        try requireEqual(stored, fields, "fields in order of name")
        let forgotten = try await store.progress()
        try requireEqual(forgotten, [], "progress after fields changed")
        try await store.removeFields([fields[1]])
        let left = try await store.fields()
        try requireEqual(left, [fields[0]], "fields after one was removed")
        try await store.note(VaultProgress(stream: "gps", person: id(1), position: nil))
        try await store.forgetProgress()
        let none = try await store.progress()
        try requireEqual(none, [], "progress after it was forgotten")
    }

    static func verifyErasures(_ make: Make) async throws {
        let store = try await make()
        for person in [id(2), id(1), id(2)] { try await store.beginErasure(of: person) }
        let begun = try await store.erasures()
        try requireEqual(begun, [id(1), id(2)], "erasures under way")
        try await store.endErasure(of: id(1))
        let left = try await store.erasures()
        try requireEqual(left, [id(2)], "erasures after one ended")
    }

    private static func record(_ number: Int64) -> AuditRecord {
        AuditRecord(
            sequence: number, time: time + .seconds(number), body: "{\"n\":\(number)}", hash: [UInt8(number), 0, 255])
    }

    static func verifyAudit(_ make: Make) async throws {
        let store = try await make()
        let none = try await store.lastAudit()
        try requireEqual(none, nil, "the last record of an empty log")
        try await requireFailure(.conflict, "a log that begins at 2") { try await store.appendAudit([record(2)]) }
        try await store.appendAudit([record(1), record(2)])
        try await store.appendAudit([record(3)])
        try await requireFailure(.conflict, "a record twice") { try await store.appendAudit([record(3)]) }
        try await requireFailure(.conflict, "a gap") { try await store.appendAudit([record(5)]) }
        let last = try await store.lastAudit()
        try requireEqual(last, record(3), "the last record")
        let forward = try await store.audit(after: 1, limit: 10)
        try requireEqual(forward, [record(2), record(3)], "records after one")
        let backward = try await store.audit(before: 3, limit: 1)
        try requireEqual(backward, [record(2)], "records before one")
        let newest = try await store.audit(before: nil, limit: 2)
        try requireEqual(newest, [record(3), record(2)], "the newest records")
    }

    static func verifyAnchors(_ make: Make) async throws {
        let store = try await make()
        try await store.appendAudit((1...4).map(record))
        let anchors = [2, 4].map {
            AuditAnchor(sequence: $0, time: time, hash: record($0).hash, seal: [UInt8($0)])
        }
        try await store.dropAudit(through: anchors[0])
        let left = try await store.audit(after: 0, limit: 10)
        try requireEqual(left, [record(3), record(4)], "records behind the anchor")
        try await store.dropAudit(through: anchors[1])
        let stored = try await store.auditAnchors()
        try requireEqual(stored, anchors, "anchors")
        try await requireFailure(.conflict, "numbers that begin anew") { try await store.appendAudit([record(1)]) }
        try await store.appendAudit([record(5)])
        let last = try await store.lastAudit()
        try requireEqual(last, record(5), "the last record")
    }
}
