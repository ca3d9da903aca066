package import HearthCore

/// A part of an answer, in the order in which it becomes known.
package enum DecoderEvent: Sendable, Hashable {
    /// What a recording is, before anything is heard in it.
    case audio(AudioFacts)
    /// Somebody speaks.
    case speech(SpeechSegment)
    /// What was said in the stretch of speech that came before.
    case transcript(Transcript)
    /// A recording's length is only known at its end.
    case audioEnd(AudioEnd)
    case picture(Picture)
    case text(RecognizedText)
    case document(ExtractedDocument)
    case capabilities([Capability])
}

/// A part of an answer that has its own form on the wire.
protocol WirePart {
    static var kind: String { get }
    var members: [(String, JSONValue)] { get }
    /// Raw bytes beside the JSON.
    var attachment: [UInt8] { get }
    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError)
}

extension WirePart {
    var attachment: [UInt8] { [] }
    fileprivate var event: EventPayload {
        EventPayload(json: WireValue.object([("kind", .string(Self.kind))] + members), bytes: attachment)
    }
}

extension DecoderEvent {
    package var wireForm: EventPayload {
        switch self {
        case .audio(let part): part.event
        case .speech(let part): part.event
        case .transcript(let part): part.event
        case .audioEnd(let part): part.event
        case .picture(let part): part.event
        case .text(let part): part.event
        case .document(let part): part.event
        case .capabilities(let list):
            EventPayload(
                json: WireValue.object([
                    ("kind", "capabilities"), ("list", .array(list.map { WireValue.object($0.members) })),
                ]))
        }
    }

    package init(wire payload: EventPayload) throws(HearthError) {
        let (json, bytes) = (payload.json, payload.bytes)
        switch try WireValue.string(json, "kind") {
        case AudioFacts.kind: self = .audio(try AudioFacts(json, attachment: bytes))
        case SpeechSegment.kind: self = .speech(try SpeechSegment(json, attachment: bytes))
        case Transcript.kind: self = .transcript(try Transcript(json, attachment: bytes))
        case AudioEnd.kind: self = .audioEnd(try AudioEnd(json, attachment: bytes))
        case Picture.kind: self = .picture(try Picture(json, attachment: bytes))
        case RecognizedText.kind: self = .text(try RecognizedText(json, attachment: bytes))
        case ExtractedDocument.kind: self = .document(try ExtractedDocument(json, attachment: bytes))
        case "capabilities":
            var list: [Capability] = []
            for element in try WireValue.array(json, "list") { list.append(try Capability(element, attachment: [])) }
            self = .capabilities(list)
        case let other: throw .wire("an event of kind \(other)")
        }
    }
}
