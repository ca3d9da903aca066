import Foundation
import HearthCore
import HearthMedia
import HearthModelServers
import HearthTesting
import Testing

@testable import HearthPerceive

/// A transcription server on the wire. The answers are those of OpenAI's API and of servers that follow it more or less.
@Suite struct TranscriptionTests {
    /// Two seconds from 10 s on.
    private static let segment = SpeechSegment(
        start: 10, end: 12, probability: 0.9, samples: (0..<64_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })

    private static func transcribe(
        _ scripts: [[ScriptedServer.Step]], language: String? = nil, silence: Duration = .seconds(300)
    ) async throws -> (transcript: Result<Transcript, HearthError>, request: [UInt8]) {
        let server = try ScriptedServer(scripts: scripts)
        let endpoint = try ModelServerEndpoint(
            .transcription, base: server.url, model: "tiny", key: "secret-key", silence: silence)
        let client = TranscriptionClient(endpoint: endpoint)
        var result: Result<Transcript, HearthError>
        do {
            result = .success(try await client.transcribe(segment, language: language))
        } catch let error as HearthError {
            result = .failure(error)
        }
        try await client.shutdown()
        return (result, server.receivedBytes.first ?? [])
    }

    private static func answered(_ body: String) async throws -> Transcript {
        try await transcribe([[.send(ScriptedServer.answer("200 OK", body))]]).transcript.get()
    }

    private static let verbose = """
        {"task": "transcribe", "language": "english", "duration": 2.0, "text": " Go forward, ten metres.",
         "words": [{"word": "Go", "start": 0.1, "end": 0.3}, {"word": "forward", "start": 0.3, "end": 0.8},
                   {"word": "ten", "start": 0.9, "end": 1.2, "probability": 0.75},
                   {"word": " metres", "start": 1.2, "end": 2.4}],
         "segments": [{"id": 0, "start": 0.0, "end": 2.0, "text": " Go forward, ten metres."}]}
        """

    @Test func `words come with their times in the recording`() async throws {
        let transcript = try await Self.answered(Self.verbose)
        #expect(transcript.text == "Go forward, ten metres.")
        #expect(transcript.timing == .words)
        #expect(transcript.language == "en")
        #expect(transcript.engine == "server/tiny")
        #expect(transcript.words.map(\.text) == ["Go", "forward", "ten", "metres"])
        #expect(transcript.words.map(\.confidence) == [nil, nil, 0.75, nil])
        let times = transcript.words.map { [$0.start, $0.end] }
        // The last one would end after the stretch does.
        #expect(times == [[10.1, 10.3], [10.3, 10.8], [10.9, 11.2], [11.2, 12]])
    }

