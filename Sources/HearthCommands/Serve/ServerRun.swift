import HearthCore
import HearthServer
import Logging
import ServiceLifecycle

/// One run of the server in this process, from the settings to the end.
struct ServerRun {
    private let application: HearthApplication
    private let context: CommandContext

    /// Puts everything together and warns of what a person should know before it runs.
    init(settings: Settings, context: CommandContext) async throws {
        self.context = context
        let logger = LogOutput.logger(level: settings.log, output: context.errors)
        if !settings.isLoopback, !settings.usesTLS {
            try context.warn(
                """
                Hearth listens on \(settings.host) without TLS. Everyone on this network can read along, tokens included.
                         Set HEARTH_TLS_CERTIFICATE and HEARTH_TLS_KEY, or listen on 127.0.0.1.
                """)
        }
        DescriptorLimit.raise(forConnections: settings.maxConnections)
        // A person at a terminal is told of requests only when they ask for details.
        let logsRequests = logger.logLevel <= (context.errors.isTerminal ? .debug : .info)
        let output = context.errors
        application = try await HearthApplication.assemble(
            settings: settings, logger: logger,
            accessLog: logsRequests ? AccessLog { lines in try output.write(lines) } : nil, rpc: context.rpc,
            environment: context.environment)
    }

    /// Runs until a signal comes.
    /// - Parameter ready: Called once, when the server answers.
    func run(ready: @escaping @Sendable (HearthApplication, ServerAddress) async throws -> Void) async throws {
        try await application.serve { address in try await ready(application, address) }
    }
}
