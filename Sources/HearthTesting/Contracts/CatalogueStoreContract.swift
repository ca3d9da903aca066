import HearthCore
package import HearthStore

/// What every catalogue store does, as `CatalogueStore` says.
package enum CatalogueStoreContract {
    typealias Make = @Sendable () async throws -> any CatalogueStore

    package static let cases: [ContractCase<any CatalogueStore>] = [
        ContractCase("keeps people", verifyPeople),
        ContractCase("keeps devices", verifyDevices),
        ContractCase("keeps tokens and revokes them once", verifyTokens),
        ContractCase("repeats answers to the same request only", verifyAnswers),
        ContractCase("keeps settings", verifySettings),
        ContractCase("takes one of many inserts at once", verifyConcurrency),
        ContractCase("probes and closes", verifyEnd),
    ]

    private static func id(_ number: UInt64) -> UniqueID {
        UniqueID(high: number.byteSwapped, low: 0x8000_0000_0000_0000 | number)
    }

    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000 + 1) }

    static func verifyPeople(_ make: Make) async throws {
        let store = try await make()
        var ada = Person(id: id(2), name: "Ada", timeZone: "Europe/Berlin", createdAt: time(1))
        let bob = Person(id: id(1), name: "Bob 🙂", timeZone: "UTC", createdAt: time(-5))
        let none = try await store.people()
        try requireEqual(none, [], "people at first")
        try await store.insert(ada)
        try await store.insert(bob)
        let both = try await store.people()
        try requireEqual(both, [ada, bob].sorted { $0.id < $1.id }, "people in order of id")
        ada.name = "Ada L."
        ada.timeZone = "Europe/London"
        try await store.update(ada)
        let changed = try await store.people()
        try requireEqual(Set(changed), [ada, bob], "a person changed")
        try await requireFailure(.conflict, "a person inserted twice") { try await store.insert(ada) }
        let unknown = Person(id: id(3), name: "Nobody", timeZone: "UTC", createdAt: time(1))
        try await requireFailure(.notFound, "an unknown person changed") { try await store.update(unknown) }
    }

    static func verifyDevices(_ make: Make) async throws {
        let store = try await make()
        let owner = id(1)
        var phone = Device(
            id: id(11), person: owner, name: "Phone", kind: "phone", platform: "Android 16",
            metadata: ["model": "X", "nested": [1, 2.5, nil, ["deep": true]]], createdAt: time(10), updatedAt: time(10))
        let watch = Device(
            id: id(10), person: owner, name: "", kind: "watch", createdAt: time(11), updatedAt: time(12))
        try await store.insert(phone)
        try await store.insert(watch)
        let all = try await store.devices()
        try requireEqual(all, [phone, watch].sorted { $0.id < $1.id }, "devices in order of id")
        (phone.name, phone.platform, phone.metadata) = ("Old phone", nil, [:])
        (phone.updatedAt, phone.deletedAt) = (time(20), time(20))
        try await store.update(phone)
        let found = try await store.device(phone.id)
        try requireEqual(found, phone, "a device changed and deleted")
        let unknown = try await store.device(id(12))
        try requireEqual(unknown, nil, "a device that does not exist")
        try await requireFailure(.conflict, "a device inserted twice") { try await store.insert(watch) }
        let stranger = Device(id: id(12), person: owner, name: "", kind: "", createdAt: time(0), updatedAt: time(0))
        try await requireFailure(.notFound, "an unknown device changed") { try await store.update(stranger) }
        let still = try await store.devices()
        try requireEqual(Set(still), [phone, watch], "devices after refused changes")
    }

    static func verifyTokens(_ make: Make) async throws {
        let store = try await make()
        let full = TokenRecord(
            id: id(22), hash: Array(0..<32), name: "watch", role: "device", person: id(1), device: id(11),
            streams: ["gps", "accelerometer"], createdAt: time(1), expiresAt: time(100))
        let bare = TokenRecord(
            id: id(21), hash: Array(1...32), name: "", role: "owner", person: id(1), createdAt: time(2))
        let closed = TokenRecord(
            id: id(23), hash: Array(2...33), name: "none", role: "device", person: id(1), streams: [],
            createdAt: time(3), revokedAt: time(4))
        let session = TokenRecord(
            id: id(25), hash: Array(3...34), name: "Browser", role: "owner", person: id(1), createdAt: time(3),
            parent: Array(1...32))
        for token in [full, bare, closed, session] { try await store.insert(token) }
        let all = try await store.tokens()
        try requireEqual(all, [full, bare, closed, session].sorted { $0.id < $1.id }, "tokens in order of id")
        try await store.revokeToken(full.id, at: time(50))
        try await store.revokeToken(full.id, at: time(60))
        try await store.revokeToken(closed.id, at: time(60))
        let revoked = try await store.tokens()
        let times = [full.id, bare.id, closed.id].map { id in revoked.first { $0.id == id }?.revokedAt }
        try requireEqual(times, [time(50), nil, time(4)], "times of revocation")
        try await requireFailure(.notFound, "an unknown token revoked") {
            try await store.revokeToken(id(99), at: time(1))
        }
        try await requireFailure(.conflict, "a token inserted twice") { try await store.insert(full) }
        var same = bare
        same.id = id(24)
        try await requireFailure(.conflict, "a secret used twice") { try await store.insert(same) }
    }

    static func verifyAnswers(_ make: Make) async throws {
        let store = try await make()
        let answer = StoredAnswer(status: 201, contentType: "application/json", body: Array(#"{"id":1}"#.utf8))
        let empty = StoredAnswer(status: 204, contentType: "", body: [])
        try await store.keep(answer, principal: id(1), key: "k", fingerprint: [1, 2], at: time(10))
        try await store.keep(empty, principal: id(1), key: "k", fingerprint: [3], at: time(11))
        try await store.keep(empty, principal: id(2), key: "k", fingerprint: [], at: time(12))
        let first = try await store.answer(principal: id(1), key: "k", fingerprint: [1, 2])
        try requireEqual(first, answer, "the first answer to a key")
        let other = try await store.answer(principal: id(2), key: "k", fingerprint: [])
        try requireEqual(other, empty, "the answer to another principal's key")
        let unknown = try await store.answer(principal: id(1), key: "K", fingerprint: [1, 2])
        try requireEqual(unknown, nil, "the answer to a key that was not used")
        try await requireFailure(.idempotencyMismatch, "a key used with another request") {
            try await store.answer(principal: id(1), key: "k", fingerprint: [3])
        }
        let dropped = try await store.dropAnswers(before: time(12))
        try requireEqual(dropped, 1, "answers dropped before a time")
        let gone = try await store.answer(principal: id(1), key: "k", fingerprint: [3])
        try requireEqual(gone, nil, "an answer that was dropped")
        let kept = try await store.answer(principal: id(2), key: "k", fingerprint: [])
        try requireEqual(kept, empty, "an answer that was young enough")
    }

    static func verifySettings(_ make: Make) async throws {
        let store = try await make()
        let unknown = try await store.setting("theme")
        try requireEqual(unknown, nil, "a setting that was never set")
        try await store.set("theme", to: "dark")
        try await store.set("theme", to: "")
        try await store.set("Theme", to: "light")
        let values = [try await store.setting("theme"), try await store.setting("Theme")]
        try requireEqual(values, ["", "light"], "settings")
    }

    static func verifyConcurrency(_ make: Make) async throws {
        let store = try await make()
        let wins = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let device = Device(
                        id: id(1), person: id(1), name: "\(number)", kind: "phone", createdAt: time(0),
                        updatedAt: time(0))
                    do {
                        try await store.insert(device)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        try requireEqual(wins, 1, "inserts of one id that succeeded")
        let devices = try await store.devices()
        try requireEqual(devices.count, 1, "devices after many inserts of one id")
    }

    static func verifyEnd(_ make: Make) async throws {
        let store = try await make()
        try await store.probe()
        try await store.close()
        try await store.close()
        try await requireFailure(.shuttingDown, "a read after the end") { try await store.people() }
        try await requireFailure(.shuttingDown, "a probe after the end") { try await store.probe() }
    }
}
