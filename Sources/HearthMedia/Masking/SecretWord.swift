/// A word of a line, as it is looked at for passwords.
struct SecretWord {
    /// Of the characters of the line.
    var range: Range<Int>
    /// As it is read.
    var raw: String
    /// In small letters, without the marks around it.
    var text: String
    /// Ends with a colon or an equals sign, or is one, or is an arrow.
    var isMarked: Bool

    /// Marks around a word that are no part of it.
    static let marks = ":=.,;\"'()[]{}“”„«»‚‘’*`"
    /// What stands between a label and its value.
    private static let separators = "-–—→|•·>=:<~\"'“”„«»("

    /// Stands for nothing itself.
    var isSeparator: Bool { raw.count <= 2 && raw.allSatisfy { Self.separators.contains($0) } }

    /// Ends a sentence or a part of one.
    var endsClause: Bool { raw.last.map { ".,;!".contains($0) } ?? false }

    var isNumber: Bool { !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber } }

    var isSecretlike: Bool { isNumber || looksSecret }

    /// Holds a digit at least, as a piece of a password does that was read in several words.
    var isTelling: Bool { looksSecret || raw.contains(where: \.isNumber) }

    /// Not a word of a sentence about passwords.
    var looksSecret: Bool {
        var text = Substring(raw)
        while let last = text.last, ".,;:!?)\"'…".contains(last) { text.removeLast() }
        guard text.count >= 4 else { return false }
        // A date, a time or an amount.
        if text.allSatisfy({ $0.isNumber || ".,:/-+%€$£".contains($0) }) { return text.allSatisfy(\.isNumber) }
        return text.contains { $0.isNumber } || text.contains { "!@#$%^&*_+=~".contains($0) }
            || text.dropFirst().contains { $0.isUppercase } && text.contains { $0.isLowercase }
    }

    static func words(_ line: [Character]) -> [SecretWord] {
        var words: [SecretWord] = []
        var start = 0
        while start < line.count {
            guard !isBlank(line[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < line.count, !isBlank(line[end]) { end += 1 }
            words.append(SecretWord(line, start..<end))
            start = end
        }
        return words
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\u{a0}" }

    private init(_ line: [Character], _ range: Range<Int>) {
        self.range = range
        raw = String(line[range])
        text = raw.lowercased().trimming(Self.marks)
        // `**Password:**` and `"password":` are marked as well.
        let body = raw.reversed().drop { Self.marks.contains($0) && !":=".contains($0) }
        isMarked = body.first.map { ":=：".contains($0) } ?? false || ["→", "->", "=>"].contains(raw)
    }
}

extension String {
    func trimming(_ marks: String) -> String {
        String(drop { marks.contains($0) }.reversed().drop { marks.contains($0) }.reversed())
    }
}
