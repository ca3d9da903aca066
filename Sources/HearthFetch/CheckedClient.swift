package import AsyncHTTPClient
import Glibc
package import HearthCore
import NIOCore
import NIOHTTPCompression

/// Makes single exchanges with hosts outside. The connection goes to the very address that was checked, so that a name cannot
/// change its mind between the check and the connection; redirects are left to the caller, who has to check where they lead.
package struct CheckedClient: Sendable {
    package struct Limits: Sendable {
        package var connect: Duration
        /// Between two pieces of an answer.
        package var idle: Duration
        /// Of an answer, after decompression; nil: answers are not decompressed.
        package var inflatedBytes: Int?

        package init(
            connect: Duration = .seconds(10), idle: Duration = .seconds(15), inflatedBytes: Int? = nil
        ) {
            self.connect = connect
            self.idle = idle
            self.inflatedBytes = inflatedBytes
        }
    }

    /// No more addresses of one host are tried.
    private static let triedAddresses = 4

    package let policy: FetchPolicy
    private let resolver: any HostResolver
    private let limits: Limits

    package init(
        policy: FetchPolicy, resolver: any HostResolver = SystemResolver(), limits: Limits = Limits()
    ) {
        self.policy = policy
        self.resolver = resolver
        self.limits = limits
    }

    /// Looks the target up, checks every address, and lets `exchange` talk to the first one that can be connected to.
    /// - Parameter exchange: Gets a client that reaches this one address under the target's name. What it throws comes out
    ///   unchanged, but for failures to connect and to decompress.
    /// - Throws: `fetch-refused` when an address may not be reached; `fetch-failed` when none can be connected to, or what
    ///   comes cannot be decompressed; `too-large` when there is more of it than `inflatedBytes`.
    package func reach<Answer: Sendable>(
        _ target: FetchTarget, exchange: (HTTPClient) async throws -> Answer
    ) async throws -> Answer {
        let addresses: [InternetAddress]
        if let literal = target.literal {
            addresses = [literal]
        } else {
            addresses = try await resolver.addresses(of: target.host)
            try policy.check(addresses, host: target.host)
        }
        var last: (any Error)?
        // An IPv4 address goes first: a network without IPv6 would wait for nothing.
        let ordered = addresses.filter(\.isV4) + addresses.filter { !$0.isV4 }
        for address in ordered.prefix(Self.triedAddresses) {
            do {
                return try await talk(to: target, at: address, exchange)
            } catch let error as HTTPClientError where error == .connectTimeout {
                last = error
            } catch let error as IOError where Self.unreachable.contains(error.errnoCode) {
                last = error
            } catch let error as NIOHTTPDecompression.DecompressionError {
                throw failure(of: target, error)
            }
        }
        throw HearthError(
            .fetchFailed, "\(target.host) cannot be connected to.", hint: "Try again later.", disposition: .retry,
            cause: last)
    }

    /// What only connecting fails with: nothing was sent, so that nothing is sent twice.
    private static let unreachable: Set<CInt> = [
        ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT,
    ]

    private func failure(of target: FetchTarget, _ error: NIOHTTPDecompression.DecompressionError) -> HearthError {
        if case .limit = error, let bytes = limits.inflatedBytes {
            return HearthError(
                .tooLarge, "What \(target.host) sends is larger than \(bytes) bytes.",
                hint: "Download it and add the file.", cause: error)
        }
        return HearthError(
            .fetchFailed, "What \(target.host) sends cannot be decompressed.",
            hint: "Save the page in a browser and add the file.", cause: error)
    }

    private func talk<Answer: Sendable>(
        to target: FetchTarget, at address: InternetAddress, _ exchange: (HTTPClient) async throws -> Answer
    ) async throws -> Answer {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .init(limits.connect), read: .init(limits.idle)),
            decompression: limits.inflatedBytes.map { .enabled(limit: .size($0)) } ?? .disabled)
        configuration.httpVersion = .http1Only
        // Another address is tried instead.
        configuration.connectionPool.retryConnectionEstablishment = false
        // The name stays in the Host field and in TLS; the connection goes to the address that was checked.
        configuration.dnsOverride = [target.host: address.description]
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        do {
            let answer = try await exchange(client)
            try await client.shutdown()
            return answer
        } catch {
            // What went wrong first is what the caller hears.
            try? await client.shutdown()
            throw error
        }
    }
}

extension InternetAddress {
    fileprivate var isV4: Bool { if case .v4 = self { true } else { false } }
}
