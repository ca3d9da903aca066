import HearthCore
import HearthStore
import Synchronization

/// How far each device's current session was acknowledged, so that a client that reconnects need not send everything again.
/// A hint, not a promise: sending again is harmless.
final class ResumePoints: Sendable {
    struct Point: Hashable, Sendable {
        /// The client's own name for its run.
        var session: String
        var acknowledged: Int64
    }

    private let catalogue: any CatalogueStore
    private let points = Mutex<[UniqueID: Point]>([:])

    init(_ catalogue: any CatalogueStore) { self.catalogue = catalogue }

    /// The highest number acknowledged to this session of the device; nil for a session that is not the device's last.
    func acknowledged(_ session: String, of device: UniqueID) async throws -> Int64? {
        let known = points.withLock { $0[device] }
        let point: Point?
        if let known { point = known } else { point = try await stored(device) }
        return point?.session == session ? point?.acknowledged : nil
    }

    func advance(_ session: String, of device: UniqueID, to number: Int64) {
        points.withLock { points in
            if let point = points[device], point.session == session, point.acknowledged >= number { return }
            points[device] = Point(session: session, acknowledged: number)
        }
    }

    /// Puts the device's point on disk.
    func save(_ device: UniqueID) async throws {
        guard let point = points.withLock({ $0[device] }) else { return }
        let value: JSONValue = ["session": .string(point.session), "acknowledged": .integer(point.acknowledged)]
        try await catalogue.set(Self.setting(device), to: value.text)
    }

    private func stored(_ device: UniqueID) async throws -> Point? {
        guard let text = try await catalogue.setting(Self.setting(device)),
            let value = try? JSONValue(parsing: text), let session = value["session"]?.string,
            let acknowledged = value["acknowledged"]?.int64
        else { return nil }
        let point = Point(session: session, acknowledged: acknowledged)
        return points.withLock { points in
            // A socket may have gone on meanwhile.
            if let newer = points[device] { return newer }
            points[device] = point
            return point
        }
    }

    private static func setting(_ device: UniqueID) -> String { "socket.resume.\(device)" }
}
