#if canImport(Glibc)
import Glibc
#endif

/// Space of the file system that holds a path.
struct DiskSpace: Sendable, Hashable {
    /// For users that are not root, in bytes.
    var free: Int
    var total: Int

    /// Of the nearest folder above a path that does not exist yet. Nil when the system does not say.
    static func of(_ path: String) -> DiskSpace? {
        var place = path
        while !LocalFile.exists(place), place != "/", place != "." { place = FilePathText.parent(of: place) }
        var status = statvfs()
        guard statvfs(place, &status) == 0 else { return nil }
        let unit = Int(status.f_frsize)
        return DiskSpace(free: Int(status.f_bavail) * unit, total: Int(status.f_blocks) * unit)
    }
}

/// What kind of file system holds a path.
enum FileSystemKind: Sendable, Hashable {
    case local, memory, network

    static func of(_ path: String) -> FileSystemKind {
        guard let bytes = try? LocalFile.bytesIfPresent("/proc/self/mountinfo", limit: 1 << 22) else { return .local }
        return of(path, mounts: String(decoding: bytes, as: UTF8.self))
    }

    /// - Parameter mounts: As in `/proc/self/mountinfo` (proc(5)): the fifth field is where it is mounted, the type follows
    ///   a lone hyphen.
    static func of(_ path: String, mounts: String) -> FileSystemKind {
        var best = (depth: -1, type: "")
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, let hyphen = fields.firstIndex(of: "-"), hyphen + 1 < fields.count else { continue }
            let place = fields[4].replacing("\\040", with: " ")
            let holds = place == "/" || path == place || path.hasPrefix(place + "/")
            // Of two mounts on one place the later one counts.
            if holds, place.count >= best.depth { best = (place.count, String(fields[hyphen + 1])) }
        }
        switch best.type {
        case "tmpfs", "ramfs": return .memory
        case "nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "afs", "ceph": return .network
        default: return .local
        }
    }
}

/// Whether a server could listen on an address now.
enum PortProbe {
    enum State: Sendable, Hashable {
        case free, taken
        case refused(String)
    }

    static func state(host: String, port: Int) -> State {
        if port == 0 { return .free }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, String(port), &hints, &found)
        guard status == 0, let address = found else { return .refused(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(found) }
        let socket = Glibc.socket(
            address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return .refused(String(cString: strerror(errno))) }
        defer { close(socket) }
        // As the server does: an address that only waits out its last connection is free.
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0, listen(socket, 1) == 0 else {
            return errno == EADDRINUSE ? .taken : .refused(String(cString: strerror(errno)))
        }
        return .free
    }
}

/// How many files and sockets the process may have open.
struct DescriptorLimit: Sendable, Hashable {
    var soft: Int
    var hard: Int

    /// For databases, originals and the log, beside connections.
    static let reserve = 256

    static var current: DescriptorLimit {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return DescriptorLimit(soft: 1024, hard: 1024)
        }
        return DescriptorLimit(soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// Raises the soft limit to what `connections` need, as far as the hard one goes.
    static func raise(forConnections connections: Int) {
        let limit = current
        let wanted = min(limit.hard, max(limit.soft, connections + reserve))
        guard wanted > limit.soft else { return }
        var raised = rlimit(rlim_cur: rlim_t(wanted), rlim_max: rlim_t(limit.hard))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
    }
}

/// Whether something keeps the clock right, as far as files tell.
enum ClockKeeper {
    private static let signs = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid"]

    static var isKnown: Bool { signs.contains { LocalFile.exists($0) } }
}
