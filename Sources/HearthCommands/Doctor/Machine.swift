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
enum FileSystemKind: Sendable {
    case local, memory, network

    static func of(_ path: String) -> FileSystemKind {
        #if os(Linux)
        var place = path
        while !LocalFile.exists(place), place != "/", place != "." { place = FilePathText.parent(of: place) }
        var status = statfs()
        guard statfs(place, &status) == 0 else { return .local }
        // The magic numbers of statfs(2).
        switch UInt32(truncatingIfNeeded: status.f_type) {
        case 0x0102_1994, 0x8584_58f6: return .memory
        case 0x6969, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997, 0x517b: return .network
        default: return .local
        }
        #else
        return .local
        #endif
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
        let socket = Glibc.socket(address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
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

/// Whether the kernel's clock is kept right.
enum ClockState: Sendable {
    case synchronized, unsynchronized, unknown

    static var current: ClockState {
        #if os(Linux)
        var state = timex()
        // Reads only, as no mode is set.
        switch adjtimex(&state) {
        case -1: return .unknown
        case TIME_ERROR: return .unsynchronized
        default: return .synchronized
        }
        #else
        return .unknown
        #endif
    }
}
