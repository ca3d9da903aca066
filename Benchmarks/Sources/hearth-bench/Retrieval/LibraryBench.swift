import Foundation
import HearthCore
import HearthStore
import HearthStoreSQLite

/// Stores a library of made-up passages and ranks long questions in it. Words come with frequencies as in language (Zipf), so
/// that common words are in most passages.
enum LibraryBench {
    private static let vocabulary = 50_000
    private static let wordsPerPassage = 120
    private static let passagesPerDocument = 4
    private static let documentsPerPut = 50
    private static let questions = 500
    private static let wordsPerQuestion = 12

    static func run(home: String, passages: Int) async throws -> JSONValue {
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let store = try await SQLiteLibraryStore.open(path: home + "/library.db")
        var words = ZipfWords(count: vocabulary, seed: 1)
        let start = ContinuousClock.now
        var number: UInt64 = 0
        while Int(number) * passagesPerDocument < passages {
            let entries = (0..<documentsPerPut).map { _ in
                number += 1
                return entry(number, &words)
            }
            _ = try await store.put(entries)
        }
        let stored = (ContinuousClock.now - start).inSeconds
        var seconds: [Double] = []
        var found = 0
        for _ in 0..<questions {
            let query = TextQuery(words.text(wordsPerQuestion))
            let start = ContinuousClock.now
            found += try await store.rank(text: query, DocumentFilter(person: RetrievalBench.person), limit: 200).count
            seconds.append((ContinuousClock.now - start).inSeconds)
        }
        let deletion = ContinuousClock.now
        _ = try await store.delete(id(1), person: RetrievalBench.person, at: SystemTime().now())
        let deleted = (ContinuousClock.now - deletion).inSeconds
        try await store.close()
        let sorted = seconds.sorted()
        return [
            "passages": .integer(Int64(number) * Int64(passagesPerDocument)), "store_seconds": .real(stored),
            "found": .integer(Int64(found)), "rank_p50_seconds": .real(sorted[questions / 2]),
            "rank_p95_seconds": .real(sorted[questions * 95 / 100]), "delete_seconds": .real(deleted),
        ]
    }

    private static func id(_ number: UInt64) -> UniqueID {
        UniqueID(high: number << 16 | 0x7000, low: 1 << 63 | number)
    }

    private static func entry(_ number: UInt64, _ words: inout ZipfWords) -> DocumentEntry {
        let texts = (0..<passagesPerDocument).map { _ in words.text(wordsPerPassage) }
        let time = Timestamp(microseconds: Int64(number) * 1_000_000)
        let text = texts.joined(separator: "\n")
        let document = Document(
            id: id(number), person: RetrievalBench.person, kind: .note, title: words.text(4), text: text,
            source: DocumentSource(name: "notes", key: "\(number)"), timestamp: time, received: time,
            fingerprint: withUnsafeBytes(of: number.bigEndian) { Array($0) })
        var offset = 0
        let passages = texts.enumerated().map { index, text in
            defer { offset += text.utf8.count + 1 }
            return Passage(
                id: id(number << 8 | UInt64(index) | 1 << 40), document: document.id, version: 1, index: index,
                offset: offset, text: text)
        }
        return DocumentEntry(document: document, passages: passages)
    }
}

/// Words drawn with a probability of one over their rank.
private struct ZipfWords {
    private var generator: SeededGenerator
    private let sums: [Double]
    private let names: [String]

    init(count: Int, seed: UInt64) {
        generator = SeededGenerator(state: seed)
        var sum = 0.0
        sums = (1...count).map { rank in
            sum += 1 / Double(rank)
            return sum
        }
        let syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"]
        names = (0..<count).map { rank in String(rank).compactMap(\.wholeNumberValue).map { syllables[$0] }.joined() }
    }

    mutating func text(_ count: Int) -> String {
        (0..<count).map { _ in
            let target = Double(generator.next() >> 11) / Double(1 << 53) * sums[sums.count - 1]
            var (low, high) = (0, sums.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if sums[middle] < target { low = middle + 1 } else { high = middle }
            }
            return names[low]
        }.joined(separator: " ")
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers in every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
