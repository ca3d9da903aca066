/// What the person made of a task that was read from their words.
public struct QuickCorrection: Sendable, Hashable {
    public var text: String
    public var read: QuickTask
    public var corrected: QuickTask
    /// Seconds of the wall clock of the corrected due time, when it has an hour.
    public var correctedWallSeconds: Int?

    public init(text: String, read: QuickTask, corrected: QuickTask, correctedWallSeconds: Int? = nil) {
        self.text = text
        self.read = read
        self.corrected = corrected
        self.correctedWallSeconds = correctedWallSeconds
    }
}

extension QuickVocabulary {
    /// Takes from a correction what will hold again: names that stand in the text, abbreviations that were written out,
    /// and hours that were meant before or after noon.
    /// - Returns: what was learned.
    @discardableResult
    public mutating func learn(from correction: QuickCorrection) -> [Entry] {
        var learned: [Entry] = []
        func note(_ kind: Kind, _ phrase: String, _ meaning: String) {
            learn(kind, phrase, meaning: meaning)
            learned.append(Entry(kind: kind, phrase: phrase, meaning: meaning))
        }
        let tokens = TokenScanner.tokens(of: correction.text)
        let named: [(Kind, [String], [String])] = [
            (.person, correction.corrected.people, correction.read.people),
            (.place, correction.corrected.places, correction.read.places),
            (.tag, correction.corrected.tags, correction.read.tags),
            (.project, [correction.corrected.project].compactMap { $0 }, [correction.read.project].compactMap { $0 }),
        ]
        for (kind, wanted, read) in named {
            for name in wanted where !read.contains(name) {
                if let phrase = Self.phrase(of: name, in: tokens) { note(kind, phrase, name) }
            }
            // What was read from the vocabulary and struck out is not meant.
            for name in read where !wanted.contains(name) {
                for span in correction.read.spans where span.source == .vocabulary && Self.field(kind) == span.field {
                    if entries.contains(where: {
                        $0.kind == kind && $0.meaning == name && $0.phrase == span.text.lowercased()
                    }) {
                        forget(kind, span.text)
                    }
                }
            }
        }
        for (short, long) in Self.writtenOut(correction.read.title, correction.corrected.title) {
            note(.abbreviation, short, long)
        }
        if let wall = correction.correctedWallSeconds, let hour = Self.ambiguousHour(correction.read, tokens) {
            let clock = (wall % 86_400 + 86_400) % 86_400 / 3600
            if clock % 12 == hour % 12 { note(.hour, String(hour), clock >= 12 ? "pm" : "am") }
        }
        return learned
    }

    private static func field(_ kind: Kind) -> QuickField? {
        switch kind {
        case .person: .person
        case .place: .place
        case .tag: .tag
        case .project: .project
        case .abbreviation, .hour: nil
        }
    }

    /// The words of the text that a name is, or begins with: "ann" for "Ann Miller".
    private static func phrase(of name: String, in tokens: [Token]) -> String? {
        let words = words(name)
        guard let first = words.first else { return nil }
        for count in stride(from: min(words.count, mostWords), through: 1, by: -1) {
            let part = Array(words.prefix(count))
            for place in tokens.indices where place + count <= tokens.count {
                if Array(tokens[place..<place + count].map(\.text)) == part { return part.joined(separator: " ") }
            }
        }
        // An abbreviation of it: its first letters.
        return tokens.first {
            $0.kind == .word && $0.text.count >= 2 && first.hasPrefix($0.text) && $0.text.count >= first.count / 3
        }?.text
    }

    /// Words of the first title that others took the place of in the second, one run at a time.
    private static func writtenOut(_ read: String, _ corrected: String) -> [(String, String)] {
        let before = read.split(separator: " ").map(String.init)
        let after = corrected.split(separator: " ").map(String.init)
        guard before != after, !before.isEmpty, !after.isEmpty else { return [] }
        var head = 0
        while head < min(before.count, after.count), before[head].lowercased() == after[head].lowercased() { head += 1 }
        var tail = 0
        while tail < min(before.count, after.count) - head,
            before[before.count - 1 - tail].lowercased() == after[after.count - 1 - tail].lowercased()
        {
            tail += 1
        }
        let old = before[head..<before.count - tail]
        let new = after[head..<after.count - tail]
        guard old.count == 1, (1...mostWords).contains(new.count), let short = old.first, short.count >= 2 else {
            return []
        }
        let long = new.joined(separator: " ")
        return isShort(for: short, long) ? [(short, long)] : []
    }

    /// Its letters stand in the long form in order, and it begins as that does; or they are its words' first letters.
    private static func isShort(for short: String, _ long: String) -> Bool {
        let letters = Array(short.lowercased().filter(\.isLetter))
        let target = Array(long.lowercased())
        guard let first = letters.first, letters.count < target.count, target.first == first else { return false }
        var place = 0
        for letter in letters {
            guard let found = target[place...].firstIndex(of: letter) else { return false }
            place = found + 1
        }
        return true
    }

    private static func ambiguousHour(_ task: QuickTask, _ tokens: [Token]) -> Int? {
        guard task.alternatives.contains(where: { $0.field == .due }),
            let span = task.spans.first(where: { $0.field == .due })
        else { return nil }
        let words = TokenScanner.tokens(of: span.text)
        return words.last { $0.kind == .digits && ($0.value ?? 99) <= 12 && $0.range.count <= 2 }?.value
    }
}
