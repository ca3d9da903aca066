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
/// - Parameter onRunning: Called with the port once the server listens.
package func makeApplication(
    _ dependencies: ServerDependencies, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
) -> some Service {
    HTTPService(dependencies: dependencies, onRunning: onRunning)
}

private struct HTTPService: Service {
    let dependencies: ServerDependencies
    let onRunning: @Sendable (Int) async -> Void

    func run() async throws {
        let settings = dependencies.settings
        let loops = MultiThreadedEventLoopGroup(
            numberOfThreads: settings.eventLoopThreads ?? System.coreCount)
        let gate = AccessGate(dependencies.authenticator, settings.rates, dependencies.metrics)
        let dates = HTTPDates(dependencies.time)
        let desk = ExpressDesk(dependencies, gate: gate, dates: dates)
        let result: Result<Void, any Error>
        do {
            try await makeServer(settings, loops, gate, dates, desk).run()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        desk.close()
        try await loops.shutdownGracefully()
        try result.get()
    }

    private func makeServer(
        _ settings: ServerSettings, _ loops: MultiThreadedEventLoopGroup, _ gate: AccessGate, _ dates: HTTPDates,
        _ desk: ExpressDesk
    ) throws -> any Service {
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
        let onRunning = onRunning
        let announce: @Sendable (any Channel) async -> Void = {
            await onRunning($0.localAddress?.port ?? settings.port)
        }
        guard let tls = try TLSConfiguration.server(settings) else {
            return channel.server(
                configuration: configuration, onServerRunning: announce, eventLoopGroup: loops,
                logger: dependencies.logger)
        }
        return try TLSChannel(channel, tlsConfiguration: tls).server(
            configuration: configuration, onServerRunning: announce, eventLoopGroup: loops, logger: dependencies.logger)
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
