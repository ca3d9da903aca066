import HearthCore
import Logging

/// The program's log: a line of JSON per event for programs, a short line for a person at a terminal.
enum LogOutput {
    static func logger(level: String, output: Output) -> Logger {
        var logger = Logger(label: "hearth") { _ in LineLogHandler(output: output) }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }
}

/// Writes each event as one line.
struct LineLogHandler: LogHandler {
    let output: Output
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let time = SystemTime()

    init(output: Output) { self.output = output }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, last in last }
        let line =
            output.isTerminal
            ? Array(forPerson(event.level, event.message, all).utf8) : forProgram(event.level, event.message, all)
        // A log that nobody can write is no reason to stop serving, and there is no other place to say so.
        try? output.write(line)
    }

    private func forPerson(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> String {
        let style: Style =
            switch level {
            case .trace, .debug: .dim
            case .info, .notice: .green
            case .warning: .yellow
            case .error, .critical: .red
            }
        let details = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let clock = time.now().description.dropFirst(11).prefix(8)
        return "\(clock) \(output.styled(level.rawValue, style)) \(message)\(output.styled(details, .dim))\n"
    }

    private func forProgram(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"ts\":\"")
        time.now().append(to: &writer.bytes)
        writer.raw("\",\"level\":")
        writer.write(level.rawValue)
        writer.raw(",\"event\":\"log\",\"message\":")
        writer.write(message.description)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            writer.comma()
            writer.key(key)
            writer.write(value.description)
        }
        writer.raw("}\n")
        return writer.bytes
    }
}
