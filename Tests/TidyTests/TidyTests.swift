import Foundation
import Testing

@Suite struct TidyTests {
    @Test(arguments: Rule.all) func everyFileKeeps(_ rule: Rule) {
        #expect(Repository.files.count > 10, "the repository was not found at \(Repository.root.path)")
        for finding in Repository.files.flatMap(rule.findings) {
            Issue.record("\(finding)")
        }
    }

    @Test(arguments: Rule.all) func ruleFindsWhatBreaksIt(_ rule: Rule) {
        for file in rule.broken {
            #expect(rule.findings(file).count == 1, "\(file.path): \(file.text.prefix(80))")
        }
        for file in rule.kept {
            #expect(rule.findings(file).isEmpty, "\(file.path): \(file.text.prefix(80))")
        }
    }

    @Test func literalsAreNotCode() {
        let lines = SwiftLine.lines(
            of: """
                let a = "x\\"y" + b // why
                let c = #"\\(d)"# /* e
                f */ + "\\(g("h)"))"
                /// What it is.
                """)
        #expect(
            lines.map(\.code) == [
                "let a = \"  \" + b ", "let c = \"    \" ", " + \" g(\"  \")\"", "",
            ])
        #expect(lines.map { $0.comment.filter(\.isLetter) } == ["why", "e", "f", ""])
        #expect(lines[3].documentation == " What it is.")
    }
}

@Suite struct LayerTests {
    @Test func architecturePageShowsTheLayersOfTheManifest() throws {
        let manifest = try #require(Repository.files.first { $0.path == "Package.swift" })
        let page = try #require(Repository.files.first { $0.path == "ARCHITECTURE.md" })
        let built = LayerMap(manifest: manifest.text)
        #expect(built.layers["HearthCore"] == 0, "the manifest could not be read")
        #expect(LayerMap.disagreements(manifest: built, page: LayerMap(page: page.text)) == [])
    }

    @Test func modulesImportWhatTheyDeclare() throws {
        let manifest = try #require(Repository.files.first { $0.path == "Package.swift" })
        let declared = DeclaredImports(manifest: manifest.text)
        #expect(declared.imports["HearthStore"]?.contains("HearthCore") == true, "the manifest could not be read")
        for finding in Repository.files.flatMap(declared.undeclared(in:)) {
            Issue.record("\(finding)")
        }
    }

    @Test func disagreementIsFound() {
        let manifest = LayerMap(
            manifest: """
                Module(name: "A", layer: 0),
                Module(
                    name: "B", layer: 1, modules: ["A"]),
                Module(name: "C", layer: 2),
                """)
        #expect(manifest.layers == ["A": 0, "B": 1, "C": 2])
        let page = LayerMap(page: "| layer | module | owns |\n|---|---|---|\n| 0 | `A` | a |\n| 2 x | `B` · `D` | b |")
        #expect(page.layers == ["A": 0, "B": 2, "D": 2])
        #expect(
            LayerMap.disagreements(manifest: manifest, page: page) == [
                "B is in layer 1 in Package.swift and in layer 2 in the page's table",
                "C (layer 2) stands in Package.swift and not in the page's table",
                "D (layer 2) stands in the page's table and not in Package.swift",
            ])
    }

    @Test func undeclaredImportIsFound() {
        let declared = DeclaredImports(
            manifest: """
                Module(name: "HearthCore", layer: 0),
                Module(
                    name: "HearthA", layer: 1, modules: ["HearthCore"], outside: [.product(name: "X", package: "x")]),
                Module(name: "HearthB", layer: 2, outside: ["Y"]),
                """)
        #expect(declared.imports == ["HearthCore": [], "HearthA": ["HearthCore"], "HearthB": []])
        let file = SourceFile(
            path: "Sources/HearthA/A.swift",
            text: "import Foundation\npackage import HearthCore\nimport struct HearthB.Row\n// import HearthC")
        #expect(declared.undeclared(in: file).map(\.line) == [3])
    }
}
