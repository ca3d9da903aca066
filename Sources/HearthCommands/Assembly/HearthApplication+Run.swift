import HearthCore
import HearthIngest
import HearthMedia
import HearthServer
import HearthStore
import HearthVault
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

extension HearthApplication {
    /// Serves until SIGTERM or SIGINT comes, then answers what is under way and closes.
    /// - Parameter ready: Called once, when the server answers. When it throws, so does this.
    package func serve(ready: @escaping @Sendable (ServerAddress) async throws -> Void) async throws {
        try await run(listens: true, stopsOnSignals: true) { address in
            if let address { try await ready(address) }
            // Returning would end the program.
            try await gracefulShutdown()
        }
    }

    /// Runs while `body` does, then closes.
    /// - Parameters:
    ///   - listens: Whether the server runs; without it only what stores readings does.
    ///   - body: Gets the address at which the server answers, nil when it does not listen.
    package func run(
        listens: Bool = true, while body: @escaping @Sendable (ServerAddress?) async throws -> Void
    ) async throws {
        try await run(listens: listens, stopsOnSignals: false, while: body)
    }

    /// Services in the order in which they need each other; they stop in reverse.
    private func run(
        listens: Bool, stopsOnSignals: Bool, while body: @escaping @Sendable (ServerAddress?) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let (rpcPorts, rpcPort) = AsyncStream<Int>.makeStream()
        var services: [any Service] =
            [ingest.writer] + (listens ? notify.services : []) + [maintenance, vault, pipeline]
        services += library.followers as [any Service] + [library.upkeep]
        if listens {
            services.append(spool)
            if let accessLog = dependencies.accessLog { services.append(accessLog) }
            // One for both doors: a caller has one rate, and a guesser one lock.
            let gate = AccessGate(dependencies)
            services.append(makeApplication(dependencies, gate: gate) { port.yield($0) })
            if let number = settings.grpcPort {
                guard let rpc else {
                    throw HearthError(
                        .capabilityMissing, "This program has no door for gRPC.", hint: "Unset HEARTH_GRPC_PORT.")
                }
                services.append(rpc.make(dependencies, gate, number) { rpcPort.yield($0) })
            }
        }
        let foreground = Foreground {
            guard listens else { return try await body(nil) }
            // Ends without a port when the program is stopped before it listens.
            guard let number = await ports.first(where: { _ in true }) else { return }
            notify.tellStart()
            let address = ServerAddress(listening: settings.host, port: number, usesTLS: settings.usesTLS)
            if settings.grpcPort != nil {
                guard let number = await rpcPorts.first(where: { _ in true }) else { return }
                doors.open(rpc: number)
            }
            try lock.publish(address, certificate: settings.tlsCertificate, rpcPort: doors.rpcPort)
            try await body(address)
        }
        var configuration = ServiceGroupConfiguration(
            services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
                + [.init(service: foreground, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: stopsOnSignals ? [.sigterm, .sigint] : [], logger: logger)
        // What is acknowledged is durable already; a connection that never ends must not keep the program.
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            try? await close()
            throw await PortConflict.explain(error, settings: settings)
        }
        try await close()
    }

    /// Closes what `assemble` opened; `serve` and `run` do it themselves.
    package func close() async throws {
        defer { lock.release() }
        await decoder.shutDown()
        try await library.close()
        try await notify.close()
        try await store.close()
        try await catalogue.close()
    }
}

extension HearthApplication {
    /// Opens the console in a browser, signed in as the owner.
    func consoleURL(at address: ServerAddress) -> String { "\(address)/?token=\(ownerToken.token.secret)" }
}

/// What the program does in the foreground, as a service among the others.
private struct Foreground: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}
