import HearthCore

/// Where a Hearth answers.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    var usesTLS: Bool
    /// Without brackets.
    var host: String
    var port: Int
    /// What stands before every path, for a Hearth behind a proxy: empty, or `/hearth`.
    var prefix = ""

    init(usesTLS: Bool, host: String, port: Int) {
        self.usesTLS = usesTLS
        self.host = host
        self.port = port
    }

    /// Reads `http://host:port/prefix`.
    init?(url: String) {
        let rest: Substring
        if url.hasPrefix("https://") {
            usesTLS = true
            rest = url.dropFirst(8)
        } else if url.hasPrefix("http://") {
            usesTLS = false
            rest = url.dropFirst(7)
        } else {
            return nil
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        prefix = String(rest[slash...])
        while prefix.hasSuffix("/") { prefix.removeLast() }
        guard !prefix.contains("?"), !prefix.contains("#"), !authority.contains("@") else { return nil }
        port = usesTLS ? 443 : 80
        var name = authority
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let tail = authority[authority.index(after: end)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":"), let number = Int(tail.dropFirst()) else { return nil }
                port = number
            }
        } else if let colon = authority.lastIndex(of: ":") {
            guard let number = Int(authority[authority.index(after: colon)...]) else { return nil }
            name = authority[..<colon]
            port = number
        }
        guard !name.isEmpty, (1...65_535).contains(port) else { return nil }
        host = String(name)
    }

    /// As a client on this machine reaches a server that listens on `host`: any address is reached over loopback.
    init(listening host: String, port: Int, usesTLS: Bool) {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let reachable = bare == "0.0.0.0" ? "127.0.0.1" : bare == "::" ? "::1" : bare
        self.init(usesTLS: usesTLS, host: reachable, port: port)
    }

    /// Whether both lead to one program. The names of this machine that no other can take are one.
    func isSameServer(as other: ServerAddress) -> Bool {
        let loopback: Set = ["localhost", "127.0.0.1", "::1"]
        let isSameHost = host.lowercased() == other.host.lowercased()
        return usesTLS == other.usesTLS && port == other.port && prefix == other.prefix
            && (isSameHost || loopback.contains(host.lowercased()) && loopback.contains(other.host.lowercased()))
    }

    /// For the `Host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (usesTLS ? 443 : 80) ? name : "\(name):\(port)"
    }

    package var description: String { "\(usesTLS ? "https" : "http")://\(authority)\(prefix)" }

    /// The address of sockets.
    var socketDescription: String { "\(usesTLS ? "wss" : "ws")://\(authority)\(prefix)" }
}
