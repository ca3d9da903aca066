import GRPCCore
import GRPCNIOTransportHTTP2Posix
import HearthCore
package import HearthServer
import NIOCore
import NIOPosix
package import ServiceLifecycle

/// The door for gRPC: a port of its own beside the one of HTTP, with the same rules behind it, until it is told to stop.
///
/// Stopping: no new connections and calls; calls under way answer what they took and end. The commit writer must outlast
/// this, so in the group of services it stands before it.
package struct RPCDoor: Service {
    private let dependencies: ServerDependencies
    private let gate: AccessGate
    private let port: Int
    private let onRunning: @Sendable (Int) async throws -> Void

    /// - Parameters:
    ///   - gate: The one of the other doors.
    ///   - port: 0 takes any free port. The address and TLS are those of HTTP.
    ///   - onRunning: Called with the port once the door is open.
    package init(
        _ dependencies: ServerDependencies, gate: AccessGate, port: Int,
        onRunning: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) {
        self.dependencies = dependencies
        self.gate = gate
        self.port = port
        self.onRunning = onRunning
    }

    /// For whoever puts the program together.
    package static let maker = DoorMaker { RPCDoor($0, gate: $1, port: $2, onRunning: $3) }

    /// - Throws: `ListeningFailure`, `.unusableCertificate`.
    package func run() async throws {
        let settings = dependencies.settings
        let address = try await Self.address(settings.host, port)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoopThreads ?? System.coreCount)
        let result: Result<Void, any Error>
        do {
            try await serve(RPCListener(address, settings, dependencies.metrics, loops))
            result = .success(())
        } catch let error as IOError {
            result = .failure(ListeningFailure(port: port, cause: error))
        } catch {
            result = .failure(error)
        }
        try await loops.shutdownGracefully()
        try result.get()
    }

    private func serve(_ listener: RPCListener) async throws {
        let desk = CallDesk(dependencies, gate: gate)
        let transport = HTTP2ServerTransport.Custom(listenerFactory: listener, config: configuration)
        let server = GRPCServer(transport: transport, router: Services.router(desk))
        let (onRunning, port) = (onRunning, port)
        // Detached tasks know nothing of the shutdown; it is passed on here, after the desk has heard of it.
        let service = Task.detached { try await server.serve() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                guard let address = await transport.listeningAddress else { return try await service.value }
                try await onRunning(address.ipv4?.port ?? address.ipv6?.port ?? port)
                try await service.value
            } onGracefulShutdown: {
                desk.stop()
                server.beginGracefulShutdown()
            }
        } onCancel: {
            service.cancel()
        }
    }

    private var configuration: HTTP2ServerTransport.Custom<RPCListener>.Config {
        var configuration = HTTP2ServerTransport.Custom<RPCListener>.Config.defaults
        configuration.compression.enabledAlgorithms = [.gzip]
        configuration.rpc.maxRequestPayloadSize =
            dependencies.settings.limits.messageBytes + RPCLimits.excessBytes
        configuration.http2.targetWindowSize = RPCLimits.windowBytes
        configuration.http2.maxConcurrentStreams = RPCLimits.calls
        configuration.connection.maxIdleTime = RPCLimits.idleConnection
        configuration.connection.maxGraceTime = RPCLimits.graceTime
        configuration.connection.keepalive.time = .seconds(30)
        configuration.connection.keepalive.clientBehavior = .init(
            minPingIntervalWithoutCalls: RPCLimits.leastPingInterval, allowWithoutCalls: true)
        return configuration
    }

    /// Looks the name up where waiting is allowed.
    private static func address(_ host: String, _ port: Int) async throws -> NIOCore.SocketAddress {
        let name = host.filter { $0 != "[" && $0 != "]" }
        return try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(name, port: port)
        }
    }
}
