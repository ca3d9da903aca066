import HearthCore

/// The path and query of a socket: `/stream/{device_id}` or `/audio/stream/{device_id}`.
struct SocketTarget: Sendable {
    /// The raw value names the kind in metrics.
    enum Kind: String, Sendable { case readings, audio }

    let kind: Kind
    /// As it stands in the path.
    let device: String
    let query: [String: String]

    /// nil: no socket's path.
    init?(_ uri: String) {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        switch path.count {
        case 3 where path[0].isEmpty && path[1] == "stream":
            kind = .readings
            device = String(path[2])
        case 4 where path[0].isEmpty && path[1] == "audio" && path[2] == "stream":
            kind = .audio
            device = String(path[3])
        default: return nil
        }
        var query: [String: String] = [:]
        if parts.count == 2 {
            for pair in parts[1].split(separator: "&") {
                let pair = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = pair.count == 2 ? pair[1] : ""
                query[String(pair[0])] = PercentEncoding.decode(value) ?? String(value)
            }
        }
        self.query = query
    }

    /// The path as metrics name it.
    var template: String { kind == .readings ? "/stream/{device_id}" : "/audio/stream/{device_id}" }
}
