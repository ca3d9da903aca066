import GRPCNIOTransportHTTP2Posix
import HearthCore
import HearthServer
import NIOCore
import NIOPosix
import NIOSSL

/// Listens for gRPC under the same rules as the listener of HTTP: its certificate, its TLS, its bound on connections.
struct RPCListener: HTTP2ServerTransport.ListenerFactory {
    typealias Connection = HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel

    let eventLoopGroup: any EventLoopGroup
    private let address: NIOCore.SocketAddress
    private let backlog: Int
    private let limit: Int
    private let metrics: ServerMetrics
    private let tls: NIOSSLContext?

    /// - Throws: `.unusableCertificate`.
    init(
        _ address: NIOCore.SocketAddress, _ settings: ServerSettings, _ metrics: ServerMetrics,
        _ loops: MultiThreadedEventLoopGroup
    ) throws {
        eventLoopGroup = loops
        self.address = address
        backlog = settings.backlog
        limit = settings.limits.connections
        self.metrics = metrics
        tls = try TLSConfiguration.server(settings, protocols: ["h2"]).map { try NIOSSLContext(configuration: $0) }
    }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<Connection, Never> {
        let (tls, metrics, limit) = (tls, metrics, limit)
        return try await ServerBootstrap(group: eventLoopGroup)
            .serverChannelOption(.backlog, value: Int32(backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .bind(to: address) { channel in
                let isFit = metrics.connectionBegan(limit: limit)
                channel.closeFuture.whenComplete { _ in metrics.connectionEnded() }
                return channel.eventLoop.makeCompletedFuture {
                    // A client of gRPC tries again by itself, so there is nothing to say.
                    guard isFit else { throw ChannelError.ioOnClosedChannel }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                }.flatMap {
                    connectionConfigurator.configure(
                        channel: channel, tls: tls == nil ? .none : .configured(requireALPN: true))
                }
            }
    }
}
