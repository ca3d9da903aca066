import Foundation

/// A kind of name that outside programs or people meet, and the page that has to explain each of them.
struct Subject: Sendable, CustomStringConvertible {
    var description: String
    var page: String
    /// Folder and ending of the files that declare such names.
    var folder: String
    var suffix = ".swift"
    var names: @Sendable (SourceFile) -> Set<String>
    /// The words of a page that count as an explanation.
    var explained: @Sendable (MarkdownPage) -> Set<String> = { $0.codeWords }
    /// The names that the page says exist; empty where its form does not tell.
    var promised: @Sendable (MarkdownPage) -> Set<String>
    /// Folders beside `folder` where a promised name may be at home.
    var alsoDeclaredUnder: [String] = []
    /// A file that declares `sampleName` and nothing else.
    var sample: SourceFile
    var sampleName: String
    /// A page that explains `sampleName`.
    var samplePage: String

    /// The names that `files` declare and the page does not explain.
    func unexplained(in files: [SourceFile], page text: String) -> [String] {
        let explained = explained(MarkdownPage(SourceFile(path: page, text: text)))
        return files.reduce(into: Set<String>()) { $0.formUnion(names($1)) }.subtracting(explained).sorted()
    }

    /// The names that the page promises and `files` do not declare.
    func stale(in files: [SourceFile], page text: String) -> [String] {
        let promised = promised(MarkdownPage(SourceFile(path: page, text: text)))
        return files.reduce(into: promised) { $0.subtract(names($1)) }.sorted()
    }

    /// The names that the page promises in more than one row of its tables: whoever reads one may miss the other.
    func repeated(page text: String) -> [String] {
        let page = MarkdownPage(SourceFile(path: page, text: text))
        let counts = Dictionary(page.rowKeys.map { ($0, 1) }, uniquingKeysWith: +)
        return promised(page).filter { counts[$0, default: 0] > 1 }.sorted()
    }

    static let all: [Subject] = [.settings, .errorCodes, .metrics, .streams, .commands, .events]

    /// A variable's name anywhere, or a declaration `integer("port", …)` in an extension of `Setting`, which the
    /// environment calls `HEARTH_PORT`.
    static let settings = Subject(
        description: "setting", page: "docs/reference/settings.md", folder: "Sources",
        names: { file in
            var names: Set<String> = []
            if file.text.contains("HEARTH_") {
                names.formUnion(file.text.matches(of: /\bHEARTH_[A-Z0-9][A-Z0-9_]*[A-Z0-9]\b/).map { String($0.0) })
            }
            if file.text.contains("extension Setting where") {
                let declarations = file.text.matches(of: /[a-zA-Z]\(\s*"([a-z][a-z0-9_]*)",/)
                names.formUnion(declarations.map { "HEARTH_" + $0.1.uppercased() })
            }
            return names
        },
        promised: { $0.tableKeys.filter { $0.hasPrefix("HEARTH_") } }, alsoDeclaredUnder: ["Tests"],
        sample: SourceFile(path: "Sources/A/A.swift", text: #"let port = environment["HEARTH_SAMPLE"]"#),
        sampleName: "HEARTH_SAMPLE", samplePage: "| `HEARTH_SAMPLE` | a sample |")

    static let errorCodes = Subject(
        description: "error code", page: "docs/reference/errors.md", folder: "Sources",
        names: { file in
            guard file.text.contains("ErrorCode(\"") || file.text.contains("code: \"") else { return [] }
            return Set(file.text.matches(of: /(?:ErrorCode\(|\bcode: )"([a-z0-9][a-z0-9.-]*)"/).map { String($0.1) })
        },
        promised: { $0.tableKeys.filter { $0.contains(where: \.isLetter) } },
        sample: SourceFile(
            path: "Sources/A/A.swift", text: #"static let sample = ErrorCode("sample-code"), other = code("x")"#),
        sampleName: "sample-code", samplePage: "| `sample-code` | a sample |")

    /// A literal with an underscore in a file or folder of the server named after metrics, or a `MetricName` anywhere.
    static let metrics = Subject(
        description: "metric", page: "docs/reference/metrics.md", folder: "Sources",
        names: { file in
            let named = file.text.matches(of: /MetricName\("([a-z0-9_]+)"/).map { String($0.1) }
            guard file.path.firstMatch(of: /^Sources\/HearthServer\/(?:.*\/)?Metric/) != nil else { return Set(named) }
            return Set(named + file.text.matches(of: /"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)"/).map { String($0.1) })
        },
        promised: { $0.tableKeys.filter { $0.contains("_") } },
        sample: SourceFile(
            path: "Sources/HearthServer/Metrics/A.swift", text: #"let counter = Counter("samples_total", "Samples.")"#),
        sampleName: "samples_total", samplePage: "* `samples_total{kind}`: how many samples")

    static let streams = Subject(
        description: "stream", page: "docs/reference/streams.md", folder: "Sources/HearthSchema/Resources/streams",
        suffix: ".json",
        names: { file in
            let definition = try? JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [String: Any]
            let block = definition?["x-hearth"] as? [String: Any]
            // A file that says no name is looked for under its own, which no page explains.
            return [block?["stream"] as? String ?? file.path]
        },
        // Each has a section of its own.
        explained: { Set($0.headings.map { $0.replacing("`", with: "") }) },
        promised: { _ in [] },
        sample: SourceFile(path: "sample.json", text: #"{"type": "object", "x-hearth": {"stream": "sample"}}"#),
        sampleName: "sample", samplePage: "## sample\nA sample.")

    static let commands = Subject(
        description: "command", page: "docs/reference/cli.md", folder: "Sources/HearthCommands",
        names: { file in Set(file.text.matches(of: /\bcommandName: "([a-z-]+)"/).map { String($0.1) }) },
        explained: { $0.words(ofCommand: "hearth") },
        promised: { page in
            Set(
                page.headings.compactMap { heading in
                    heading.replacing("`", with: "").wholeMatch(of: /hearth (?:[a-z-]+ )*([a-z-]+)/).map {
                        String($0.1)
                    }
                })
        },
        sample: SourceFile(
            path: "Sources/HearthCommands/A.swift", text: #"CommandConfiguration(commandName: "sample", abstract: "")"#),
        sampleName: "sample", samplePage: "```sh\n$ hearth sample FILE\n```")

    static let events = Subject(
        description: "kind of event", page: "docs/reference/events.md", folder: "Sources",
        names: { file in Set(file.text.matches(of: /EventKind\("([a-z.-]+)"\)/).map { String($0.1) }) },
        promised: { $0.tableKeys.filter { $0.contains(".") } },
        sample: SourceFile(path: "Sources/A/A.swift", text: #"static let sample = EventKind("sample.seen")"#),
        sampleName: "sample.seen", samplePage: "| `sample.seen` | a sample |")
}
