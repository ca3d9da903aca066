import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import Hummingbird

/// `/devices/activity`: which device sent what, and when last.
struct DeviceActivityRoutes {
    let directory: DeviceDirectory
    let store: any ReadingStore

    init(_ dependencies: ServerDependencies) {
        directory = dependencies.ingest.devices
        store = dependencies.store
    }

    var routes: [Route] {
        [
            Route(
                .get, "/devices/activity", "listDeviceActivity", tag: "Devices",
                "First and last readings and counts per stream of each device",
                detail: "Most recently active devices first; devices that never sent anything come last.",
                parameters: [
                    RouteParameter("device_id", "Only of this device, or of these: several with commas", Shape.text),
                    RouteParameter("include_deleted", "Removed devices, too", Shape.flag),
                    RouteParameter("person_id", "Of this person instead of the caller", Shape.id),
                ] + Page.parameters,
                answers: [.json(Shape.page(of: Shape.named("DeviceActivity")), "The devices")], handler: list)
        ]
    }

    private struct Activity {
        var device: Device
        var streams: [StreamStatistics]

        var first: Timestamp? { streams.map(\.first).min() }
        var last: Timestamp? { streams.map(\.last).max() }
        var lastReceived: Timestamp? { streams.map(\.lastReceived).max() }
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let person = try request.queryID("person_id") ?? context.caller().person
        try context.require(.readDevices(person: person))
        let isComplete = try request.queryFlag("include_deleted") ?? false
        var wanted: Set<UniqueID>?
        let names = request.queryList("device_id")
        if !names.isEmpty {
            wanted = Set(
                try names.map { name in
                    guard let id = UniqueID(name) else {
                        throw HearthError.malformedQuery("device_id", "is not a UUID")
                    }
                    return id
                })
        }
        let byDevice = Dictionary(grouping: try await store.statistics(of: nil), by: \.device)
        let devices = directory.all.filter {
            $0.person == person && (isComplete || $0.deletedAt == nil) && wanted?.contains($0.id) ?? true
        }
        let activities = devices.map { device in
            Activity(device: device, streams: (byDevice[device.id] ?? []).sorted { $0.stream < $1.stream })
        }.sorted { left, right in
            (right.lastReceived ?? .distantPast, left.device.id) < (left.lastReceived ?? .distantPast, right.device.id)
        }
        return try Page.response(request, activities, id: \.device.id, Self.write)
    }

    private static func write(_ activity: Activity, to writer: inout JSONWriter) {
        writer.object {
            $0.member("device_id", activity.device.id)
            $0.member("name", activity.device.name)
            $0.member("kind", activity.device.kind)
            $0.member("readings", activity.streams.reduce(0) { $0 + $1.count })
            $0.member("first_seen", optional: activity.first?.description)
            $0.member("last_seen", optional: activity.last?.description)
            $0.member("last_received_at", optional: activity.lastReceived?.description)
            $0.member("streams") { $0.list(activity.streams, write) }
        }
    }

    private static func write(_ stream: StreamStatistics, to writer: inout JSONWriter) {
        writer.object {
            $0.member("stream", stream.stream)
            $0.member("count", stream.count)
            $0.member("first", stream.first)
            $0.member("last", stream.last)
            $0.member("last_received_at", stream.lastReceived)
        }
    }
}

extension Timestamp {
    /// Before anything that can be stored.
    static let distantPast = Timestamp(microseconds: .min)
}
