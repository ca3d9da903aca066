import Foundation
import HearthCore
import HearthMedia
import Testing

@testable import HearthPerceive

/// What comes out of the program, and the words in it.
@Suite struct SherpaTextTests {
    private func words(_ text: String, _ tokens: [String]) -> [String]? {
        SherpaTokens.words(
            of: text, tokens.enumerated().map { SherpaTokens.Token(text: $1, start: Double($0)) })?.map {
                "\($0.text) \($0.start)-\($0.end)"
            }
    }

    @Test func `tokens of each habit become words`() {
        #expect(words("hearth is", ["▁hear", "th", "▁is"]) == ["hearth 0.0-1.5", "is 2.0-2.5"])
        #expect(words("hearth is", [" hear", "th", " is"]) == ["hearth 0.0-1.5", "is 2.0-2.5"])
        #expect(words(" Hearth's, is", [" Hear", "th", "'s", ",", " is"]) == ["Hearth's, 0.0-3.5", "is 4.0-4.5"])
        #expect(words("hello world", ["hel@@", "lo", "world"]) == ["hello 0.0-1.5", "world 2.0-2.5"])
        #expect(words("go on", ["g", "o", " ", "o", "n"]) == ["go 0.0-1.5", "on 3.0-4.5"])
        #expect(
            words("开放时间。hi", ["开", "放", "时间", "。", "hi"]) == [
                "开 0.0-0.5", "放 1.0-1.5", "时 2.0-2.5", "间。 2.0-3.5", "hi 4.0-4.5",
            ])
        #expect(words("Zürich", ["▁Z", "<0xC3>", "<0xBC>", "rich"]) == ["Zürich 0.0-3.5"])
        #expect(words("a <b", ["▁a", "▁<", "b"]) == ["a 0.0-0.5", "<b 1.0-2.5"])
        #expect(words("", []) == [])
    }

    @Test func `tokens that are not those of the text give no times`() {
        #expect(words("twenty one", ["▁21"]) == nil)
        #expect(words("a b", ["▁a"]) == nil)
        #expect(words("a", ["▁a", "▁b"]) == nil)
    }

    @Test func `ends come from durations and from what follows`() throws {
        let tokens = [
            SherpaTokens.Token(text: "▁a", start: 1, duration: 0.2, logProbability: log(0.5)),
            SherpaTokens.Token(text: "b", start: 1.4, duration: 0.1, logProbability: log(0.125)),
            SherpaTokens.Token(text: "▁c", start: 1.6, logProbability: 0.001),
            SherpaTokens.Token(text: "▁d", start: 1.8),
        ]
        let words = try #require(SherpaTokens.words(of: "ab c d", tokens))
        #expect(words.map { ($0.end * 100).rounded() / 100 } == [1.5, 1.8, 2.3])
        #expect(abs((words.first?.confidence ?? 0) - 0.25) < 1e-9)
        #expect(words.map { $0.confidence == nil } == [false, false, true])
        #expect(words[1].confidence == 1)
    }

    private func answer(_ output: String) throws -> [SherpaAnswer] {
        try SherpaOutput.objects(Array(output.utf8)).map { try SherpaAnswer($0) }
    }

    @Test func `results are read as the program writes them`() throws {
        let answers = try answer(
            #"""
            {"lang": "<|en|>", "emotion": "", "event": "", "text": " say \"}\" ", "timestamps": [0.10, 0.50], "durations": [], "tokens":[" say", " \"}\""], "ys_log_probs": [], "words": []}
            {"lang": "", "emotion": "", "event": "", "text": "", "timestamps": [], "durations": [], "tokens":[], "ys_log_probs": [], "words": []}
            """#)
        #expect(answers.map(\.text) == ["say \"}\"", ""])
        #expect(answers.first?.language == "en")
        #expect(answers.first?.words.map(\.text) == ["say", "\"}\""])
        #expect(try answer("").isEmpty)
    }

    @Test func `control characters and halves of characters are no obstacle`() throws {
        var bytes = Array(#"{"text": "a\#u{1}b\#nc", "tokens": [""#.utf8)
        bytes += [0xE4, 0xBD] + Array(#"", "<0xA0>"], "timestamps": [0, 1]}"#.utf8)
        let value = try #require(try SherpaOutput.objects(bytes).first)
        #expect(value["text"]?.string == "a b c")
        #expect(value["tokens"]?[0]?.string == "<0xE4><0xBD>")
    }

    @Test(arguments: [
        "Segmentation fault", #"{"text": "a""#, #"{"text": 1}"#, #"{"txt": "a"}"#, #"{"text": "a", "tokens": "b"}"#,
        #"{"text": "a", "tokens": ["a"], "timestamps": ["x"]}"#, #"{"text": "a", "tokens": [1], "timestamps": [0.1]}"#,
        #"{"text" "a"}"#, #"{"text": "a"} garbage"#,
    ])
    func `what is no result is refused`(output: String) {
        #expect(throws: SherpaOutput.Unreadable.self) { try answer(output) }
    }

    @Test func `times lie within the stretch`() throws {
        let answer = SherpaAnswer(
            text: "a b",
            words: [
                Transcript.Word(text: "a", start: -0.1, end: 0.5, confidence: nil),
                Transcript.Word(text: "b", start: 1.9, end: 2.4, confidence: nil),
            ], language: nil)
        let transcript = answer.transcript(
            of: SpeechSegment(start: 10, end: 12, probability: 1), engine: "sherpa-onnx/m", language: "de")
        #expect(transcript.words.map { [$0.start, $0.end] } == [[10, 10.5], [11.9, 12]])
        #expect(transcript.language == "de" && transcript.timing == .words)
        let bare = SherpaAnswer(text: "a b", words: [], language: "fr").transcript(
            of: SpeechSegment(start: 10, end: 12, probability: 1), engine: "sherpa-onnx/m", language: nil)
        #expect(bare.timing == .stretch && bare.text == "a b" && bare.language == "fr")
    }

    @Test func `a long stretch is cut where it is quiet and joined again`() {
        let rate = 16_000
        // 40 s of noise with a pause at 17 s.
        var samples: [UInt8] = []
        for index in 0..<40 * rate {
            let isPause = (17 * rate..<17 * rate + rate / 4).contains(index)
            let value = isPause ? Int16(3) : Int16(truncatingIfNeeded: 1000 + index &* 7919 % 4000)
            samples += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        let pieces = StretchCut.pieces(of: samples, longestSeconds: 29)
        #expect(pieces.count == 2 && pieces.flatMap(\.samples) == samples)
        #expect((17...17.25).contains(pieces.last?.start ?? 0))
        #expect(StretchCut.pieces(of: samples, longestSeconds: nil).count == 1)
        #expect(StretchCut.pieces(of: samples, longestSeconds: 12).allSatisfy { $0.samples.count <= 12 * 2 * rate })
        let word = Transcript.Word(text: "b", start: 1, end: 2, confidence: 0.5)
        let joined = SherpaAnswer.joined([
            (
                0,
                SherpaAnswer(
                    text: "a", words: [Transcript.Word(text: "a", start: 0, end: 1, confidence: nil)], language: nil)
            ),
            (10, SherpaAnswer(text: "", words: [], language: nil)),
            (17, SherpaAnswer(text: "b", words: [word], language: "en")),
        ])
        #expect(joined.text == "a b" && joined.language == "en")
        #expect(joined.words.map(\.start) == [0, 18] && joined.words.last?.confidence == 0.5)
    }

    @Test func `batches stay below a minute of the longest stretch`() {
        func stretch(_ start: Double, _ seconds: Double) -> SpeechSegment {
            SpeechSegment(start: start, end: start + seconds, probability: 1)
        }
        var batch = SpeechBatch(SpeechBatch.Limits(seconds: 60, stretches: 3))
        var batches: [[SpeechSegment]] = []
        for (index, seconds) in [30.0, 30, 5, 5, 5, 4, 25, 4].enumerated() {
            batches += batch.add(stretch(Double(100 * index), seconds))
        }
        batches.append(batch.finish())
        #expect(batches.map { $0.map { $0.end - $0.start } } == [[30, 30], [5, 5, 5], [4, 25], [4]])
        #expect(batch.finish().isEmpty)
        var single = SpeechBatch(SpeechBatch.Limits(seconds: 60, stretches: 1))
        #expect(single.add(stretch(0, 90)).map(\.count) == [1])
    }
}
