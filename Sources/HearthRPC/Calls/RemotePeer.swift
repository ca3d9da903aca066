import NIOCore

/// Where a call comes from, as gRPC writes it: `ipv4:127.0.0.1:50051`, `ipv6:[::1]:50051`.
enum RemotePeer {
    /// Nil for what is no address of the internet.
    static func address(_ text: String) -> SocketAddress? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "ipv4" || parts[0] == "ipv6", let colon = parts[1].lastIndex(of: ":"),
            let port = Int(parts[1][parts[1].index(after: colon)...])
        else { return nil }
        let host = parts[1][..<colon].filter { $0 != "[" && $0 != "]" }
        return try? SocketAddress(ipAddress: host, port: port)
    }
}
