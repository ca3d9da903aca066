import HearthCore
import NIOCore

/// Collects JSON answers as text frames, to be sent in one piece.
struct AnswerWriter {
    private(set) var frames = ByteBuffer()
    private var writer = JSONWriter()

    mutating func add(_ body: (inout JSONWriter) -> Void) {
        writer.bytes.removeAll(keepingCapacity: true)
        body(&writer)
        WebSocketFrameWriter.write(writer.bytes, .text, to: &frames)
    }

    /// `{"ack":n}`, with `"duplicate":true` when the reading was stored before.
    mutating func acknowledge(_ sequence: Int64, isDuplicate: Bool = false) {
        add { writer in
            writer.raw("{\"ack\":")
            writer.write(sequence)
            if isDuplicate { writer.raw(",\"duplicate\":true") }
            writer.raw("}")
        }
    }

    /// `{"seq":n,"error":{…}}`; without a sequence number, which unreadable messages do not have, the number of the message.
    mutating func refuse(_ sequence: Int64?, message number: Int64, _ error: HearthError) {
        add { writer in
            writer.raw("{\"seq\":")
            if let sequence {
                writer.write(sequence)
            } else {
                writer.writeNull()
                writer.raw(",\"message_number\":")
                writer.write(number)
            }
            writer.raw(",\"error\":{")
            Self.writeMembers(of: error, to: &writer)
            writer.raw("}}")
        }
    }

    /// `"message":…,"code":…,"errors":[…],"hint":…,"retry_after_seconds":…`
    static func writeMembers(of error: HearthError, to writer: inout JSONWriter) {
        writer.raw("\"message\":")
        writer.write(error.message)
        writer.comma()
        ProblemResponse.writeMembers(of: error, to: &writer)
        if let wait = error.retryAfter {
            writer.raw(",\"retry_after_seconds\":")
            writer.write(ProblemResponse.wholeSeconds(wait))
        }
    }
}
