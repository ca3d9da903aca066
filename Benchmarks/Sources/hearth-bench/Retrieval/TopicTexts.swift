import HearthCore

/// Texts in which words have the frequencies of language: a word's probability is one over its place in the vocabulary (Zipf), and
/// a third of a passage is of the words of its topic.
struct TopicTexts {
    private static let wordsPerTopic = 40
    private static let wordsPerPassage = 120
    private static let topicShare = 0.33

    private var generator: SeededGenerator
    private let words: [String]
    private let sums: [Double]
    private var topics: [[Int]] = []

    /// - Parameter vocabulary: one word a line, the most frequent first; lines that are not words are left out.
    init(vocabulary: String, topics count: Int, seed: UInt64) throws {
        generator = SeededGenerator(state: seed)
        words = vocabulary.split(separator: "\n").filter { word in
            word.count > 1 && word.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        }.map(String.init)
        guard words.count > 1000 else { throw HearthError(.invalidValue, "The vocabulary has too few words.") }
        var sum = 0.0
        sums = words.indices.map { place in
            sum += 1 / (Double(place) + 2.7)
            return sum
        }
        topics = (0..<count).map { _ in
            // Not the words that are everywhere.
            (0..<Self.wordsPerTopic).map { _ in Int.random(in: 200..<words.count, using: &generator) }
        }
    }

    mutating func passage(of topic: Int) -> String {
        var text = ""
        var left = 0
        for _ in 0..<Self.wordsPerPassage {
            if left == 0 {
                if !text.isEmpty { text += "." }
                left = Int.random(in: 7...18, using: &generator)
            }
            if !text.isEmpty { text += " " }
            text += word(of: topic)
            left -= 1
        }
        return text + "."
    }

    mutating func title(of topic: Int) -> String {
        (0..<3).map { _ in topicWord(topic) }.joined(separator: " ")
    }

    /// Three to nine words: some of the topic, the rest as in any text.
    mutating func question(about topic: Int) -> String {
        let count = Int.random(in: 1...4, using: &generator)
        let others = Int.random(in: 2...5, using: &generator)
        var chosen = (0..<count).map { _ in topicWord(topic) } + (0..<others).map { _ in anyWord() }
        chosen.shuffle(using: &generator)
        return chosen.joined(separator: " ")
    }

    private mutating func word(of topic: Int) -> String {
        Double.random(in: 0..<1, using: &generator) < Self.topicShare ? topicWord(topic) : anyWord()
    }

    /// The first words of a topic are its most frequent ones.
    private mutating func topicWord(_ topic: Int) -> String {
        let places = topics[topic]
        let share = Double.random(in: 0..<1, using: &generator)
        return words[places[Int(share * share * Double(places.count))]]
    }

    private mutating func anyWord() -> String {
        let target = Double.random(in: 0..<sums[sums.count - 1], using: &generator)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] < target { low = middle + 1 } else { high = middle }
        }
        return words[low]
    }
}
