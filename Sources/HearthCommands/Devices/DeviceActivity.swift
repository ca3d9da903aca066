import HearthCore

/// When a device was last heard of, and how much it sent.
struct DeviceActivity {
    /// By the server's clock: what a device says of the time may be wrong.
    var lastSeen: Timestamp?
    var readings: Int
    /// `{"stream","count","first","last",…}` of each stream it sent.
    var streams: [JSONValue]

    /// By device id; removed devices too.
    static func read(_ client: ServerClient) async throws -> [String: DeviceActivity] {
        var found: [String: DeviceActivity] = [:]
        for item in try await client.items(of: .get("/devices/activity", [("include_deleted", "true")])) {
            guard let id = item["device_id"]?.string else { continue }
            found[id] = DeviceActivity(
                lastSeen: item["last_received_at"]?.string.flatMap { Timestamp($0) },
                readings: Int(item["readings"]?.int64 ?? 0), streams: item["streams"]?.array ?? [])
        }
        return found
    }
}
