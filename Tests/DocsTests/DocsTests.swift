import Testing

@Suite struct ReferenceTests {
    @Test(arguments: Subject.all) func pageExplainsEachName(_ subject: Subject) throws {
        let files = Repository.files(under: subject.folder, endingWith: [subject.suffix])
        #expect(!files.isEmpty, "nothing was found under \(subject.folder)")
        let page = try #require(Repository.read(subject.page), "\(subject.page) is missing")
        for name in subject.unexplained(in: files, page: page) {
            Issue.record("\(subject.page) does not explain the \(subject) \(name)")
        }
    }

    @Test(arguments: Subject.all) func missingNameIsFound(_ subject: Subject) {
        let name = subject.sampleName
        #expect(subject.unexplained(in: [subject.sample], page: "Nothing of \(name).") == [name])
        #expect(subject.unexplained(in: [subject.sample], page: "About `\(name)x` and `x\(name)`.") == [name])
        #expect(subject.unexplained(in: [subject.sample], page: subject.samplePage) == [])
    }

    @Test(arguments: Subject.all) func pagePromisesNothingElse(_ subject: Subject) throws {
        let folders = [subject.folder] + subject.alsoDeclaredUnder
        let files = folders.flatMap { Repository.files(under: $0, endingWith: [subject.suffix]) }
        let page = try #require(Repository.read(subject.page), "\(subject.page) is missing")
        for name in subject.stale(in: files, page: page) {
            Issue.record("\(subject.page) explains the \(subject) \(name), which does not exist")
        }
    }

    @Test(arguments: Subject.all) func pageExplainsNothingTwice(_ subject: Subject) throws {
        let page = try #require(Repository.read(subject.page), "\(subject.page) is missing")
        for name in subject.repeated(page: page) {
            Issue.record("\(subject.page) has more than one row for the \(subject) \(name)")
        }
    }

    @Test func secondRowIsFound() {
        let table = "| `twice-said` | a |\n| `once` | b |\n\n| `twice-said` | c |\n| `0` | d |\n| `0` | e |"
        #expect(Subject.errorCodes.repeated(page: table) == ["twice-said"])
        #expect(Subject.settings.repeated(page: "| `HEARTH_A` | a |\n| `HEARTH_A` | b |") == ["HEARTH_A"])
    }

    @Test func stalePromiseIsFound() {
        let table = "| `gone-code` | a |\n| `sample-code` | b |\n| `0` | c |"
        #expect(Subject.errorCodes.stale(in: [Subject.errorCodes.sample], page: table) == ["gone-code"])
        #expect(Subject.settings.stale(in: [], page: "| `HEARTH_GONE` | a |\n| `other` | b |") == ["HEARTH_GONE"])
        #expect(Subject.metrics.stale(in: [], page: "| `gone_total{kind}` | a |\n| `kind` | b |") == ["gone_total"])
        let headings = "# Commands\n## hearth sample\n## hearth sample gone"
        #expect(Subject.commands.stale(in: [Subject.commands.sample], page: headings) == ["gone"])
    }

    @Test func settingsAreFoundByDeclaration() {
        let text = """
            extension Setting where Value == Int {
                static var port: Setting { integer("port", 8000, help: "TCP port") }
                static let log = Setting.choice(
                    "log_level", "info")
            }
            """
        #expect(Subject.settings.names(SourceFile(path: "A.swift", text: text)) == ["HEARTH_PORT", "HEARTH_LOG_LEVEL"])
    }

    @Test func metricsAreFoundByTypeOutsideTheServer() {
        let file = SourceFile(path: "Sources/HearthIngest/A.swift", text: #"MetricName("queue_depth"), "not_one""#)
        #expect(Subject.metrics.names(file) == ["queue_depth"])
    }
}

@Suite struct LinkTests {
    @Test(arguments: Repository.files(under: "", endingWith: [".md"]).map(\.path))
    func linksLeadSomewhere(_ path: String) throws {
        let page = MarkdownPage(SourceFile(path: path, text: try #require(Repository.read(path))))
        let broken = page.brokenLinks { target in
            Repository.exists(target) ? Repository.read(target) ?? "" : nil
        }
        #expect(broken == [], "\(path)")
    }

    @Test func pagesWereFound() {
        #expect(Repository.files(under: "", endingWith: [".md"]).contains { $0.path == "README.md" })
    }

    @Test func brokenLinkIsFound() {
        let text = """
            # Two  words, `code` & more
            [whole](other.md) [part](../docs/other.md#a-heading) ![image](<a.png> "title") [here](#two--words-code--more)
            [away](https://example.org/a.md) [mail](mailto:a@example.org) `[code](nowhere.md)`
            [gone](gone.md) [wrong](other.md#no-heading) [up](../../README.md)
            ```
            [fenced](nowhere.md)
            ```
            [reference]: missing.md
            """
        let files = ["docs/other.md": "# A heading!\n```\n# No heading\n```", "docs/a.png": ""]
        let page = MarkdownPage(SourceFile(path: "docs/page.md", text: text))
        let broken = page.brokenLinks { $0 == page.path ? text : files[$0] }
        #expect(broken == ["gone.md", "other.md#no-heading", "../../README.md", "missing.md"])
    }
}

@Suite struct MakeTests {
    /// The targets that `page` tells people to make and `makefile` does not have.
    private func missingTargets(of page: MarkdownPage, makefile: String) -> [String] {
        let targets = Set(makefile.matches(of: /(?m)^([a-z][a-z-]*):/).map { String($0.1) })
        let named = page.code.flatMap { $0.matches(of: /(?:^|[\s$;&(])make ([a-z][a-z-]*)/).map { String($0.1) } }
        return Set(named).subtracting(targets).sorted()
    }

    @Test(arguments: Repository.files(under: "", endingWith: [".md"]).map(\.path))
    func namedTargetsExist(_ path: String) throws {
        let makefile = try #require(Repository.read("Makefile"))
        let page = MarkdownPage(SourceFile(path: path, text: try #require(Repository.read(path))))
        #expect(missingTargets(of: page, makefile: makefile) == [], "\(path)")
    }

    @Test func missingTargetIsFound() {
        let page = MarkdownPage(
            SourceFile(path: "a.md", text: "Run `make run` to make sure.\n```\n$ make tset\nsudo make install\n```"))
        #expect(missingTargets(of: page, makefile: "run: build ## Run\ninstall:\n\tcp a b") == ["tset"])
    }
}
