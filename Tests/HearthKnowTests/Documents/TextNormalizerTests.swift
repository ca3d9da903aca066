import HearthCore
import HearthKnow
import HearthTesting
import Testing

struct TextNormalizerTests {
    @Test(arguments: [
        ("a\r\nb\rc\u{2028}d\u{85}e", "a\nb\nc\nd\ne"), ("a  \n\n\n\nb\u{0c}c", "a\n\nb\n\nc"), ("e\u{301}", "é"),
        ("\u{feff}zero\u{200b}width\u{ad}", "zerowidth"), ("a\u{0}b\u{1b}[31m", "ab[31m"),
        ("\u{202e}evil\u{202c}", "evil"), ("a\u{a0}b\u{202f}c", "a b c"),
        ("  indented\n    code", "indented\n    code"),
        ("hid\u{e0041}den", "hidden"), ("می\u{200c}خواهم", "می\u{200c}خواهم"), ("\n\n", ""),
    ])
    func oneFormForEveryText(_ text: String, _ normal: String) throws {
        #expect(Array(try TextNormalizer.text(text).unicodeScalars) == Array(normal.unicodeScalars))
    }

    @Test func normalisingTwiceChangesNothing() throws {
        for seed in 0..<300 {
            var random = SplitMix64(seed: UInt64(seed))
            var scalars = String.UnicodeScalarView()
            for _ in 0..<200 {
                let wide = Bool.random(using: &random)
                let value = UInt32.random(in: 0...(wide ? 0x10ffff : 0x36f), using: &random)
                if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
            }
            let once = try TextNormalizer.text(String(scalars))
            let twice = try TextNormalizer.text(once)
            #expect(Array(once.utf8) == Array(twice.utf8), "seed \(seed)")
        }
    }

    @Test func marksDoNotPileUp() throws {
        let text = try TextNormalizer.text("a" + String(repeating: "\u{316}\u{301}", count: 100_000))
        #expect(text.unicodeScalars.count <= 31)
    }

    @Test func aTextOverTheLimitIsRefused() {
        let error = #expect(throws: HearthError.self) {
            try TextNormalizer.text(String(repeating: "a", count: TextNormalizer.maximumBytes + 1))
        }
        #expect(error?.code == .tooLarge)
    }
}
