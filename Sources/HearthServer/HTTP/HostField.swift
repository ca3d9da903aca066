import HearthCore
import NIOHTTP1

/// The `Host` header, which a request of HTTP/1.1 has exactly once (RFC 9112 section 3.2).
enum HostField {
    /// Why a request cannot be taken; nil when it can.
    static func failure(of head: HTTPRequestHead) -> HearthError? {
        var count = 0
        for (name, _) in head.headers where name.utf8.count == 4 && name.lowercased() == "host" { count += 1 }
        if count > 1 { return HearthError(.malformedRequest, "The request has more than one Host header.") }
        guard count == 0, head.version.isChunkAware else { return nil }
        return HearthError(.malformedRequest, "The request has no Host header, which HTTP/1.1 needs.")
    }
}

extension HTTPVersion {
    /// Whether a peer of this version knows chunks, persistent connections and the rules about `Host`.
    var isChunkAware: Bool { major > 1 || major == 1 && minor >= 1 }
}