    @Test func `the request is a form with the sound as a WAV file`() async throws {
        let (_, request) = try await Self.transcribe(
            [[.send(ScriptedServer.answer("200 OK", Self.verbose))]], language: "en")
        let blank = try #require(request.firstRange(of: Array("\r\n\r\n".utf8)))
        let head = String(decoding: request[..<blank.lowerBound], as: UTF8.self)
        #expect(head.hasPrefix("POST /v1/audio/transcriptions HTTP/1.1\r\n"))
        #expect(head.lowercased().contains("authorization: bearer secret-key"))
        let type = try #require(head.firstMatch(of: /(?i)content-type: multipart\/form-data; boundary=(\S+)/))
        let parts = Self.parts(Array(request[blank.upperBound...]), boundary: String(type.1))
        let fields = parts.filter { $0.name != "file" }.map { [$0.name, String(decoding: $0.body, as: UTF8.self)] }
        #expect(
            fields == [
                ["model", "tiny"], ["response_format", "verbose_json"], ["timestamp_granularities[]", "word"],
                ["timestamp_granularities[]", "segment"], ["temperature", "0"], ["language", "en"],
            ])
        let file = try #require(parts.last)
        #expect(file.head.contains("filename=\"speech.wav\"") && file.head.contains("Content-Type: audio/wav"))
        #expect(file.body.count == 44 + Self.segment.samples.count)
        #expect(Array(file.body[44...]) == Self.segment.samples)
        #expect(Array(file.body[..<4]) == Array("RIFF".utf8))
        // Little-endian: 16,000 Hz, 32,000 bytes a second, 2 bytes a sample, 16 bits, and the length of the sound.
        #expect(Array(file.body[24..<36]) == [0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0])
        #expect(Array(file.body[40..<44]) == [0, 0xFA, 0, 0])
    }

    /// The parts between the boundaries; nothing when the form does not end as it must.
    private static func parts(
        _ body: [UInt8], boundary: String
    ) -> [(name: String, head: String, body: [UInt8])] {
        let mark = Array("--\(boundary)".utf8)
        let marks = body.ranges(of: mark)
        guard marks.first?.lowerBound == 0, let last = marks.last,
            Array(body[last.upperBound...]) == Array("--\r\n".utf8)
        else { return [] }
        return zip(marks, marks.dropFirst()).compactMap { this, next in
            // Between the line ends behind this boundary and before the next.
            let part = Array(body[this.upperBound + 2..<next.lowerBound - 2])
            guard let blank = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: part[..<blank.lowerBound], as: UTF8.self)
            guard let name = head.firstMatch(of: /; name="([^"]+)"/) else { return nil }
            return (String(name.1), head, Array(part[blank.upperBound...]))
        }
    }

    /// What Whisper hears in noise, as it says itself.
    @Test func silenceIsNoText() async throws {
        let all = try await Self.answered(
            """
            {"text": "Thank you for watching!", "words": [{"word": "Thank", "start": 0.1, "end": 0.4}], "segments": [
              {"start": 0, "end": 1, "text": " Thank you for watching!", "no_speech_prob": 0.97, "avg_logprob": -0.3}]}
            """)
        #expect(all.text.isEmpty && all.words.isEmpty)
        let part = try await Self.answered(
            """
            {"text": "Go on. Bye.", "words": [{"word": "Go", "start": 0.1, "end": 0.4}, {"word": "on", "start": 0.4, "end": 0.9},
              {"word": "Bye", "start": 1.2, "end": 1.6}], "segments": [
              {"start": 0, "end": 1, "text": " Go on.", "no_speech_prob": 0.7, "avg_logprob": -0.2},
              {"start": 1, "end": 2, "text": " Bye.", "no_speech_prob": 0.7, "avg_logprob": -1.4}]}
            """)
        #expect(part.text == "Go on." && part.words.map(\.text) == ["Go", "on"])
    }

    @Test func `words inside of segments are words`() async throws {
        let transcript = try await Self.answered(
            """
            {"text": "go on", "language": "de", "words": null, "segments": [
              {"start": 0, "end": 1, "text": "go", "words": [{"word": " go", "start": 0.2, "end": 0.4, "probability": 2}]},
              {"start": 1, "end": 2, "text": "on", "words": [{"word": "on", "start": 1.5, "end": 1.75}]}]}
            """)
        #expect(transcript.timing == .words && transcript.language == "de")
        #expect(transcript.words.map { [$0.start, $0.end] } == [[10.2, 10.4], [11.5, 11.75]])
        #expect(transcript.words.allSatisfy { $0.confidence == nil })
    }

    @Test func `a server that gives no words leaves the times of segments, and the transcript says so`() async throws {
        let transcript = try await Self.answered(
            """
            {"text": "Go forward. Then stop.", "segments": [
              {"start": 0, "end": 0.9, "text": " Go forward."}, {"start": 0.9, "end": 1.0, "text": "  "},
              {"start": 1.0, "end": 2.0, "text": " Then stop."}]}
            """)
        #expect(transcript.timing == .segments)
        #expect(transcript.words.map(\.text) == ["Go forward.", "Then stop."])
        #expect(transcript.words.map { [$0.start, $0.end] } == [[10, 10.9], [11, 12]])
    }

    @Test func `a server that gives no times leaves the stretch, and the transcript says so`() async throws {
        let transcript = try await Self.answered(#"{"text": "Go forward."}"#)
        #expect(transcript.timing == .stretch && transcript.words.isEmpty && transcript.text == "Go forward.")
        #expect(transcript.language == nil)
    }

    static let languages: [(String, String?)] = [
        ("english", "en"), ("German", "de"), ("pt-BR", "pt"), ("haitian creole", "ht"), ("klingonese", nil),
    ]

    @Test(arguments: languages)
    func `names of languages become codes`(name: String, code: String?) {
        #expect(LanguageName.code(of: name) == code)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: [ScriptedServer.Step]
        var code: ErrorCode
        /// Whether the recording waits until it works, instead of being set aside.
        var waits: Bool
        var says: String
        var silence: Duration = .seconds(300)

        init(
            _ name: String, _ steps: [ScriptedServer.Step], _ code: ErrorCode, waits: Bool, _ says: String,
            silence: Duration = .seconds(300)
        ) {
            testDescription = name
            self.steps = steps
            self.code = code
            self.waits = waits
            self.says = says
            self.silence = silence
        }

        static func answer(_ name: String, _ body: String, _ says: String) -> Broken {
            Broken(
                name, [.send(ScriptedServer.answer("200 OK", body))], .modelAnswerUnreadable, waits: false, says)
        }

        static func status(
            _ status: String, _ body: String, _ code: ErrorCode, waits: Bool, _ says: String
        ) -> Broken {
            Broken(status, [.send(ScriptedServer.answer(status, body))], code, waits: waits, says)
        }
    }

    static let broken: [Broken] = [
        .status("429 Too Many Requests", "{}", .modelBusy, waits: true, "busy (429)"),
        .status("503 Service Unavailable", "{}", .modelBusy, waits: true, "busy (503)"),
        .status("500 Internal Server Error", "oops", .modelUnreachable, waits: true, "failed (500)"),
        .status(
            "401 Unauthorized", #"{"error": {"message": "The key secret-key is wrong"}}"#, .modelRefused, waits: true,
            "The key [key] is wrong"),
        .status("404 Not Found", #"{"detail": "no model tiny"}"#, .modelRefused, waits: true, "no model tiny"),
        .status("413 Payload Too Large", "{}", .modelRefused, waits: false, "refused the request (413)"),
        .status("302 Found", "", .modelRefused, waits: true, "somewhere else"),
        Broken("silent", [.wait], .modelTimeout, waits: true, "took too long", silence: .milliseconds(200)),
        Broken(
            "cut off", [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"text\"")], .modelAnswerUnreadable,
            waits: true, "in the middle"),
        Broken(
            "no HTTP", [.send("SSH-2.0-OpenSSH_9.2\r\n")], .modelAnswerUnreadable, waits: true, "transcription server"),
        Broken(
            "endless",
            [
                .send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"text\": \""),
                .flood(String(repeating: "word ", count: 4096)),
            ], .modelAnswerUnreadable, waits: false, "more than an answer can be"),
        .answer("a page", "<html><body>Welcome</body></html>", "not JSON"),
        .answer("half of it", #"{"text": "go", "words": ["#, "not JSON"),
        .answer("a list", "[]", "not an object"),
        .answer("no text", #"{"error": "no speech"}"#, "no text"),
        .answer("a text of another type", #"{"text": 7}"#, "no text"),
        .answer("words of another type", #"{"text": "go", "words": "go"}"#, "“words” is no list"),
        .answer("a word without times", #"{"text": "go", "words": [{"word": "go"}]}"#, "a word lacks"),
        .answer(
            "a time of another type", #"{"text": "go", "words": [{"word": "go", "start": "0", "end": 1}]}"#,
            "a word lacks"),
        .answer("a segment without text", #"{"text": "go", "segments": [{"start": 0, "end": 1}]}"#, "a segment lacks"),
        .answer(
            "a book", "{\"text\": \"\(String(repeating: "word ", count: 30_000))\"}", "longer than anybody speaks"),
    ]

    @Test(arguments: broken) func `what goes wrong is named, and never the key`(_ broken: Broken) async throws {
        let (result, _) = try await Self.transcribe([broken.steps], silence: broken.silence)
        guard case .failure(let error) = result else {
            Issue.record("there is a transcript")
            return
        }
        #expect(error.code == broken.code)
        #expect(error.message.contains(broken.says), "\(error)")
        #expect((error.disposition == .retry) == broken.waits)
        #expect(!"\(error)".contains("secret-key"))
    }

    @Test func `nobody listening is named with what to do`() async throws {
        let client = TranscriptionClient(
            endpoint: try ModelServerEndpoint(.transcription, base: "http://127.0.0.1:1/v1", model: "m", key: nil))
        let error = await #expect(throws: HearthError.self) {
            try await client.transcribe(Self.segment, language: nil)
        }
        try await client.shutdown()
        #expect(error?.code == .modelUnreachable && error?.disposition == .retry)
        #expect(error?.hint?.contains("HEARTH_STT_URL") == true)
    }

    @Test func `a busy server is asked again and then answers`() async throws {
        let server = try ScriptedServer(scripts: [
            [.send(ScriptedServer.answer("503 Service Unavailable", "{}"))],
            [.send(ScriptedServer.answer("200 OK", Self.verbose))],
        ])
        let client = TranscriptionClient(
            endpoint: try ModelServerEndpoint(.transcription, base: server.url, model: "m", key: nil))
        await #expect(throws: HearthError.self) { try await client.transcribe(Self.segment, language: nil) }
        let transcript = try await client.transcribe(Self.segment, language: nil)
        try await client.shutdown()
        #expect(transcript.words.count == 4)
        #expect(server.received.allSatisfy { !$0.lowercased().contains("authorization:") })
    }
}
