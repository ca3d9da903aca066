/// The lines below "Recovery phrase": words of no sentence, one or several to a line, often numbered.
struct PhraseLines {
    /// BIP 39 has at most so many.
    private static let mostWords = 24
    /// Lines of advice between the heading and the words.
    private static let mostAdvice = 4
    /// Of one word: the longest and shortest of BIP 39's lists.
    private static let letters = 3...8
    /// Words of sentences; none is in BIP 39's English list.
    private static let ofSentences: Set<String> = [
        "the", "and", "with", "your", "for", "not", "are", "who", "has", "have", "had", "was", "were", "from", "any",
        "anyone", "them", "their", "these", "down", "keep", "never", "does", "into", "its", "our", "his", "her", "but",
        "than", "der", "die", "das", "und", "mit", "ein", "eine", "nicht", "sie", "ihre", "ist", "auf", "den", "dem",
    ]
    private var words = 0
    private var advice = 0

    /// The heading was seen.
    mutating func begin() {
        words = Self.mostWords
        advice = Self.mostAdvice
    }

    /// Whether this line, the next one, is a part of the phrase.
    mutating func holds(_ line: [Character]) -> Bool {
        guard words > 0 else { return false }
        let parts = SecretWord.words(line).filter { !$0.text.isEmpty }
        let numbers = parts.count { $0.text.first?.isNumber == true }
        let listed = parts.filter { $0.text.contains(where: \.isLetter) }
        // Numbers that stand in a line of their own.
        guard !listed.isEmpty else { return false }
        let isPlain = listed.allSatisfy { part in
            let word = Self.word(part.raw)
            return word == word.lowercased() && word.allSatisfy(\.isLetter)
        }
        let isList = listed.allSatisfy { Self.isListed(Self.word($0.text)) } && (isPlain || numbers == listed.count)
        if isList {
            words -= listed.count
            // What follows the words ends them.
            advice = 0
        } else {
            if advice == 0 { words = 0 }
            advice -= 1
        }
        return isList
    }

    /// Without the number before it: `3.lamp`.
    private static func word(_ text: String) -> String {
        String(text.drop { $0.isNumber || ".):-".contains($0) })
    }

    /// - Parameter word: In small letters.
    static func isListed(_ word: String) -> Bool {
        letters.contains(word.count) && word.allSatisfy(\.isLetter) && !ofSentences.contains(word)
    }
}
