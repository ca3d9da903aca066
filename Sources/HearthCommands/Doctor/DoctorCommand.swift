import ArgumentParser
import HearthCore

struct DoctorCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine and the settings, and say how to mend what is wrong.",
        discussion: """
            With --url it looks at a server elsewhere instead, as far as that can be seen from here. Ends with status 1 when \
            a check failed. Leaves nothing behind.
            """)

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let settings: Settings
        do {
            settings = try connection.settings(context)
        } catch let error as HearthError {
            let findings =
                error.fields.isEmpty
                ? [Finding.fail("settings", error)]
                : error.fields.map { Finding.fail("settings", "\($0.pointer) \($0.message)", fix: error.hint ?? "") }
            try report(findings, settings: [], in: context)
            throw CheckFailed(status: .failure)
        }
        let findings =
            if let url = connection.url {
                await RemoteCheckup(url: url, settings: settings).findings()
            } else {
                await Checkup(settings: settings, context: context).findings()
            }
        try report(findings, settings: settings.inForce, in: context)
        if findings.contains(where: { $0.level == .fail }) { throw CheckFailed(status: .failure) }
    }

    private func report(_ findings: [Finding], settings: [SettingInForce], in context: CommandContext) throws {
        let output = context.output
        if connection.json {
            let values = settings.map { setting -> JSONValue in
                [
                    "name": .string(setting.declaration.variable), "value": .string(setting.text),
                    "source": .string(Self.text(of: setting.source)),
                ]
            }
            let report: JSONValue = [
                "version": .string(HearthVersion.current), "settings": .array(values),
                "checks": .array(findings.map(\.json)),
                "worst": .string((findings.map(\.level).max() ?? .ok).rawValue),
            ]
            return try output.line(report.prettyText)
        }
        if !settings.isEmpty {
            var table = Table([.init(title: "SETTING"), .init(title: "VALUE", isFlexible: true), .init(title: "FROM")])
            for setting in settings {
                let isStandard = setting.source == .standard
                table.add([
                    .init(setting.declaration.variable, isStandard ? .dim : .bold), .init(setting.text),
                    .init(Self.text(of: setting.source), .dim),
                ])
            }
            try output.write(table.text(for: output))
            try output.line()
        }
        let width = findings.map { DisplayWidth.of($0.subject) }.max() ?? 0
        for finding in findings {
            let mark = output.styled(finding.level.mark, finding.level.style)
            try output.line("\(mark) \(finding.subject.padded(to: width))  \(finding.message)")
            if finding.level != .ok, let fix = finding.fix {
                try output.line("  \(String(repeating: " ", count: width))  \(output.styled("→ " + fix, .cyan))")
            }
        }
        let failed = findings.count { $0.level == .fail }
        let warned = findings.count { $0.level == .warn }
        try output.line()
        switch (failed, warned) {
        case (0, 0): try output.line(output.styled("Everything is well.", .green))
        case (0, _): try output.line("\(warned) to look at, nothing that stops Hearth.")
        default:
            try output.line(output.styled("\(failed) to mend", .red) + (warned > 0 ? ", \(warned) to look at." : "."))
        }
    }

    private static func text(of source: SettingInForce.Source) -> String {
        switch source {
        case .option: "option"
        case .environment: "environment"
        case .file(let line): "\(Settings.fileName):\(line)"
        case .standard: "default"
        }
    }
}
