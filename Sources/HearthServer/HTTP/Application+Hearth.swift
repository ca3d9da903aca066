import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import ServiceLifecycle

/// The server: HTTP and WebSockets on one port until it is told to stop.
///
/// Stopping: no new connections; requests under way end; sockets store what they accepted, say goodbye and close. The
/// commit writer and the request log must outlast this, so in the group of services they stand before it.
///
/// - Parameters:
///   - gate: Shared with other doors, so that a caller has one rate for all of them; nil: its own.
///   - onRunning: Called with the port once the server listens.
package func makeApplication(
    _ dependencies: ServerDependencies, gate: AccessGate? = nil,
    onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
) -> some Service {
    HTTPService(dependencies: dependencies, gate: gate ?? AccessGate(dependencies), onRunning: onRunning)
}

private struct HTTPService: Service {
    let dependencies: ServerDependencies
    let gate: AccessGate
    let onRunning: @Sendable (Int) async -> Void

    func run() async throws {
        let settings = dependencies.settings
        let loops = MultiThreadedEventLoopGroup(
            numberOfThreads: settings.eventLoopThreads ?? System.coreCount)
        let dates = HTTPDates(dependencies.time)
        let desk = ExpressDesk(dependencies, gate: gate, dates: dates)
        let result: Result<Void, any Error>
        do {
            try await serve(settings, loops, gate, dates, desk)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        desk.close()
        try await loops.shutdownGracefully()
        try result.get()
    }

    private func serve(
        _ settings: ServerSettings, _ loops: MultiThreadedEventLoopGroup, _ gate: AccessGate, _ dates: HTTPDates,
        _ desk: ExpressDesk
    ) async throws {
        let dependencies = dependencies
        let answerer = Answerer(makeRouter(dependencies, gate: gate).buildResponder(), dependencies, dates)
        let channel = HTTP1WebSocketChannel(
            settings: settings, router: SocketRouter(dependencies, gate: gate), metrics: dependencies.metrics,
            desk: settings.hasExpressLane ? desk : nil
        ) { request, writer, channel in
            try await answerer.answer(request, writer, channel)
        }
        let configuration = ServerConfiguration(
            address: .hostname(settings.host, port: settings.port), backlog: settings.backlog)
        if let tls = try TLSConfiguration.server(settings) {
            try await run(TLSChannel(channel, tlsConfiguration: tls), configuration, loops)
        } else {
            try await run(channel, configuration, loops)
        }
    }

    /// Returns when nothing of the server uses the event loops any more.
    ///
    /// A server that is told of the shutdown stops itself in a task that nobody awaits, and which may look for its event loop
    /// only after that has ended. So it is kept from knowing, and stopped from here.
    private func run<Child: ServerChildChannel>(
        _ channel: Child, _ configuration: ServerConfiguration, _ loops: MultiThreadedEventLoopGroup
    ) async throws {
        let (running, announcement) = AsyncStream.makeStream(of: Void.self)
        let (onRunning, port) = (onRunning, dependencies.settings.port)
        let server = Server(
            childChannelSetup: channel, configuration: configuration,
            onServerRunning: { listener in
                announcement.finish()
                await onRunning(listener.localAddress?.port ?? port)
            }, eventLoopGroup: loops, logger: dependencies.logger)
        // Detached tasks know nothing of the shutdown.
        let service = Task.detached { try await server.run() }
        try await withTaskCancellationHandler {
            let stopping = Task {
                for await _ in running {}
                try await gracefulShutdown()
                try await server.shutdownGracefully()
            }
            let result = await service.result
            // Ends only the wait for a shutdown that has not come.
            stopping.cancel()
            announcement.finish()
            let stopped = await stopping.result
            try result.get()
            if case .failure(let error) = stopped, !(error is CancellationError) { throw error }
        } onCancel: {
            service.cancel()
        }
    }
}

/// Takes one request through the router and writes the answer.
private struct Answerer: Sendable {
    private let responder: RouterResponder<ServerContext>
    private let logger: Logger
    private let dates: HTTPDates
    private let server: String

    init(_ responder: RouterResponder<ServerContext>, _ dependencies: ServerDependencies, _ dates: HTTPDates) {
        self.responder = responder
        logger = dependencies.logger
        self.dates = dates
        server = "hearth/\(dependencies.settings.version)"
    }

    @concurrent func answer(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws
    {
        let context = ServerContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        var response = try await responder.respond(to: request, context: context)
        response.headers.append(HTTPField(name: .date, value: dates.now))
        response.headers.append(HTTPField(name: .server, value: server))
        try await writer.write(response: response.head, body: response.body)
    }
}
