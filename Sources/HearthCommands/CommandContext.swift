import HearthCore
import HearthServer

#if canImport(Glibc)
import Glibc
#endif

/// What a command meets outside of itself; a test passes its own.
struct CommandContext: Sendable {
    var environment: [String: String]
    /// What was asked for: tables, JSON, readings.
    var output: Output
    /// What a person reads beside it: progress, warnings, failures.
    var errors: Output
    /// Descriptor of standard input.
    var input: Int32
    var time: any TimeSource
    /// Makes the server's door for gRPC; nil: there is none.
    var rpc: DoorMaker?

    /// The context of this process.
    static func process(rpc: DoorMaker?) -> CommandContext {
        let environment = currentEnvironment()
        return CommandContext(
            environment: environment,
            output: Output(descriptor: 1, name: "standard output", environment: environment),
            errors: Output(descriptor: 2, name: "standard error", environment: environment),
            input: 0, time: SystemTime(), rpc: rpc)
    }

    /// The variables of the process; the one place that reads them.
    private static func currentEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if let equals = line.firstIndex(of: "=") {
                variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }

    func warn(_ message: String) throws {
        try errors.line(errors.styled("warning:", .yellow) + " " + message)
    }
}
