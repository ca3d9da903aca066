import Foundation
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthVault

/// One person with devices and the real stores in a folder: what the scenarios inside the process work on.
struct Household {
    let registry: StreamRegistry
    let digest = ReadingDigest(key: SipHash.Key(first: 1, second: 2))
    private(set) var store: SQLiteReadingStore
    let directory: DeviceDirectory
    let principal: Principal
    let devices: [UniqueID]

    init(home: String, deviceCount: Int) async throws {
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        registry = try StreamRegistry(StreamRegistry.shipped())
        store = try await SQLiteReadingStore.open(path: home + "/streams.db", digest: digest)
        try await store.install(registry.all)
        let now = SystemTime().now()
        directory = DeviceDirectory(catalogue: try await SQLiteCatalogueStore.open(path: home + "/hearth.db"))
        let owner = Person(id: .random(at: now), name: "Owner", timeZone: "UTC", createdAt: now)
        try await directory.register(owner)
        var devices: [UniqueID] = []
        for number in 0..<deviceCount {
            let id = UniqueID.random(at: now)
            try await directory.register(
                Device(
                    id: id, person: owner.id, name: "Device \(number)", kind: "phone", createdAt: now, updatedAt: now))
            devices.append(id)
        }
        self.devices = devices
        principal = Principal(id: .random(at: now), role: .owner, person: owner.id)
    }

    /// The same with the store opened again, after it was closed.
    func reopened(_ home: String) async throws -> Household {
        var household = self
        household.store = try await SQLiteReadingStore.open(path: home + "/streams.db", digest: digest)
        try await household.store.install(registry.all)
        return household
    }

    func stream(_ name: String) throws -> StreamDefinition {
        guard let stream = registry[name] else { throw HearthError(.notFound, "There is no stream \(name).") }
        return stream
    }

    var admission: Admission {
        Admission(
            registry: registry, devices: directory, digest: digest, time: SystemTime(), limits: IngestLimits())
    }
}
