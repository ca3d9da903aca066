import HearthCore
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TCP connection of a peer that may send anything.
final class RawConnection: Sendable {
    struct TimedOut: Error {}

    private let channel: any Channel
    private let inbox: Inbox

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// Connects, runs `body`, closes.
    static func with<Result>(
        port: Int, tls: TLSConfiguration? = nil, _ body: (RawConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect(port: port, tls: tls)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    static func connect(port: Int, tls: TLSConfiguration? = nil) async throws -> RawConnection {
        let inbox = Inbox()
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel, inbox)
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    func endOutput() async throws { try await channel.close(mode: .output).get() }

    func close() async { try? await channel.close().get() }

    /// What has come by the time `isEnough` says so, or the peer has closed.
    func receive(
        within limit: Duration = .seconds(60), until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { await self.inbox.wait(isEnough) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TimedOut()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// Everything until the peer closes, as text.
    func receiveAll(within limit: Duration = .seconds(60)) async throws -> String {
        String(decoding: try await receive(within: limit), as: UTF8.self)
    }

    /// Forgets the first bytes of what came.
    func drop(_ count: Int) { inbox.drop(count) }

    var isClosedByPeer: Bool { inbox.isEnded }
}

/// The bytes that came and who waits for more.
private final class Inbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isEnded = false
    }

    private let state = Mutex(State())

    func append(_ buffer: ByteBuffer) { state.withLock { $0.bytes.append(contentsOf: buffer.readableBytesView) } }
    func end() { state.withLock { $0.isEnded = true } }
    func drop(_ count: Int) { state.withLock { $0.bytes.removeFirst(min(count, $0.bytes.count)) } }
    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// Looks every few milliseconds, which is simple and soon enough.
    func wait(_ isEnough: @Sendable ([UInt8]) -> Bool) async -> [UInt8] {
        while !Task.isCancelled {
            let (bytes, isEnded) = state.withLock { ($0.bytes, $0.isEnded) }
            if isEnded || isEnough(bytes) { return bytes }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return state.withLock { $0.bytes }
    }
}

private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.append(unwrapInboundIn(data)) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { inbox.end() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.end()
        context.close(promise: nil)
    }
}
