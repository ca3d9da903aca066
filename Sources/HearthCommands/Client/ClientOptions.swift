import ArgumentParser
import HearthCore

/// Which Hearth a command means and how it answers; every verb that asks the server has these.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Home folder of the server, instead of HEARTH_HOME.", valueName: "folder"),
        completion: .directory)
    var home: String?

    @Option(help: ArgumentHelp("Address of the server, as in https://hearth.example:8000.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "Certificates to trust for --url, instead of HEARTH_CA and the system's.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"]))
    var ca: String?

    @Flag(help: "Print JSON.")
    var json = false

    func settings(_ context: CommandContext) throws -> Settings {
        var options: [String: String] = [:]
        options["home"] = home
        options["ca"] = ca
        return try Settings(environment: context.environment, options: options)
    }

    /// The client for the server that the options and settings mean.
    func client(_ context: CommandContext) throws -> ServerClient {
        let settings = try settings(context)
        // A server on this machine is known by its certificate; an authority that is named in vain misleads.
        guard ca == nil || url != nil else {
            throw HearthError(
                .invalidArgument, "--ca says whom to trust for --url, which is not given.",
                hint: "Name the server by an address that its certificate holds, or leave --ca away.")
        }
        return try ServerClient(settings: settings, url: url)
    }
}
