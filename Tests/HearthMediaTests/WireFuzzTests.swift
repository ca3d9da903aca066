import HearthCore
import HearthMedia
import HearthTesting
import Testing

/// What a decoder that was taken over, or is of another version, may send: bytes of any kind. Bounded by
/// `HEARTH_FUZZ_SECONDS` (3 by default), repeatable with `HEARTH_FUZZ_SEED`.
@Suite struct WireFuzzTests {
    private static func bytes(_ frames: [Frame]) -> [UInt8] { frames.flatMap { $0.header + $0.payload } }

    /// Rows of two columns with numbers, so that boxes are compared.
    private static let table = DecoderEvent.text(
        RecognizedText(
            words: ["Tea", "2.50", "Cake", "3.00"].enumerated().map { place, text in
                .init(
                    text: text,
                    box: .init(
                        left: place % 2 * 200, top: place / 2 * 30, right: place % 2 * 200 + 40,
                        bottom: place / 2 * 30 + 20),
                    confidence: 1, line: place, paragraph: 0, block: place % 2)
            }, languages: ["eng"], rotation: 180, engine: "test"))

    /// Conversations in both directions.
    private static let corpus: [[UInt8]] = {
        let error = HearthError(.mediaDamaged, "Cut off.", hint: "Send it again.", disposition: .retry)
        let requests = WireTests.requests.map { Frame(.request, Array($0.wireForm.text.utf8)) }
        let events = (WireTests.events + [table]).map { Frame(.event, $0.wireForm.payload) }
        let failure = Frame(.failure, Array(error.wireForm.text.utf8))
        return requests.map { bytes([$0, Frame(.data, [1, 2, 3]), Frame(.end)]) }
            + events.map { bytes([$0, Frame(.done)]) } + [bytes(events + [Frame(.done)]), bytes([failure])]
    }()

    /// The frames up to the first that is none, as both ends of the socket take them.
    private static func frames(_ bytes: [UInt8]) throws -> [Frame] {
        var frames: [Frame] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let (kind, length) = try Frame.parse(header: rest.prefix(Frame.headerBytes))
            #expect(length <= kind.limit)
            rest = rest.dropFirst(Frame.headerBytes)
            guard length <= rest.count else { return frames }
            frames.append(Frame(kind, Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return frames
    }

    /// What is understood comes out of the wire again as it is.
    private static func read(_ frame: Frame) throws {
        switch frame.kind {
        case .request:
            let request = try DecoderRequest(wire: try JSONValue(parsing: frame.payload))
            #expect(try DecoderRequest(wire: try JSONValue(parsing: request.wireForm.text)) == request)
        case .event:
            let event = try DecoderEvent(wire: try EventPayload(payload: frame.payload))
            #expect(try DecoderEvent(wire: try EventPayload(payload: event.wireForm.payload)) == event)
            // And what is done with it does not trap.
            if case .text(let text) = event {
                let words = PageLayout.readAcross(text.words, rotation: text.rotation)
                _ = PageLayout.laidOut(SensitiveText.masked(words).words, rotation: text.rotation)
            }
        case .failure:
            let failure = try HearthError(wire: try JSONValue(parsing: frame.payload))
            #expect(try HearthError(wire: try JSONValue(parsing: failure.wireForm.text)) == failure)
        case .data, .end, .done: break
        }
    }

    @Test func mutatedConversationsAreRefusedOrUnderstood() {
        var fuzz = Fuzz(corpus: Self.corpus)
        var unexpected: [String] = []
        let tally = fuzz.run { bytes in
            do {
                for frame in try Self.frames(bytes) { try Self.read(frame) }
                return true
            } catch let error as HearthError where error.code == .decoderProtocol {
                return false
            } catch is JSONError {
                return false
            } catch {
                unexpected.append("\(error)")
                return false
            }
        }
        print("WireFuzz: \(tally)")
        #expect(unexpected == [])
        #expect(tally.accepted > 0 && tally.accepted < tally.tried)
    }
}
