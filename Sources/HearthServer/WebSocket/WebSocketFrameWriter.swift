import NIOCore

/// Writes the server's frames: never masked, never in pieces.
enum WebSocketFrameWriter {
    enum Kind: UInt8 {
        case text = 0x81
        case binary = 0x82
        case close = 0x88
        case ping = 0x89
        case pong = 0x8a
    }

    static func write(_ payload: UnsafeRawBufferPointer, _ kind: Kind, to buffer: inout ByteBuffer) {
        writeHeader(kind, payload.count, to: &buffer)
        buffer.writeBytes(payload)
    }

    static func write(_ payload: some Collection<UInt8>, _ kind: Kind, to buffer: inout ByteBuffer) {
        writeHeader(kind, payload.count, to: &buffer)
        buffer.writeBytes(payload)
    }

    static func writeClose(_ code: WebSocketCloseCode, reason: String, to buffer: inout ByteBuffer) {
        // A control frame has at most 125 bytes; a cut must not fall into a character.
        var reason = reason
        while reason.utf8.count > 123 { reason.removeLast() }
        writeHeader(.close, 2 + reason.utf8.count, to: &buffer)
        buffer.writeInteger(code.number)
        buffer.writeString(reason)
    }

    private static func writeHeader(_ kind: Kind, _ length: Int, to buffer: inout ByteBuffer) {
        buffer.writeInteger(kind.rawValue)
        switch length {
        case ...125: buffer.writeInteger(UInt8(length))
        case ...0xffff:
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(length))
        }
    }
}
