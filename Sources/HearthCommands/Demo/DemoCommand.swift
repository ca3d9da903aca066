import ArgumentParser
import HearthCore

struct DemoCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Show Hearth with a made-up household of its own.",
        discussion: """
            Fills a home folder beside the real one (its name with -demo behind it) with a month of a phone, a watch \
            and a kitchen sensor that do not exist, then serves it. The real home is not touched.
            """)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Remove the made-up household.")
    var wipe = false

    @Flag(inversion: .prefixedNo, help: "Serve it after filling it.")
    var serve = true

    @Flag(help: "Print JSON.")
    var json = false

    func run(in context: CommandContext) async throws {
        let home = try DemoHome(options, context)
        if wipe { return try remove(home, context) }
        let settings = try home.settings(context, overrides: options.overrides)
        try home.prepare()
        let logger = LogOutput.logger(level: "warning", output: context.errors)
        DescriptorLimit.raise(forConnections: settings.maxConnections)
        let application = try await HearthApplication.assemble(
            settings: settings, logger: logger, rpc: context.rpc, environment: context.environment)
        let filling = DemoFilling(application: application, time: context.time, home: home)
        let painter = ProgressPainter(context.errors)
        let fill: @Sendable (ServerAddress) async throws -> DemoReport = { address in
            let readings = try await filling.fill(at: address, painter)
            return DemoReport(
                home: home.path, readings: readings, address: serve ? address.description : nil,
                console: serve ? application.consoleURL(at: address) : nil,
                answer: try await filling.firstAnswer(at: address))
        }
        guard serve else {
            // What fills it goes through the server, too.
            return try await application.run { address in
                guard let address else { return }
                try report(await fill(address), context)
            }
        }
        try await application.serve { address in try report(await fill(address), context) }
    }

    private func remove(_ home: DemoHome, _ context: CommandContext) throws {
        let wasThere = try home.remove()
        if json {
            return try context.output.line(
                (["home": .string(home.path), "removed": .bool(wasThere)] as JSONValue).text)
        }
        try context.output.line(wasThere ? "Removed \(home.path)" : "There is no demo household at \(home.path).")
    }

    private func report(_ report: DemoReport, _ context: CommandContext) throws {
        let output = context.output
        if json { return try output.line(report.value.text) }
        try output.line(
            "A made-up household lives in \(report.home): \(Quantity.grouped(report.readings)) readings and "
                + "\(DemoItem.all.count) documents of \(DemoHousehold.days) days.")
        try output.line()
        try output.line("$ hearth ask \"\(DemoLibraryFilling.question)\" --home \(report.home)")
        try AnswerText(report.answer).write(to: output)
        guard let address = report.address, let console = report.console else { return }
        let option = "--home \(report.home)"
        try output.line(
            """

            Hearth is ready at \(output.styled(address, .bold))

            Ask more, in another terminal:
              hearth ask "Where is the spare car key?" \(option)
              hearth ask "Which platform does the train to Basel leave from?" \(option)
              hearth search "lake house" \(option)
              hearth streams aggregate heartrate --field bpm --bucket 1d \(option)
              hearth status \(option)

            Or open \(output.styled(console, .cyan))
            Ctrl-C stops it; `hearth demo --wipe` removes it.
            """)
    }
}

/// What a filled household has to tell.
private struct DemoReport: Sendable {
    var home: String
    var readings: Int
    var address: String?
    var console: String?
    var answer: JSONValue

    var value: JSONValue {
        [
            "home": .string(home), "readings": .integer(Int64(readings)),
            "documents": .integer(Int64(DemoItem.all.count)),
            "url": address.map(JSONValue.string) ?? .null, "console_url": console.map(JSONValue.string) ?? .null,
            "question": .string(DemoLibraryFilling.question), "answer": answer,
        ]
    }
}
