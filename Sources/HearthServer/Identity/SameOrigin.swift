/// Whether a browser's request comes from a page of ours: the cookie alone does not prove that, because a browser sends it
/// along whoever made the page.
struct SameOrigin: Sendable {
    private let allowed: Set<String>

    /// - Parameter allowed: Origins besides our own, such as `https://home.example`.
    init(allowed: Set<String>) { self.allowed = Set(allowed.map { $0.lowercased() }) }

    /// Whether `origin` (`scheme://host[:port]`) is the server that `host` names, or one that is allowed.
    func permits(origin: String, host: String?) -> Bool {
        let origin = origin.lowercased()
        if allowed.contains(origin) { return true }
        guard let host = host?.lowercased(), let mark = origin.firstRange(of: "://") else { return false }
        let scheme = origin[..<mark.lowerBound]
        guard scheme == "http" || scheme == "https" else { return false }
        let standardPort = scheme == "https" ? ":443" : ":80"
        let authority = origin[mark.upperBound...]
        // A browser leaves the standard port out of both.
        return authority == host || authority + standardPort == host
    }

    /// Whether a request that changes something and rests on the cookie comes from a page of ours. Says no when the
    /// browser tells nothing.
    func permitsUnsafe(origin: String?, fetchSite: String?, host: String?) -> Bool {
        if let origin { return permits(origin: origin, host: host) }
        return fetchSite == "same-origin" || fetchSite == "none"
    }
}
