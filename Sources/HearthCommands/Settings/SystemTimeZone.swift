#if canImport(Glibc)
import Glibc
#endif

/// The time zone of the machine, as far as it has a name.
enum SystemTimeZone {
    private static let folders = ["/usr/share/zoneinfo/", "/usr/lib/zoneinfo/", "/var/db/timezone/zoneinfo/"]

    /// IANA name: from `TZ`, from where `/etc/localtime` leads, from `/etc/timezone`, else `UTC`.
    static func name(environment: [String: String]) -> String {
        let name = localName(environment: environment)
        return universal.contains(name) ? "UTC" : name
    }

    /// Other names of UTC in the database of zones.
    private static let universal: Set<String> = [
        "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu",
    ]

    private static func localName(environment: [String: String]) -> String {
        if let zone = environment["TZ"] {
            let name = zone.hasPrefix(":") ? String(zone.dropFirst()) : zone
            if exists(name) { return name }
        }
        if let target = realPath("/etc/localtime"), let name = name(ofFile: target) { return name }
        if let bytes = try? LocalFile.bytesIfPresent("/etc/timezone", limit: 256) {
            let name = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
            if exists(name) { return name }
        }
        return "UTC"
    }

    /// Whether the system knows a zone of this name.
    static func exists(_ name: String) -> Bool {
        guard name != "UTC" else { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part != ".."
                && part.utf8.allSatisfy { byte in
                    byte.isASCIILetterOrDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                        || byte == UInt8(ascii: "+")
                }
        }
        return isName && folders.contains { LocalFile.isFile($0 + name) }
    }

    private static func name(ofFile path: String) -> String? {
        for folder in folders where path.hasPrefix(folder) {
            let name = String(path.dropFirst(folder.count))
            if exists(name) { return name }
        }
        return nil
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
