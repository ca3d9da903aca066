import ArgumentParser
import HearthCore
import HearthVault

struct ServeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until it is told to stop.",
        discussion: """
            The first start makes the home folder, the keys and the owner's token. Stops on Ctrl-C and SIGTERM after \
            answering what is under way. Logs go to standard error.
            """)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Print JSON when the server is ready.")
    var json = false

    func run(in context: CommandContext) async throws {
        let settings = try Settings(environment: context.environment, options: options.overrides)
        let server = try await ServerRun(settings: settings, context: context)
        try await server.run { application, address in
            let isNew = application.ownerToken.isNew
            let console = application.consoleURL(at: address)
            if json {
                var report: JSONValue = ["url": .string(address.description), "home": .string(settings.home)]
                if let port = application.doors.rpcPort { report = report.adding("grpc_port", .integer(Int64(port))) }
                if isNew { report = report.adding("console_url", .string(console)) }
                return try context.output.line(report.text)
            }
            try context.output.line("Hearth is ready at \(context.output.styled(address.description, .bold))")
            if let port = application.doors.rpcPort {
                try context.output.line("gRPC is at port \(port) of the same address")
            }
            guard isNew else { return }
            try context.output.line(
                """
                Open \(context.output.styled(console, .cyan))
                This address holds your token and is shown once; it is kept in \(settings.home)/keys/owner.token
                """)
        }
    }
}

/// Settings that the command line may change for one run.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Home folder, instead of HEARTH_HOME.", valueName: "folder"), completion: .directory)
    var home: String?

    @Option(help: ArgumentHelp("Address to listen on, instead of HEARTH_HOST.", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Port to listen on, instead of HEARTH_PORT; 0 takes a free one.", valueName: "port"))
    var port: String?

    @Option(help: ArgumentHelp("Least important level that is logged, instead of HEARTH_LOG.", valueName: "level"))
    var log: String?

    /// By the names of `hearth.yaml`.
    var overrides: [String: String] {
        var overrides: [String: String] = [:]
        overrides["home"] = home
        overrides["host"] = host
        overrides["port"] = port
        overrides["log"] = log
        return overrides
    }
}
