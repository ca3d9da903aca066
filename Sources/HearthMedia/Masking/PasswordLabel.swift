/// Finds passwords by the word beside them.
enum PasswordLabel {
    private static let codeDigits = 3...8
    /// Words of one password that is read in several.
    private static let mostWords = 8
    /// Plain words that are a password together, when they are all that stands behind its label.
    private static let mostPlainWords = 3
    /// Words of a line that is a label and no sentence.
    private static let labelWords = 3
    private static let headingWords = 5

    /// What joins a label and its value in a sentence.
    private static let verbs: Set<String> = ["is", "ist", "lautet"]
    /// What is said about passwords.
    private static let statements: Set<String> = [
        "required", "incorrect", "correct", "wrong", "invalid", "valid", "expired", "weak", "strong", "missing",
        "empty", "secure", "insecure", "changed", "needed", "optional", "hidden", "not", "too", "set", "unknown",
        "stored", "sent", "saved", "safe", "encrypted", "falsch", "erforderlich", "ungültig", "gültig",
        "abgelaufen", "leer", "korrekt", "richtig", "schwach", "stark", "nicht", "zu", "sicher", "unsicher",
        "nötig", "notwendig", "bekannt", "unbekannt", "geändert", "gespeichert",
    ]

    private enum Join { case nothing, mark, verb }

    /// Where the values are.
    static func values(_ line: [Character]) -> [Range<Int>] {
        let words = SecretWord.words(line)
        var found: [Range<Int>] = []
        var index = 0
        while index < words.count {
            if let inside = inside(line, words, index) {
                found.append(inside)
            } else if let label = label(words, index), let value = value(words, index, label) {
                found.append(words[value.lowerBound].range.lowerBound..<words[value.upperBound].range.upperBound)
                index = value.upperBound
            }
            index += 1
        }
        return found
    }

    /// The words behind a label that are its value.
    private static func value(_ words: [SecretWord], _ index: Int, _ kind: SecretLabel) -> ClosedRange<Int>? {
        var join = words[index].isMarked ? Join.mark : .nothing
        var next = index + 1
        while next < words.count, words[next].isSeparator || join == .nothing && verbs.contains(words[next].text) {
            if verbs.contains(words[next].text) { join = .verb }
            if words[next].isMarked { join = .mark }
            next += 1
        }
        guard next < words.count else { return nil }
        // `Password: secret` has a value; `Password PIN` has none.
        guard label(words, next) == nil || join == .mark && !words[next].isMarked else { return nil }
        var run: [SecretWord] = [words[next]]
        for place in (next + 1)..<max(next + 1, min(words.count, next + mostWords)) {
            if words[place].isMarked || label(words, place) != nil { break }
            run.append(words[place])
        }
        let length: Int? =
            switch join {
            case .mark:
                kind == .passphrase || kind == .recoveryPhrase ? words.count - next : marked(run, kind)
            case .verb: said(run, kind, isWhole: next + run.count == words.count)
            case .nothing: unmarked(run, kind, isCapital: words[index].raw.contains("PIN"))
            }
        return length.map { next...next + $0 - 1 }
    }

    /// How many of the words behind a label with a mark are its value.
    private static func marked(_ run: [SecretWord], _ label: SecretLabel) -> Int {
        if run[0].isSecretlike { return secretlike(run) }
        guard label == .password else { return 1 }
        if let last = run.lastIndex(where: \.isTelling) { return last + 1 }
        return run.count <= mostPlainWords ? run.count : 1
    }

    /// The same behind “is”, where most of what follows is a sentence.
    private static func said(_ run: [SecretWord], _ label: SecretLabel, isWhole: Bool) -> Int? {
        let first = run[0]
        if first.looksSecret { return secretlike(run) }
        switch label {
        case .everyday: return nil
        case .pin, .code: return first.isNumber && codeDigits.contains(first.text.count) ? 1 : nil
        case .passphrase, .recoveryPhrase:
            guard run.count > 1 else { return statements.contains(first.text) ? nil : 1 }
            return isWhole && run.allSatisfy { PhraseLines.isListed($0.text) } ? run.count : nil
        case .password:
            guard !statements.contains(first.text), first.endsClause || isWhole && run.count == 1 else { return nil }
            return 1
        }
    }

