import Foundation
package import HearthCore

extension ErrorCode {
    /// Hearth does not fetch this address: it is not on the public Internet, or not a page.
    package static let fetchRefused = ErrorCode("fetch-refused")
    /// A page could not be fetched.
    package static let fetchFailed = ErrorCode("fetch-failed")
}

/// Where Hearth may fetch from: pages of the public Internet, over http and https. Addresses of the household's network,
/// of this machine and of what clouds keep for themselves are refused, in whichever way they are written, since a link in
/// a mail must not reach the router. The owner can make exceptions.
package struct FetchPolicy: Sendable {
    /// Of an address, in bytes.
    package static let maximumURL = 8192

    private let hosts: Set<String>
    private let ranges: [AddressRange]

    /// - Parameter allowing: `HEARTH_FETCH_ALLOW`: names of hosts, addresses and ranges (10.0.0.0/8), with commas.
    /// - Throws: `invalid-value` for an entry that is none of these.
    package init(allowing text: String = "") throws(HearthError) {
        var hosts: Set<String> = []
        var ranges: [AddressRange] = []
        for entry in text.split(separator: ",") {
            let entry = entry.trimmingCharacters(in: .whitespaces).lowercased()
            if entry.isEmpty { continue }
            if let range = AddressRange(entry) {
                ranges.append(range)
            } else if Self.isHostName(entry), !InternetAddress.loose(entry).isNumeric {
                hosts.insert(entry.hasSuffix(".") ? String(entry.dropLast()) : entry)
            } else {
                throw HearthError(
                    .invalidValue, "“\(entry)” in HEARTH_FETCH_ALLOW is no host, address or range.",
                    hint: "Write it like intranet.example, 192.168.1.20 or 192.168.1.0/24.")
            }
        }
        self.hosts = hosts
        self.ranges = ranges
    }

    /// Takes an address apart and refuses what needs no look-up to be refused.
    package func target(of text: String) throws(HearthError) -> FetchTarget {
        guard text.utf8.count <= Self.maximumURL, let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased()
        else {
            throw Self.refused("The address is not one of the web.", hint: "Write it like https://example.org/page.")
        }
        guard scheme == "http" || scheme == "https" else {
            throw Self.refused(
                "Addresses that begin with \(scheme): are not fetched, only http: and https:.",
                hint: scheme == "file" ? "Add the file itself: hearth add PATH." : nil)
        }
        guard parts.user == nil, parts.password == nil else {
            throw Self.refused("The address carries a name or a password.", hint: "Leave them out.")
        }
        guard var host = parts.encodedHost?.lowercased(), !host.isEmpty else {
            throw Self.refused("The address names no host.", hint: "Write it like https://example.org/page.")
        }
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65535).contains(port) else { throw Self.refused("There is no port \(port).") }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        var literal = InternetAddress(host)
        if literal == nil {
            let loose = InternetAddress.loose(host)
            guard loose.address != nil || !loose.isNumeric else {
                throw Self.refused("“\(host)” is neither a name nor an address.")
            }
            literal = loose.address
        }
        if let literal {
            try check([literal], host: host)
        } else {
            guard Self.isHostName(host) else { throw Self.refused("“\(host)” is not the name of a host.") }
            if Self.isLocalName(host), !hosts.contains(host), ranges.isEmpty { throw notPublic(host) }
        }
        // Written in one way only, so that whoever reads it next reads the same host.
        var plain = parts
        plain.scheme = scheme
        plain.encodedHost = host.contains(":") ? "[\(host)]" : host
        plain.fragment = nil
        guard let url = plain.string, URL(string: url)?.host?.lowercased() == host else {
            throw Self.refused("“\(host)” is not the name of a host.")
        }
        return FetchTarget(url: url, isSecure: scheme == "https", host: host, port: port, literal: literal)
    }

    /// - Throws: `fetch-refused` unless all addresses of the host may be connected to: a name that leads to a public and a
    ///   private one is a trick.
    package func check(_ addresses: [InternetAddress], host: String) throws(HearthError) {
        guard !addresses.isEmpty else {
            throw HearthError(.fetchFailed, "The name \(host) leads to no address.", disposition: .retry)
        }
        if hosts.contains(host) { return }
        for address in addresses where !isAllowed(address) { throw notPublic(host) }
    }

    package func isAllowed(_ address: InternetAddress) -> Bool {
        ranges.contains { $0.contains(address) } || Self.isPublic(address)
    }

    private func notPublic(_ host: String) -> HearthError {
        Self.refused(
            "\(host) is not on the public Internet.",
            hint: "To fetch from it all the same, name it in HEARTH_FETCH_ALLOW.")
    }

    private static func refused(_ message: String, hint: String? = nil) -> HearthError {
        HearthError(.fetchRefused, message, hint: hint)
    }

    // MARK: What is public

    static func isPublic(_ address: InternetAddress) -> Bool {
        switch address {
        case .v4: return !reserved.contains { $0.contains(address) }
        case .v6(let high, let low):
            // ::ffff:a.b.c.d is a.b.c.d.
            if high == 0, low >> 32 == 0xffff { return isPublic(.v4(UInt32(truncatingIfNeeded: low))) }
            // Unicast that is routed begins with 001 (RFC 4291); the rest is local, multicast, translated or not given out.
            return high >> 61 == 1 && !reserved.contains { $0.contains(address) }
        }
    }

    /// IANA's registries of special-purpose addresses, multicast, and addresses at which clouds answer their own machines.
    private static let reserved: [AddressRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        // Azure's own address.
        "168.63.129.16",
        // Protocol assignments with Teredo and ORCHID, documentation, 6to4.
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48",
    ].compactMap { AddressRange($0) }

    /// Names that never leave a network (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and those of clouds).
    private static func isLocalName(_ host: String) -> Bool {
        if !host.contains(".") { return true }
        return [
            "localhost", "local", "internal", "home.arpa", "intranet", "lan", "home", "corp", "private", "localdomain",
            "test", "invalid",
        ]
        .contains { host == $0 || host.hasSuffix("." + $0) }
    }

    private static func isHostName(_ host: String) -> Bool {
        guard (1...253).contains(host.utf8.count) else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy {
                    ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2d || $0 == 0x5f
                }
        }
    }
}

/// An address of the web that passed the first check.
package struct FetchTarget: Sendable, Hashable {
    /// Without a fragment; the host in lower case.
    package var url: String
    package var isSecure: Bool
    /// Lower case, without brackets.
    package var host: String
    package var port: Int
    /// The address that the host is, when it is no name.
    package var literal: InternetAddress?
}
