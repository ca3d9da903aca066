import Synchronization

/// Where a running server answers besides HTTP.
final class OpenDoors: Sendable {
    private let port = Mutex<Int?>(nil)

    /// Of gRPC; nil: it does not answer there.
    var rpcPort: Int? { port.withLock { $0 } }

    func open(rpc number: Int) { port.withLock { $0 = number } }
}
