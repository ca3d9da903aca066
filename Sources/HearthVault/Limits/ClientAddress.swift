#if canImport(Glibc)
import Glibc
#endif

/// A network address as limits count it: an IPv4 address, or the first 64 bits of an IPv6 address, which is what one
/// subscriber has; the rest they may choose freely.
package struct ClientAddress: Hashable, Sendable {
    private let bytes: [UInt8]

    /// Reads a numeric address; a zone (`%eth0`) is left out. Nil for anything else, such as a host name.
    package init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        var version4 = in_addr()
        var version6 = in6_addr()
        if inet_pton(AF_INET, text, &version4) == 1 {
            bytes = withUnsafeBytes(of: version4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &version6) == 1 {
            let all = withUnsafeBytes(of: version6) { Array($0) }
            // ::ffff:a.b.c.d is an IPv4 client on a socket that speaks both.
            let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xff && all[11] == 0xff
            bytes = isMapped ? Array(all[12...]) : Array(all[..<8])
        } else {
            return nil
        }
    }
}
