import HearthCore
import HearthStore
import HearthTesting
import Testing

@testable import HearthKnow

struct PassageCutterTests {
    private let cutter = PassageCutter()

    private func check(_ text: String, _ note: Comment = "") {
        let bytes = Array(text.utf8)
        let passages = cutter.passages(
            of: UniqueID(high: 1, low: 2), version: 1, text: text, at: Timestamp(microseconds: 0))
        var position = 0
        for (index, passage) in passages.enumerated() {
            let range = passage.offset..<passage.offset + passage.text.utf8.count
            #expect(passage.index == index, note)
            #expect(range.lowerBound >= position && range.upperBound <= bytes.count, note)
            #expect(Array(passage.text.utf8) == Array(bytes[range]), note)
            #expect(TokenEstimate.count(passage.text) <= PassageCutter.maximumTokens, note)
            #expect(passage.text.utf8.count <= PassageCutter.maximumBytes, note)
            let between = String(decoding: bytes[position..<range.lowerBound], as: UTF8.self)
            #expect(between.allSatisfy { $0.isWhitespace || "-=_*+`~".contains($0) }, note)
            position = range.upperBound
        }
        let rest = String(decoding: bytes[position...], as: UTF8.self)
        #expect(rest.allSatisfy { $0.isWhitespace || "-=_*+`~".contains($0) }, note)
        #expect(cutter.ranges(in: text) == cutter.ranges(in: text), note)
    }

    @Test func passagesHaveExactOffsetsAndKeepTheirLimitsWhateverTheText() throws {
        for seed in 0..<600 {
            var random = SplitMix64(seed: UInt64(seed))
            let text = RandomText.make(&random, pieces: 400)
            check(text, "seed \(seed)")
            check(try TextNormalizer.text(text), "normal, seed \(seed)")
        }
    }

    @Test(arguments: [
        String(repeating: "a", count: 200_000), String(repeating: "字", count: 50_000),
        String(repeating: " a", count: 100_000),
        String(repeating: "e\u{301}", count: 20_000), String(repeating: "\u{200d}", count: 50_000),
        String(repeating: "x,", count: 50_000), String(repeating: "# H\n\n", count: 20_000),
        String(repeating: "7", count: 30_000),
        "Start. " + String(repeating: "----\n", count: 30_000) + " End.",
        "Start " + String(repeating: " ", count: 30_000) + "end.",
        "# " + String(repeating: "word ", count: 5000), String(repeating: ".", count: 100_000),
        String(repeating: "Mr. ", count: 30_000), String(repeating: "[1]", count: 30_000), "",
    ])
    func textsWithoutSentencesAreCutAllTheSame(_ text: String) { check(text) }

    @Test func aTextThatFitsIsOnePassage() {
        let text = "Heading\n\n" + String(repeating: "Eight words stand in this one sentence here. ", count: 22)
        #expect(cutter.ranges(in: text).count == 1)
    }

    @Test func passagesOfALongTextAreAboutOfOneSize() {
        let text = String(repeating: "The committee met on Tuesday and talked about the new harbour wall. ", count: 300)
        let counts = cutter.ranges(in: text).map {
            TokenEstimate.count(String(decoding: Array(text.utf8)[$0], as: UTF8.self))
        }
        #expect(counts.count > 15)
        #expect(counts.allSatisfy { $0 >= 150 && $0 <= 250 }, "\(counts)")
    }

    @Test func aHeadingStaysWithWhatFollowsIt() {
        let paragraph = String(
            repeating: "The committee met on Tuesday and talked about the new harbour wall. ", count: 9)
        let text = (1...12).map { "## Part \($0)\n\n\(paragraph)" }.joined(separator: "\n\n")
        for range in cutter.ranges(in: text) {
            let passage = String(decoding: Array(text.utf8)[range], as: UTF8.self)
            #expect(passage.split(separator: "\n").last?.hasPrefix("## ") == false)
        }
        #expect(cutter.ranges(in: text).count == 12)
    }

    @Test func passagesOfRecordingsKnowWhenTheyWereSaid() {
        let word = "The committee met on Tuesday. "
        let text = String(repeating: word, count: 100)
        let length = word.utf8.count
        let spoken = (0..<100).map { index in
            let start = index * length
            return SpokenRange(bytes: start..<start + length - 1, seconds: Double(index)...Double(index) + 0.5)
        }
        let passages = cutter.passages(
            of: UniqueID(high: 1, low: 2), version: 1, text: text, spoken: spoken, at: Timestamp(microseconds: 0))
        #expect(passages.count > 2)
        #expect(passages.first?.spoken?.lowerBound == 0)
        #expect(passages.last?.spoken?.upperBound == 99.5)
        for (one, next) in zip(passages, passages.dropFirst()) {
            #expect((one.spoken?.upperBound ?? .infinity) < (next.spoken?.lowerBound ?? 0))
        }
    }
}
