import HearthCore
import HearthMedia
import Testing

@Suite struct WireTests {
    static let requests: [DecoderRequest] = [
        .hear(HearOptions(format: "pcm", sampleRate: 8000, channels: 2, language: "en", includesSamples: true)),
        .hear(HearOptions(transcribes: false)), .see(SeeOptions(languages: ["eng", "deu"], readsText: false)),
        .extract(ExtractOptions(mediaType: "text/html", name: "a.html")), .extract(ExtractOptions()), .capabilities,
    ]

    @Test(arguments: requests) func requestsSurviveTheWire(_ request: DecoderRequest) throws {
        let text = request.wireForm.text
        #expect(try DecoderRequest(wire: JSONValue(parsing: text)) == request)
    }

    static let events: [DecoderEvent] = [
        .audio(AudioFacts(container: "wav", codec: "pcm_s16le", sampleRate: 44100, channels: 2, statedSeconds: nil)),
        .speech(SpeechSegment(start: 0.25, end: 1.5, probability: 0.75, samples: [1, 0, 255])),
        .audioEnd(AudioEnd(seconds: 3, speechSeconds: 1.25, incomplete: "cut off")),
        .transcript(
            Transcript(
                words: [.init(text: "naïve", start: 0.5, end: 0.75, confidence: nil)], timing: .segments,
                text: "Naïve.",
                language: "en", engine: "test")),
        .picture(
            Picture(
                codec: "png", width: 3, height: 2, orientation: 6, perceptualHash: .max, exif: ["make": "A"],
                thumbnail: [9, 8], thumbnailWidth: 3, thumbnailHeight: 2)),
        .text(
            RecognizedText(
                words: [
                    .init(
                        text: "word", box: .init(left: 1, top: 2, right: 3, bottom: 4), confidence: 0.5, line: 5,
                        paragraph: 6, block: 7)
                ], languages: ["eng"], rotation: 90, engine: "test", incomplete: nil)),
        .document(
            ExtractedDocument(
                kind: "mail", title: "Hello", text: "line\nanother \u{1F600}", language: "en", key: "<a@b>",
                timestamp: Timestamp(seconds: 1.5), metadata: ["from": "a@b"], links: ["https://example.org"],
                incomplete: "too long")),
        .capabilities([
            Capability(name: "sound", provider: "FFmpeg 5.1", choices: ["eng", "deu"]),
            Capability(name: "x", provider: nil, problem: "It is not there.", remedy: "apt"),
        ]),
    ]

    @Test(arguments: events) func eventsSurviveTheWire(_ event: DecoderEvent) throws {
        #expect(try DecoderEvent(wire: EventPayload(payload: event.wireForm.payload)) == event)
    }

    /// What would overflow where it is counted with, and what the schemas do not hold.
    @Test(arguments: [
        #"{"kind":"speech","start":1e13,"end":1e13,"probability":0.5}"#,
        #"{"kind":"speech","start":-1,"end":1,"probability":0.5}"#,
        #"{"kind":"speech","start":0,"end":1,"probability":1.5}"#,
        #"{"kind":"audio_end","seconds":1e300,"speech_seconds":0}"#,
        #"{"kind":"transcript","text":"a","engine":"e","timing":"words","words":[{"text":"a","start":1e12,"end":1e12}]}"#,
        #"{"kind":"transcript","text":"a","engine":"e","timing":"words","words":[{"text":"a","start":0,"end":1,"confidence":7}]}"#,
        #"{"kind":"text","words":[["a",0.5,0,0,0,-9223372036854775808,0,0,0]],"languages":[],"rotation":90,"engine":"e"}"#,
        #"{"kind":"text","words":[["a",0.5,0,0,9,9,-1,0,0]],"languages":[],"rotation":0,"engine":"e"}"#,
        #"{"kind":"text","words":[["a",2,0,0,9,9,0,0,0]],"languages":[],"rotation":0,"engine":"e"}"#,
        #"{"kind":"text","words":[],"languages":[],"rotation":45,"engine":"e"}"#,
    ]) func numbersOutOfTheirBoundsAreRefused(_ json: String) throws {
        let payload = EventPayload(json: try JSONValue(parsing: json))
        let failure = #expect(throws: HearthError.self) { try DecoderEvent(wire: payload) }
        #expect(failure?.code == .decoderProtocol)
    }

    @Test func failuresSurviveTheWire() throws {
        let error = HearthError(.mediaDamaged, "Cut off.", hint: "Send it again.", disposition: .retry)
        #expect(try HearthError(wire: JSONValue(parsing: error.wireForm.text)) == error)
    }

    @Test func framesSayWhatIsWrongWithThem() throws {
        #expect(throws: HearthError.self) { try Frame.parse(header: [0, 0, 0, 0, 0]) }
        #expect(throws: HearthError.self) { try Frame.parse(header: [7, 0, 0, 0, 0]) }
        #expect(throws: HearthError.self) { try Frame.parse(header: [1, 0, 0]) }
        #expect(throws: HearthError.self) { try Frame.parse(header: [3, 1, 0, 0, 0]) }
        #expect(throws: HearthError.self) { try Frame.parse(header: [2, 255, 255, 255, 255]) }
        let (kind, length) = try Frame.parse(header: Frame(.data, [1, 2, 3]).header)
        #expect(kind == .data && length == 3)
        #expect(throws: HearthError.self) { try EventPayload(payload: [1, 0, 0]) }
        #expect(throws: HearthError.self) { try EventPayload(payload: [9, 0, 0, 0, 1]) }
        #expect(throws: HearthError.self) { try EventPayload(payload: [1, 0, 0, 0, 1]) }
    }
}
