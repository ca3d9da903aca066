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
            settings: settings, logger: logger, environment: context.environment)
        let filling = DemoFilling(application: application, time: context.time, home: home)
        let painter = ProgressPainter(context.errors)
        if serve {
            return try await application.serve { address in
                let count = try await filling.fill(painter)
                try report(count, home, application, address, context)
            }
        }
        try await application.run(listens: false) { _ in
            let count = try await filling.fill(painter)
            try report(count, home, application, nil, context)
        }
    }

    private func remove(_ home: DemoHome, _ context: CommandContext) throws {
        let wasThere = try home.remove()
        if json {
            return try context.output.line(
                (["home": .string(home.path), "removed": .bool(wasThere)] as JSONValue).text)
        }
        try context.output.line(wasThere ? "Removed \(home.path)" : "There is no demo household at \(home.path).")
    }

    private func report(
        _ count: Int, _ home: DemoHome, _ application: HearthApplication, _ address: ServerAddress?,
        _ context: CommandContext
    ) throws {
        let output = context.output
        let console = address.map { application.consoleURL(at: $0) }
        if json {
            let report: JSONValue = [
                "home": .string(home.path), "readings": .integer(Int64(count)),
                "url": address.map { .string($0.description) } ?? nil,
                "console_url": console.map { .string($0) } ?? nil,
            ]
            return try output.line(report.text)
        }
        try output.line(
            "A made-up household lives in \(home.path): \(Quantity.grouped(count)) readings of \(DemoHousehold.days) days."
        )
        guard let address, let console else { return }
        let option = "--home \(home.path)"
        try output.line(
            """
            Hearth is ready at \(output.styled(address.description, .bold))

            Look at it, in another terminal:
              hearth devices list \(option)
              hearth streams list \(option)
              hearth streams aggregate heartrate --field bpm --bucket 1d \(option)
              hearth streams read sleep_state --limit 10 \(option)
              hearth streams aggregate steps --field steps --fn sum --bucket 1d \(option)
              hearth status \(option)

            Or open \(output.styled(console, .cyan))
            Ctrl-C stops it; `hearth demo --wipe` removes it.
            """)
    }
}
