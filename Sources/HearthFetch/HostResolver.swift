import Dispatch
import Glibc
package import HearthCore
import Synchronization

/// Finds the addresses of a host.
package protocol HostResolver: Sendable {
    /// - Throws: `fetch-failed` when the name leads nowhere or nobody answers.
    func addresses(of host: String) async throws -> [InternetAddress]
}

/// Asks the system, on a queue of its own: getaddrinfo blocks, for a minute when no name server answers, and cannot be stopped.
/// Who asks is let go when the task is cancelled; the look-up ends by itself later.
package struct SystemResolver: HostResolver {
    /// Look-ups under way, of which each holds a thread.
    final class Desk: Sendable {
        static let shared = Desk()

        let maximum: Int
        private let queue = DispatchQueue(label: "hearth.resolver", attributes: .concurrent)
        private let underWay = Mutex(0)

        init(maximum: Int = 16) { self.maximum = maximum }

        /// - Returns: false, and nothing is done, when there are as many under way as there may be.
        func start(_ work: @escaping @Sendable () -> Void) -> Bool {
            let isFree = underWay.withLock { count in
                guard count < maximum else { return false }
                count += 1
                return true
            }
            guard isFree else { return false }
            queue.async {
                work()
                self.underWay.withLock { $0 -= 1 }
            }
            return true
        }
    }

    private let desk: Desk
    private let lookUp: @Sendable (String) throws -> [InternetAddress]

    package init() { self.init(desk: .shared) { try Self.lookUp($0) } }

    /// - Parameter lookUp: May block.
    init(desk: Desk, lookUp: @escaping @Sendable (String) throws -> [InternetAddress]) {
        self.desk = desk
        self.lookUp = lookUp
    }

    package func addresses(of host: String) async throws -> [InternetAddress] {
        let answer = Answer<[InternetAddress]>()
        let lookUp = lookUp
        let isStarted = desk.start { answer.give(Result { try lookUp(host) }) }
        guard isStarted else {
            throw HearthError(
                .fetchFailed,
                "The name \(host) cannot be looked up: \(desk.maximum) names are being looked up already.",
                hint: "Look whether the name server answers.", disposition: .retry)
        }
        return try await answer.value
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
