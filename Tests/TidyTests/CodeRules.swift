extension Rule {
    /// What may stop the program or silence the compiler says in a `//` comment why that is right here. A documentation
    /// comment says what a declaration is, so it does not count.
    static let riskyCodeGivesItsReason = Rule(
        name: "risky code gives its reason in a comment on the line or above it",
        findings: { file in
            guard file.isCompiled else { return [] }
            let lines = file.swiftLines
            return lines.indices.flatMap { index in
                riskyConstructs(in: lines[index].code).filter { _ in !hasReason(at: index, in: lines) }
                    .map { Finding(path: file.path, line: index + 1, message: "\($0) without a // reason") }
            }
        },
        broken: [
            SourceFile(path: "Sources/A/A.swift", text: "final class Box: @unchecked Sendable {}"),
            SourceFile(path: "Sources/A/A.swift", text: "/// A box of things.\nstruct Box: @unchecked Sendable {}"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = try! read()"),
            SourceFile(path: "Sources/A/A.swift", text: "// Far above.\n\nfatalError(\"never\")"),
            SourceFile(path: "Sources/A/A.swift", text: "preconditionFailure()"),
            SourceFile(path: "Sources/A/A.swift", text: "nonisolated(unsafe) var counter = 0"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = unsafeBitCast(b, to: Int.self)"),
            SourceFile(path: "Sources/A/A.swift", text: "unowned(unsafe) let owner: Owner"),
            SourceFile(path: "Tests/ATests/A.swift", text: "let a = values.first!.name"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = b as! String"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = \"\\(values[0]!)\""),
            SourceFile(path: "Sources/A/A.swift", text: "let separator = \"//\", first = values.first!"),
        ],
        kept: [
            SourceFile(path: "Sources/A/A.swift", text: "// The lock guards it.\nstruct Box: @unchecked Sendable {}"),
            SourceFile(
                path: "Sources/A/A.swift",
                text: "// The lock guards it.\n/// A box.\n@frozen\nstruct Box: @unchecked Sendable {}"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = b!  // Set by the line above."),
            SourceFile(path: "Sources/A/A.swift", text: "if !a, a != b, !(c), [!d] == e { f(!g) }"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = \"Stop! try! and fatalError(\""),
            SourceFile(path: "Sources/A/A.swift", text: "let a = #\"Stop! \"try!\" \\(b!)\"#"),
            SourceFile(path: "Sources/A/A.swift", text: "let a = \"\"\"\n    Stop!\n    \"\"\""),
            SourceFile(path: "Sources/A/A.swift", text: "let a = text.matches(of: /x!\"/)"),
            SourceFile(path: "docs/a.md", text: "Hello World!"),
        ])

    private static func riskyConstructs(in code: String) -> [String] {
        var found: [String] = []
        for construct in [
            "@unchecked Sendable", "fatalError(", "preconditionFailure(", "nonisolated(unsafe)", "unowned(unsafe)",
            "unsafeBitCast(", "unsafeDowncast(",
        ]
        where code.contains(construct) {
            found.append(construct)
        }
        guard code.contains("!") else { return found }
        if code.contains(/\btry!/) { found.append("try!") }
        if code.contains(/\bas!/) { found.append("as!") }
        // A `!` behind an operand and not before `=` unwraps by force.
        let rest = code.replacing(/\b(try|as)!/, with: "")
        if rest.contains(/[\w)\]}?>`"]!(?!=)/) { found.append("force unwrap") }
        return found
    }

    /// A plain comment on the line, or in the comments and attributes right above it.
    private static func hasReason(at index: Int, in lines: [SwiftLine]) -> Bool {
        if lines[index].comment.contains(where: \.isLetter) { return true }
        for line in lines[..<index].reversed() {
            if line.comment.contains(where: \.isLetter), !line.hasCode { return true }
            let isAttribute = line.code.drop { $0.isWhitespace }.hasPrefix("@")
            if line.documentation.isEmpty, !isAttribute { return false }
        }
        return false
    }

    static let onlyTheCommandsPrint = Rule(
        name: "only the commands write to the terminal",
        findings: { file in
            guard file.isSwift, file.path.hasPrefix("Sources/"), !file.path.hasPrefix("Sources/HearthCommands/")
            else { return [] }
            return file.swiftLines.enumerated().compactMap { index, line in
                guard line.code.contains("("), line.code.contains(/(?:^|[^\w.])(print|debugPrint|dump)\(/) else {
                    return nil
                }
                return Finding(path: file.path, line: index + 1, message: "return it or log it instead of printing it")
            }
        },
        broken: [
            SourceFile(path: "Sources/HearthCore/A.swift", text: "    print(value)"),
            SourceFile(path: "Sources/HearthCore/A.swift", text: "defer { debugPrint(value) }"),
        ],
        kept: [
            SourceFile(path: "Sources/HearthCommands/A.swift", text: "print(value)"),
            SourceFile(path: "Sources/HearthCore/A.swift", text: "// print(value)\npage.print(); fingerprint(a)"),
        ])

    static let filesStayShort = Rule(
        name: "a source file has at most \(longestFile) lines",
        findings: { file in
            guard file.isSwift, file.path.hasPrefix("Sources/"), file.lines.count - 1 > longestFile else { return [] }
            return [
                Finding(
                    path: file.path, line: longestFile,
                    message: "\(file.lines.count - 1) lines: a concept is missing; find it and give it its own file")
            ]
        },
        broken: [
            SourceFile(path: "Sources/A/A.swift", text: String(repeating: "let a = 0\n", count: longestFile + 1))
        ],
        kept: [SourceFile(path: "Sources/A/A.swift", text: String(repeating: "let a = 0\n", count: longestFile))])

    private static let longestFile = 600
}
