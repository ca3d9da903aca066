extension Rule {
    static let foldersAreConcepts = Rule(
        name: "a folder is named by its concept",
        findings: { file in
            guard file.path.hasPrefix("Sources/") || file.path.hasPrefix("Tests/"),
                let folder = file.folders.first(where: { emptyFolderNames.contains($0) })
            else { return [] }
            return [
                Finding(path: file.path, line: 1, message: "\(folder) names no concept: what do its files share?")
            ]
        },
        broken: ["Sources/A/Utils/A.swift", "Sources/A/Common/A.swift", "Tests/ATests/Helpers/A.swift"].map {
            SourceFile(path: $0, text: "")
        },
        kept: ["Sources/A/Commons.swift", "Sources/A/Json/A.swift", "docs/Common/a.md"].map {
            SourceFile(path: $0, text: "")
        })

    private static let emptyFolderNames: Set<String> = [
        "Util", "Utils", "Utilities", "Helper", "Helpers", "Common", "Extensions", "Misc", "Shared",
    ]

    static let namesSayWhatTheyMean = Rule(
        name: "a type's name has no empty suffix",
        findings: { file in
            guard file.isCompiled else { return [] }
            return file.swiftLines.enumerated().flatMap { index, line -> [Finding] in
                guard emptySuffixes.contains(where: line.code.contains) else { return [] }
                return line.code.matches(of: /\b(?:class|struct|enum|protocol|actor|typealias)\s+(\w+)/).compactMap {
                    match in
                    guard let suffix = emptySuffixes.first(where: { match.1.hasSuffix($0) }) else { return nil }
                    return Finding(
                        path: file.path, line: index + 1, message: "\(match.1): what does it do? \(suffix) says nothing"
                    )
                }
            }
        },
        broken: [
            SourceFile(path: "Sources/A/A.swift", text: "final class DeviceManager {}"),
            SourceFile(path: "Sources/A/A.swift", text: "package struct StoreImpl: Store {}"),
            SourceFile(path: "Tests/ATests/A.swift", text: "enum DateHelper {}"),
            SourceFile(path: "Sources/A/A.swift", text: "protocol ProcessorBase: Sendable {}"),
        ],
        kept: [
            SourceFile(path: "Sources/A/A.swift", text: "struct Database {}\nclass func information() {}"),
            SourceFile(path: "Sources/A/A.swift", text: "// struct DeviceManager\nlet a = \"class DeviceManager\""),
        ])

    private static let emptySuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Info", "Base"]
}
