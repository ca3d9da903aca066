import Foundation
import Glibc
import HearthCore
import HearthFetch
import HearthStore
import HearthTesting
import Testing

@testable import HearthNotify

/// Targets with several addresses, of which some do not answer.
@Suite struct AddressTests {
    private struct Names: HostResolver {
        var addresses: [String]

        func addresses(of host: String) async throws -> [InternetAddress] {
            addresses.compactMap { InternetAddress($0) }
        }
    }

    /// Takes no connection: its queue is full, so that whoever wants one more hears nothing.
    private final class SilentAddress {
        private var sockets: [Int32] = []

        init(_ host: String, port: Int) throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            inet_pton(AF_INET, host, &address.sin_addr)
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(listener)
            let isListening = Self.with(&address) { bind(listener, $0, $1) == 0 && listen(listener, 0) == 0 }
            guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            for _ in 0..<4 {
                let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                sockets.append(client)
                _ = Self.with(&address) { connect(client, $0, $1) }
            }
        }

        deinit { for socket in sockets { close(socket) } }

        private static func with<Result>(
            _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
        ) -> Result {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    @Test func anotherAddressIsTriedWhenTheFirstRefuses() async throws {
        let receiver = try WebhookReceiver()
        let target = try target(at: "http://hooks.example:\(receiver.port)/x")
        let names = Names(addresses: ["127.0.0.2", "127.0.0.1"])
        try await Notifier([target], allowing: "127.0.0.0/8", resolver: names).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func anotherAddressIsTriedWhenTheFirstIsSilent() async throws {
        let receiver = try WebhookReceiver()
        let silent = try SilentAddress("127.0.0.2", port: receiver.port)
        let target = try target(at: "http://hooks.example:\(receiver.port)/x") { $0.limits.timeout = .seconds(6) }
        let names = Names(addresses: ["127.0.0.2", "127.0.0.1"])
        try await Notifier([target], allowing: "127.0.0.0/8", resolver: names).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
        }
        withExtendedLifetime(silent) {}
    }

    /// Two are under way: the later answer asks for less.
    @Test func theLongestWishToBeLeftAloneHolds() async throws {
        let receiver = try WebhookReceiver { request, _ in
            if request.json["order"] == "b1" { return .status(503, headers: ["Retry-After": "600"]) }
            // Not before the other one was answered.
            usleep(300_000)
            return .status(429, headers: ["Retry-After": "0"])
        }
        let target = try target(at: receiver.url) { target in
            target.limits.parallel = 2
            target.limits.breaker.failures = 1000
        }
        try await Notifier([target]).use { notifier in
            try await notifier.announce(batch: "b1")
            try await notifier.announce(batch: "b2")
            try await eventually {
                try await notifier.store.deliveries(DeliveryFilter(), before: nil, limit: 2).allSatisfy {
                    $0.attempts == 1
                }
            }
            let hold = try #require(try await notifier.service.overview().first?.hold)
            #expect(hold > .seconds(400))
        }
        #expect(receiver.requests.count == 2)
    }
}
