import HearthKnow
import HearthTesting
import Testing

struct SentenceSplitterTests {
    private func sentences(_ text: String) -> [String] {
        SentenceSplitter.ranges(in: text).map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
    }

    /// Sentences are parted by ¦ in the expectation.
    @Test(arguments: [
        "It rained. ¦We stayed in.",
        "Dr. Smith met Mr. Jones at 5 p.m. on Main St. near the park. ¦They talked.",
        "He lives in the U.S. and works for Acme Inc. in Ohio.",
        "He moved to the U.S. ¦The move was long.",
        "J. S. Bach wrote it. ¦It is long.",
        "The price is 3.50 euros, i.e. too much. ¦Version 2.0.1 is out.",
        "See www.example.org/a.b?c=d. ¦It helps.",
        "“Is it done?” she asked. ¦“Yes!” ¦He left.",
        "What?! ¦Really… ¦Yes.",
        "It grew (by 3 %.) ¦Then it fell.[12] ¦It rose again.[a]",
        "He waited... and waited. ¦Nothing came.",
        "Die Feier ist am 3. Oktober um 18 Uhr. ¦Bring z. B. Kuchen mit.",
        "Das kostet ca. 20 Mio. Euro. ¦Prof. Dr. Klein weiß es bzw. ahnt es.",
        "M. Dupont habite av. Foch. ¦Il est là.",
        "El Sr. García llegó. ¦¿Quién es? ¦¡Hola!",
        "これは文です。¦次の文です！¦最後？",
        "这是第一句。¦“这是第二句。”¦第三句。",
        "Это первое. ¦Он жил на ул. Ленина в г. Москве. ¦Всё.",
        "यह पहला है। ¦यह दूसरा है।",
        "هل وصلت؟ ¦نعم.",
        "See No. 5 and pp. 12 of vol. 3. ¦No. ¦Not that one.",
        "Vitamin C. ¦The rest is fine.",
    ])
    func endsOfSentences(_ marked: String) {
        let text = marked.replacing("¦", with: "")
        let expected = marked.split(separator: "¦").map { String($0).trimmed }
        #expect(sentences(text) == expected)
    }

    @Test func listsRowsAndHeadingsAreSentencesOfTheirOwn() {
        let text = """
            # Shopping for Sunday

            - milk and eggs
            - bread
            1. first thing. It matters
            2) second

            Prices
            ======

            | milk | 2.00 |
            | eggs | 3.00 |

            Last Words

            That is all. Bye.
            """
        let found = SentenceSplitter.sentences(in: text)
        let roles = found.map(\.role)
        #expect(
            sentences(text) == [
                "# Shopping for Sunday", "- milk and eggs", "- bread", "1. first thing.", "It matters", "2) second",
                "Prices", "| milk | 2.00 |", "| eggs | 3.00 |", "Last Words", "That is all.", "Bye.",
            ])
        #expect(
            roles == [
                .heading, .item, .item, .item, .item, .item, .heading, .row, .row, .heading, .prose, .prose,
            ])
    }

    @Test func wrappedLinesAreOneSentenceAndShortLinesAreNot() {
        #expect(
            sentences(
                "The committee met on Tuesday in the town hall, where\nmembers of both sides spoke for hours. It ended late."
            )
                == [
                    "The committee met on Tuesday in the town hall, where\nmembers of both sides spoke for hours.",
                    "It ended late.",
                ])
        #expect(sentences("Buy milk\nCall Ada\nBook dentist") == ["Buy milk", "Call Ada", "Book dentist"])
        #expect(sentences("```\nlet a = 1. B\nlet c = 2\n```") == ["let a = 1. B", "let c = 2"])
    }

    @Test func nothingButBlanksAndRulesIsLeftBetweenSentences() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<400 {
            let text = RandomText.make(&random, pieces: 60)
            let bytes = Array(text.utf8)
            var position = 0
            for range in SentenceSplitter.ranges(in: text) {
                #expect(range.lowerBound >= position && range.upperBound > range.lowerBound)
                let between = String(decoding: bytes[position..<range.lowerBound], as: UTF8.self)
                #expect(between.allSatisfy { $0.isWhitespace || "-=_*+`~".contains($0) }, "left out: \(between)")
                #expect(String(validating: bytes[range], as: UTF8.self) != nil)
                position = range.upperBound
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var view = self[...]
        while view.last == " " { view.removeLast() }
        return String(view)
    }
}
