import ArgumentParser
import HearthCore
import OrderedCollections

struct StatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the server is ready and what it holds.",
        discussion: "Ends with status 1 when it is not ready and with 69 when nobody answers.")

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        let settings = try connection.settings(context)
        let report: ServerReport
        do {
            report = try await ServerReport.read(client, isLocal: connection.url == nil, settings: settings)
        } catch let error as HearthError where connection.json {
            // A program that reads the output hears of it there, too.
            try context.output.line(Self.failure(error, at: client.address).prettyText)
            throw error
        }
        if connection.json {
            try context.output.line(report.json.prettyText)
        } else {
            try report.print(to: context.output)
        }
        guard report.isReady else { throw CheckFailed(status: .failure) }
    }

    private static func failure(_ error: HearthError, at address: ServerAddress) -> JSONValue {
        [
            "url": .string(address.description), "ready": false,
            "error": [
                "code": .string(error.code.text), "message": .string(error.message),
                "hint": error.hint.map { .string($0) } ?? .null,
            ],
        ]
    }
}

/// What a running server says about itself.
struct ServerReport {
    var address: ServerAddress
    /// Nil for a server elsewhere.
    var process: Int32?
    var home: String?
    var isReady: Bool
    /// Name and finding of each part that readiness depends on.
    var checks: [(name: String, text: String, isGood: Bool)]
    var readings: Int
    var streams: Int
    var devices: Int
    var metrics: MetricsText
    var disk: DiskSpace?

    static func read(_ client: ServerClient, isLocal: Bool, settings: Settings) async throws -> ServerReport {
        let readiness = try await client.perform(.get("/readyz"))
        let body = (try? JSONValue(parsing: readiness.body)) ?? .null
        let streams = try await client.streams()
        let counts = streams.map { Int($0["count"]?.int64 ?? 0) }
        let metrics = try await client.perform(.get("/metrics", accept: "text/plain"))
        return ServerReport(
            address: client.address, process: isLocal ? HomeLock.holder(of: settings.home)?.process : nil,
            home: isLocal ? settings.home : nil, isReady: readiness.status == 200, checks: checks(of: body),
            readings: counts.reduce(0, +), streams: counts.count { $0 > 0 },
            devices: try await client.items(of: .get("/devices")).count,
            metrics: MetricsText(metrics.status == 200 ? String(decoding: metrics.body, as: UTF8.self) : ""),
            disk: isLocal ? DiskSpace.of(settings.home) : nil)
    }

    static func checks(of body: JSONValue) -> [(name: String, text: String, isGood: Bool)] {
        (body["checks"]?.object ?? [:]).map { name, value in
            let text = value.string ?? value["status"]?.string ?? value.text
            let detail = value["message"]?.string ?? value["detail"]?.string
            return (name, detail.map { "\(text): \($0)" } ?? text, ["ok", "ready", "pass"].contains(text))
        }
    }

    var json: JSONValue {
        [
            "url": .string(address.description), "ready": .bool(isReady),
            "process": process.map { .integer(Int64($0)) } ?? nil, "home": home.map { .string($0) } ?? nil,
            "checks": .object(.init(checks.map { ($0.name, .string($0.text)) }, uniquingKeysWith: { _, last in last })),
            "readings": .integer(Int64(readings)), "streams": .integer(Int64(streams)),
            "devices": .integer(Int64(devices)),
            "queue_rows": metrics.queueRows.map { .integer(Int64($0)) } ?? nil,
            "uptime_seconds": metrics.uptimeSeconds.map { .real($0) } ?? nil,
            "memory_bytes": metrics.memoryBytes.map { .integer(Int64($0)) } ?? nil,
            "disk_free_bytes": disk.map { .integer(Int64($0.free)) } ?? nil,
        ]
    }

    func print(to output: Output) throws {
        let state = isReady ? output.styled("ready", .green) : output.styled("not ready", .red)
        try output.line("Hearth at \(output.styled(address.description, .bold)) is \(state)")
        var lines: [(String, String)] = []
        for check in checks where !check.isGood { lines.append((check.name, output.styled(check.text, .red))) }
        if let seconds = metrics.uptimeSeconds { lines.append(("up", Quantity.duration(seconds: seconds))) }
        lines.append(("readings", "\(Quantity.grouped(readings)) in \(streams) streams of \(devices) devices"))
        if let rows = metrics.queueRows {
            lines.append(("queue", "\(Quantity.grouped(rows)) readings wait to be stored"))
        }
        if let bytes = metrics.memoryBytes { lines.append(("memory", ByteCount.text(bytes))) }
        if let disk { lines.append(("disk", "\(ByteCount.text(disk.free)) free")) }
        if let home { lines.append(("home", home)) }
        if let process { lines.append(("process", String(process))) }
        for (name, text) in lines { try output.line("  \(name.padded(to: 10))\(text)") }
    }
}
