/// What a person's words mean to them: names of projects, people and places, abbreviations, and whether "at six" is in the
/// morning. Learned from corrections, one entry each, so that it can be shown and taken back.
public struct QuickVocabulary: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case project, person, place, tag
        /// The phrase stands for other words: "mtg" for "meeting".
        case abbreviation
        /// The phrase is an hour, 1…12; the meaning is `am` or `pm`.
        case hour
    }

    public struct Entry: Sendable, Hashable {
        public var kind: Kind
        /// In lower case.
        public var phrase: String
        public var meaning: String
        /// How many corrections said so.
        public var count: Int

        public init(kind: Kind, phrase: String, meaning: String, count: Int = 1) {
            self.kind = kind
            self.phrase = phrase.lowercased()
            self.meaning = meaning
            self.count = count
        }

        /// That it is meant again: Laplace's rule of succession.
        public var confidence: Double { Double(count + 1) / Double(count + 2) }
    }

    /// A vocabulary beyond this forgets what was said least.
    public static let mostEntries = 4096
    /// Longer phrases are sentences, no names.
    public static let mostWords = 5

    /// By the first word of a phrase, then by all its words.
    private var byFirstWord: [String: [[String]: [Entry]]] = [:]
    /// Of all those.
    private var count = 0
    private var hours: [Int: Entry] = [:]

    public init(_ entries: [Entry] = []) {
        for entry in entries { insert(entry) }
    }

    public var entries: [Entry] {
        (named + hours.values).sorted {
            ($0.kind.rawValue, $0.phrase, $0.meaning) < ($1.kind.rawValue, $1.phrase, $1.meaning)
        }
    }

    private var named: [Entry] { byFirstWord.values.flatMap { $0.values.flatMap { $0 } } }

    /// The entry of just this phrase.
    public func entry(_ kind: Kind, _ phrase: String) -> Entry? {
        let phrase = phrase.lowercased()
        if kind == .hour { return Int(phrase).flatMap { hours[$0] } }
        let words = Self.words(phrase)
        guard let first = words.first else { return nil }
        return byFirstWord[first]?[words]?.first { $0.kind == kind && $0.phrase == phrase }
    }

    /// Counts once more what is known already; another meaning of the same phrase takes its place when said as often.
    public mutating func learn(_ kind: Kind, _ phrase: String, meaning: String) {
        insert(Entry(kind: kind, phrase: phrase, meaning: meaning))
    }

    /// - Returns: whether it was there.
    @discardableResult
    public mutating func forget(_ kind: Kind, _ phrase: String) -> Bool {
        let phrase = phrase.lowercased()
        if kind == .hour { return Int(phrase).map { hours.removeValue(forKey: $0) != nil } ?? false }
        let words = Self.words(phrase)
        guard let first = words.first, var list = byFirstWord[first]?[words],
            let place = list.firstIndex(where: { $0.kind == kind && $0.phrase == phrase })
        else { return false }
        list.remove(at: place)
        count -= 1
        byFirstWord[first]?[words] = list.isEmpty ? nil : list
        if byFirstWord[first]?.isEmpty ?? false { byFirstWord[first] = nil }
        return true
    }

    private mutating func insert(_ entry: Entry) {
        if entry.kind == .hour {
            guard let hour = Int(entry.phrase), (1...12).contains(hour) else { return }
            if let known = hours[hour], known.meaning == entry.meaning {
                hours[hour]?.count += entry.count
            } else if (hours[hour]?.count ?? 0) <= entry.count {
                hours[hour] = entry
            } else {
                hours[hour]?.count -= entry.count
            }
            return
        }
        let words = Self.words(entry.phrase)
        guard let first = words.first, words.count <= Self.mostWords, !entry.meaning.isEmpty else { return }
        var list = byFirstWord[first]?[words] ?? []
        if let place = list.firstIndex(where: { $0.kind == entry.kind && $0.phrase == entry.phrase }) {
            if list[place].meaning == entry.meaning {
                list[place].count += entry.count
            } else if list[place].count <= entry.count {
                list[place] = entry
            } else {
                list[place].count -= entry.count
            }
        } else {
            list.append(entry)
            count += 1
        }
        byFirstWord[first, default: [:]][words] = list
        if count > Self.mostEntries, let least = named.min(by: Self.isLess) { forget(least.kind, least.phrase) }
    }

    /// Said less often; of two that were said as often, the first in the order of `entries`.
    private static func isLess(_ one: Entry, _ other: Entry) -> Bool {
        (one.count, one.kind.rawValue, one.phrase) < (other.count, other.kind.rawValue, other.phrase)
    }

    static func words(_ phrase: String) -> [String] { TokenScanner.tokens(of: phrase).map(\.text) }

    /// Whether the hour `hour` is after noon for this person; nil when they never said.
    func isAfternoon(_ hour: Int) -> Bool? { hours[hour].map { $0.meaning == "pm" } }

    /// The entries whose words stand at `place`, longest first.
    func entries(at place: Int, in tokens: [Token]) -> [(entry: Entry, length: Int)] {
        guard let named = byFirstWord[tokens[place].text] else { return [] }
        let longest = min(Self.mostWords, tokens.count - place)
        return (1...longest).reversed().flatMap { length in
            (named[tokens[place..<place + length].map(\.text)] ?? []).sorted { $0.count > $1.count }
                .map { (entry: $0, length: length) }
        }
    }
}
