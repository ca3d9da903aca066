import Dispatch
import Glibc
package import HearthCore

/// Finds the addresses of a host.
package protocol HostResolver: Sendable {
    /// - Throws: `fetch-failed` when the name leads nowhere or nobody answers.
    func addresses(of host: String) async throws -> [InternetAddress]
}

/// Asks the system, on a queue of its own: getaddrinfo blocks.
package struct SystemResolver: HostResolver {
    private static let queue = DispatchQueue(label: "hearth.resolver", attributes: .concurrent)

    package init() {}

    package func addresses(of host: String) async throws -> [InternetAddress] {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Result { try Self.lookUp(host) }) }
        }
    }

    private static func lookUp(_ host: String) throws -> [InternetAddress] {
        var wanted = addrinfo()
        wanted.ai_family = AF_UNSPEC
        wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let outcome = getaddrinfo(host, nil, &wanted, &first)
        defer { if let first { freeaddrinfo(first) } }
        guard outcome == 0 else {
            throw HearthError(
                .fetchFailed, "The name \(host) cannot be looked up: \(String(cString: gai_strerror(outcome))).",
                hint: "Check the address and the network.", disposition: .retry)
        }
        var addresses: [InternetAddress] = []
        var entry = first
        while let current = entry {
            defer { entry = current.pointee.ai_next }
            guard let address = current.pointee.ai_addr else { continue }
            let found: InternetAddress? =
                switch current.pointee.ai_family {
                case AF_INET:
                    address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        .v4(UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
                    }
                case AF_INET6:
                    address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        InternetAddress($0.pointee.sin6_addr)
                    }
                default: nil
                }
            if let found, !addresses.contains(found) { addresses.append(found) }
        }
        return addresses
    }
}
