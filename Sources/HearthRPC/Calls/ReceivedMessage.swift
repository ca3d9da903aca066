package import GRPCCore
import HearthCore
package import SwiftProtobuf

/// A message as it came: read, or not readable. What cannot be read is the handler's to answer, like any other bad input.
struct ReceivedMessage<Message: SwiftProtobuf.Message>: Sendable {
    let content: Result<Message, HearthError>
    let byteCount: Int

    /// The message. Throws `.malformedBody`, `.tooLarge`.
    func value() throws(HearthError) -> Message { try content.get() }
}

struct MessageReader<Message: SwiftProtobuf.Message>: MessageDeserializer {
    /// Bytes of one message.
    let limit: Int

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> ReceivedMessage<Message> {
        ReceivedMessage(content: content(bytes), byteCount: bytes.count)
    }

    private func content<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> Result<Message, HearthError> {
        guard bytes.count <= limit else {
            return .failure(
                HearthError(
                    .tooLarge, "A message has at most \(limit) bytes; this one has \(bytes.count).",
                    hint: "Send it in parts."))
        }
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = Self.depthLimit
        do {
            return .success(try Message(serializedBytes: WireBytes(bytes), options: options))
        } catch {
            return .failure(
                HearthError(
                    .malformedBody, "The message is not a \(Message.protoMessageName).",
                    hint: "Make it with the files in protos/."))
        }
    }

    /// Levels of messages: a level of JSON in a Struct is three of them.
    private static var depthLimit: Int { 3 * 64 + 16 }
}

/// Bytes of the transport as the library of protocol buffers wants them.
private struct WireBytes<Bytes: GRPCContiguousBytes>: SwiftProtobufContiguousBytes {
    private var bytes: Bytes

    init(_ bytes: Bytes) { self.bytes = bytes }
    init(repeating: UInt8, count: Int) { bytes = Bytes(repeating: repeating, count: count) }
    init<Source: Sequence>(_ sequence: Source) where Source.Element == UInt8 { bytes = Bytes(sequence) }

    var count: Int { bytes.count }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes(body)
    }

    mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeMutableBytes(body)
    }
}
