package import HearthCore
package import HearthStore
import Synchronization

/// Devices and people in memory, for the hot path; changes go to the catalogue first and are seen here once durable.
package final class DeviceDirectory: Sendable {
    private struct State {
        var devices: [UniqueID: Device] = [:]
        var people: [UniqueID: Person] = [:]
        var owner: Person?
    }

    private let catalogue: any CatalogueStore
    private let state = Mutex(State())

    package init(catalogue: any CatalogueStore) { self.catalogue = catalogue }

    /// Reads everything from the catalogue. The person with the smallest id, the first one made, is the owner.
    package func load() async throws {
        let people = try await catalogue.people()
        let devices = try await catalogue.devices()
        state.withLock { state in
            state.people = Dictionary(uniqueKeysWithValues: people.map { ($0.id, $0) })
            state.devices = Dictionary(uniqueKeysWithValues: devices.map { ($0.id, $0) })
            state.owner = people.min { $0.id < $1.id }
        }
    }

    /// Removed devices are found too; `deletedAt` tells.
    package func device(_ id: UniqueID) -> Device? { state.withLock { $0.devices[id] } }

    /// In order of id, which is the order of registration.
    package var all: [Device] { state.withLock { $0.devices.values.sorted { $0.id < $1.id } } }

    package var people: [Person] { state.withLock { $0.people.values.sorted { $0.id < $1.id } } }

    package func person(_ id: UniqueID) -> Person? { state.withLock { $0.people[id] } }

    /// The person of the household's first start; nil before.
    package var owner: Person? { state.withLock { $0.owner } }

    package func register(_ device: Device) async throws {
        try await catalogue.insert(device)
        state.withLock { $0.devices[device.id] = device }
    }

    package func update(_ device: Device) async throws {
        try await catalogue.update(device)
        state.withLock { $0.devices[device.id] = device }
    }

    package func register(_ person: Person) async throws {
        try await catalogue.insert(person)
        state.withLock { state in
            state.people[person.id] = person
            if state.owner == nil { state.owner = person }
        }
    }

    package func update(_ person: Person) async throws {
        try await catalogue.update(person)
        state.withLock { state in
            state.people[person.id] = person
            if state.owner?.id == person.id { state.owner = person }
        }
    }
}
