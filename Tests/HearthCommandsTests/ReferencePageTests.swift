import ArgumentParser
import Foundation
import HearthCore
import Testing

@testable import HearthCommands

/// The page that explains every setting, made of their declarations.
enum SettingsPage {
    static let path = "docs/reference/settings.md"

    private static let limits: Set<String> = ["queue_rows", "max_connections", "rate_limit_per_second"]

    static var text: String {
        let tls = Settings.all.filter { $0.name.hasPrefix("tls_") || $0.name == "ca" }
        let spool = Settings.all.filter { $0.name.hasPrefix("spool_") }
        let bounds = Settings.all.filter { !spool.contains($0) && ($0.form == "bytes" || limits.contains($0.name)) }
        let others = Settings.all.filter { !tls.contains($0) && !bounds.contains($0) && !spool.contains($0) }
        return """
            # Settings

            A setting comes from the option of the command, else from the environment, else from `$HEARTH_HOME/hearth.yaml`, else from its
            default. `hearth doctor` prints what is in force and where it came from, with secrets hidden.

            In `hearth.yaml` a setting has the name of its variable in lower case and without `HEARTH_`; paths there are relative to
            `HEARTH_HOME`:

            ```yaml
            host: 192.168.1.10
            tls_certificate: tls/hearth.crt
            tls_key: tls/hearth.key
            ```

            A name that does not exist, here or as a variable `HEARTH_…`, or a value out of range stops the start, with every mistake named at once.

            ## Server

            \(table(of: others))

            ## TLS

            \(table(of: tls))

            ## Limits

            Sizes are bytes, or a number with a unit, as in `32MiB`.

            \(table(of: bounds))

            ## Spool

            The folder for [segments](../formats/spool.md) of readings.

            \(table(of: spool))

            ## For tests

            | environment | default | meaning |
            |---|---|---|
            | `HEARTH_TEST_DATA` | a folder beside the clone | Folder of the public data sets that some tests read. Tests that do not find theirs are skipped visibly. |
            | `HEARTH_TEST_PROGRAM` | beside the tests | The program that the crash test kills. |
            | `HEARTH_CRASH_ROUNDS` | 50 | How often the crash test kills it. |
            | `HEARTH_SPOOL_ROUNDS` | 100 | How often the crash test kills it while segments are taken in. |
            | `HEARTH_FUZZ_SECONDS` | a short run | How long each fuzz test runs. `make fuzz` sets it. |
            | `HEARTH_FUZZ_SEED` | another in each run | Seed of the fuzz tests, as a failure prints it. |
            | `HEARTH_WRITE_PAGES` | not set | When it is set, the tests write the pages they check, this one among them. |

            """
    }

    private static func table(of settings: [SettingDeclaration]) -> String {
        let rows = settings.map { setting in
            let value = (setting.range ?? setting.form) + (setting.isSecret ? "; secret" : "")
            let initial =
                setting.initial.contains(" ") || setting.initial == "none" ? setting.initial : "`\(setting.initial)`"
            let note = setting.isAllowedInFile ? "" : " Not in the file."
            return "| `\(setting.variable)` | \(value) | \(initial) | \(setting.help)\(note) |"
        }
        return (["| environment | value | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

@Suite struct ReferencePageTests {
    @Test func settingsPageIsAsDeclared() throws {
        if ProcessInfo.processInfo.environment["HEARTH_WRITE_PAGES"] != nil {
            try SettingsPage.text.write(
                to: Repository.root.appending(path: SettingsPage.path), atomically: true, encoding: .utf8)
        }
        #expect(try Repository.read(SettingsPage.path) == SettingsPage.text)
    }

    /// Every command with the words that call it, and its own help.
    private static func commands(
        of type: any ParsableCommand.Type = HearthCommand.self, path: [String] = []
    ) -> [(words: String, type: any ParsableCommand.Type)] {
        let configuration = type.configuration
        let words = path + [configuration.commandName ?? "?"]
        let below = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        guard !below.isEmpty else { return [(words.joined(separator: " "), type)] }
        return below.flatMap { commands(of: $0, path: words) }
    }

    @Test func everyCommandHasAnExampleAndItsOptions() throws {
        let page = try Repository.read("docs/reference/cli.md")
        for (words, type) in Self.commands() {
            let examples = page.split(separator: "\n").filter { $0.hasPrefix(words) }
            #expect(!examples.isEmpty, "docs/reference/cli.md has no example of `\(words)`")
            let help = HearthCommand.helpMessage(for: type, columns: 500)
            let options = Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.0) })
            for option in options.sorted() where !["--help", "--version", "--no-token", "--no-serve"].contains(option) {
                #expect(page.contains("`\(option)"), "docs/reference/cli.md does not explain \(option) of `\(words)`")
            }
        }
    }

    @Test func exitCodesAreExplained() throws {
        let page = try Repository.read("docs/reference/cli.md")
        for status in CommandStatus.all {
            #expect(page.contains("| \(status.code) | \(status.meaning)"), "exit code \(status.code)")
        }
    }

    @Test func everyErrorCodeHasAnExitCode() throws {
        let page = try Repository.read("docs/reference/errors.md")
        let codes = page.matches(of: /(?m)^\| `([a-z0-9-]+)` \|/).map { String($0.1) }
        #expect(codes.count > 20)
        for code in codes { #expect(CommandStatus.table[code] != nil, "\(code)") }
    }
}
