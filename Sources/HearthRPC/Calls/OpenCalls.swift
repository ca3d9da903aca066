import HearthCore
import HearthServer
import HearthVault
import NIOCore
import Synchronization

/// The calls under way of methods that are open to everybody, by address: each may hold messages in memory.
final class OpenCalls: Sendable {
    /// One call under way. The transport may drop a call without running it, so it is over when nothing holds this any more.
    final class Seat: Sendable {
        private let calls: OpenCalls
        private let address: ClientAddress?

        fileprivate init(_ calls: OpenCalls, _ address: ClientAddress?) {
            self.calls = calls
            self.address = address
        }

        deinit { calls.leave(address) }
    }

    /// Of one address; callers without one count together.
    private let maximum: Int
    private let underWay = Mutex<[ClientAddress?: Int]>([:])

    init(maximum: Int = RPCLimits.openCalls) { self.maximum = maximum }

    /// - Throws: `.rateLimited` when the address has as many calls as it may.
    func enter(from peer: SocketAddress?) throws(HearthError) -> Seat {
        let address = peer?.ipAddress.flatMap { ClientAddress($0) }
        let isFree = underWay.withLock { underWay in
            guard underWay[address, default: 0] < maximum else { return false }
            underWay[address, default: 0] += 1
            return true
        }
        guard isFree else {
            throw HearthError(
                .rateLimited, "There are \(maximum) calls from this address already that take no token.",
                hint: "End some of them, or look at /healthz.", disposition: .retry, retryAfter: .seconds(5))
        }
        return Seat(self, address)
    }

    private func leave(_ address: ClientAddress?) {
        underWay.withLock { underWay in
            guard let count = underWay[address] else { return }
            underWay[address] = count > 1 ? count - 1 : nil
        }
    }
}
