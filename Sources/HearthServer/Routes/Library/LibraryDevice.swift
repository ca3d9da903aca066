import HearthCore
import HearthIngest
import HearthStore
import HearthVault

/// Every reading has a device; what a person adds to the library by hand comes from this one.
enum LibraryDevice {
    static let kind = "library"

    /// The caller's own device, else the person's library, which is registered when it is first needed.
    static func id(
        for caller: Principal, in directory: DeviceDirectory, at now: Timestamp
    ) async throws -> UniqueID {
        if let own = caller.deviceID { return own }
        let present = directory.all.first { $0.person == caller.person && $0.kind == kind && $0.deletedAt == nil }
        if let present { return present.id }
        let device = Device(
            id: .random(at: now), person: caller.person, name: "Added files", kind: kind, createdAt: now,
            updatedAt: now)
        try await directory.register(device)
        return device.id
    }
}