    private static func unmarked(_ run: [SecretWord], _ label: SecretLabel, isCapital: Bool) -> Int? {
        let isCode = run[0].isNumber && codeDigits.contains(run[0].text.count)
        switch label {
        case .everyday: return nil
        case .pin: return isCode && isCapital ? 1 : nil
        case .code where isCode: return 1
        default: return run[0].looksSecret ? secretlike(run) : nil
        }
    }

    private static func secretlike(_ run: [SecretWord]) -> Int { run.prefix { $0.isSecretlike }.count }

    // MARK: Values below

    /// What is expected on the next line, when this one ends with a label.
    enum Awaited: Equatable {
        case nothing
        case word(isMarked: Bool)
        /// This one is a sentence: only what looks like a password.
        case secretlike
        case digits
        case phrase
    }

    /// A label whose value must be on the next line.
    static func endsLine(_ line: [Character]) -> Awaited {
        let words = SecretWord.words(line)
        guard let last = words.lastIndex(where: { !$0.isSeparator }), let label = label(words, last) else {
            return .nothing
        }
        let isMarked = words[last...].contains(where: \.isMarked)
        switch label {
        case .passphrase where isMarked, .recoveryPhrase where isMarked: return .phrase
        // Lines of words are found by what they look like.
        case .recoveryPhrase: return .nothing
        case .everyday: return isMarked ? .word(isMarked: true) : .nothing
        case .pin where !isMarked: return words[last].raw.contains("PIN") ? .digits : .nothing
        default: return isMarked || last < labelWords ? .word(isMarked: isMarked) : .secretlike
        }
    }

    /// Whether the whole line is the value of the label that ended the line before.
    static func isValue(_ line: [Character], _ awaited: Awaited) -> Bool {
        let words = SecretWord.words(line)
        guard let first = words.first,
            !words.indices.contains(where: { words[$0].isMarked && label(words, $0) != nil })
        else { return false }
        let isSecretlike = words.count <= mostWords && words.allSatisfy(\.isSecretlike)
        switch awaited {
        case .nothing: return false
        case .phrase: return true
        case .digits: return words.count == 1 && first.isNumber && codeDigits.contains(first.text.count)
        case .secretlike: return isSecretlike
        case .word(let isMarked):
            return words.count == 1 || isSecretlike
                || isMarked && words.count <= mostPlainWords && words.contains(where: \.isTelling)
        }
    }

    /// Whether the words of a recovery phrase may follow below.
    static func beginsPhrase(_ line: [Character]) -> Bool {
        let words = SecretWord.words(line)
        return words.indices.contains { index in
            label(words, index) == .recoveryPhrase && (words.count <= headingWords || words[index].isMarked)
        }
    }

    // MARK: Labels

    private static func label(_ words: [SecretWord], _ index: Int) -> SecretLabel? {
        let text = words[index].text
        // Text recognition puts blanks behind underscores: `secret_ key=`.
        let own = text.trimming("_-")
        for distance in 1...2 where index >= distance {
            if let label = SecretLabel(words[index - distance].text.trimming("_-"), own) { return label }
        }
        return SecretLabel(text)
    }

    /// The value in `password=hunter2`, `DB_PASSWORD=x` and `{"password":"x"}`: to the end of the word.
    private static func inside(_ line: [Character], _ words: [SecretWord], _ index: Int) -> Range<Int>? {
        let word = words[index].range
        for cut in word where ":=".contains(line[cut]) {
            let value = cut + 1..<word.upperBound
            guard line[value].contains(where: { !SecretWord.marks.contains($0) }) else { return nil }
            var end = cut
            while end > word.lowerBound, SecretWord.marks.contains(line[end - 1]) { end -= 1 }
            let before = line[word.lowerBound..<end].lastIndex { "\"',;&?{}[]()<>|`".contains($0) }
            let name = String(line[(before.map { $0 + 1 } ?? word.lowerBound)..<end]).lowercased()
            if SecretLabel(name) != nil { return value }
            // `secret_ key=abcd`
            if before == nil, index > 0, SecretLabel(words[index - 1].text.trimming("_-"), name.trimming("_-")) != nil {
                return value
            }
        }
        return nil
    }
}
