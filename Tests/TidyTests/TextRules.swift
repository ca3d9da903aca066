import Foundation

// The words looked for are put together from pieces, so that this file does not break its own rules.

extension Rule {
    static let nothingIsLeftOver = Rule(
        name: "nothing is left for later in a comment",
        findings: { file in
            let marks = marksOfUnfinishedWork.filter { file.text.contains($0) }
            guard !marks.isEmpty else { return [] }
            return file.findings { line in
                for mark in marks {
                    guard let range = line.range(of: mark) else { continue }
                    let before = line[..<range.lowerBound].last
                    let after = line[range.upperBound...].first
                    if !isWordCharacter(before), !isWordCharacter(after) {
                        return "\(mark): finish it, or open an issue and say nothing here"
                    }
                }
                return nil
            }
        },
        broken: marksOfUnfinishedWork.map { SourceFile(path: "Sources/A/A.swift", text: "// \($0): later") },
        kept: [SourceFile(path: "docs/a.md", text: "\(marksOfUnfinishedWork[2])X and a todo list")])

    private static let marksOfUnfinishedWork = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    private static func isWordCharacter(_ character: Character?) -> Bool {
        guard let character else { return false }
        return character.isLetter || character.isNumber || character == "_"
    }

    /// The repository speaks of the product and of nothing around it.
    static let theWorkplaceIsNotMentioned = Rule(
        name: "no file names the machine or the folder it was written in",
        findings: { file in
            let places = places.filter { file.text.contains($0) }
            guard !places.isEmpty else { return [] }
            return file.findings { line in
                for place in places {
                    guard let range = line.range(of: place) else { continue }
                    let before = line[..<range.lowerBound].last
                    if !isWordCharacter(before), before != "." {
                        return "\(place) exists on one machine only"
                    }
                }
                return nil
            }
        },
        broken: places.map { SourceFile(path: "docs/a.md", text: "See \($0)README.") },
        kept: [SourceFile(path: "docs/a.md", text: "https://example.org\(places[0])")])

    private static let places = ["/wo" + "rk/", "sha" + "red/design", "sha" + "red/seeds"]

    static let testDataIsFoundInOnePlace = Rule(
        name: "only the test kit knows where test data lies",
        findings: { file in
            guard !file.path.hasPrefix("Sources/HearthTesting/"), file.text.contains(testData) else { return [] }
            return file.findings { $0.contains(testData) ? "ask HearthTesting for the folder of the test data" : nil }
        },
        broken: [SourceFile(path: "Tests/ATests/A.swift", text: "let folder = \"../\(testData)/har\"")],
        kept: [SourceFile(path: "Sources/HearthTesting/A.swift", text: "let folder = \"../\(testData)\"")])

    private static let testData = "sha" + "red/data"
}
