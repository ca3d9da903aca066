/// A place where a rule is broken.
struct Finding: Equatable, Sendable, CustomStringConvertible {
    var path: String
    /// Counted from one.
    var line: Int
    var message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// A rule about one file at a time, with files that break it and files that keep it: a rule that finds nothing in its own
/// broken files proves nothing about ours.
struct Rule: Sendable, CustomStringConvertible {
    var name: String
    var findings: @Sendable (SourceFile) -> [Finding]
    /// Each breaks the rule exactly once.
    var broken: [SourceFile]
    var kept: [SourceFile]

    var description: String { name }

    static let all: [Rule] = [
        .riskyCodeGivesItsReason, .onlyTheCommandsPrint, .nothingIsLeftOver, .filesStayShort, .foldersAreConcepts,
        .namesSayWhatTheyMean, .theWorkplaceIsNotMentioned, .testDataIsFoundInOnePlace,
    ]
}

extension SourceFile {
    /// A finding for each line that `message` has something to say about.
    func findings(_ message: (Substring) -> String?) -> [Finding] {
        lines.enumerated().compactMap { index, line in
            message(line).map { Finding(path: path, line: index + 1, message: $0) }
        }
    }
}
