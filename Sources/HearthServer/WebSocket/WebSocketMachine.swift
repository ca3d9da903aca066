import HearthCore

/// The server's side of RFC 6455 between bytes and messages, without a socket: frames, masks, fragments, control frames,
/// bounds, UTF-8. Bytes go in through `feed`; `next` is then called until it returns nil.
struct WebSocketMachine {
    enum Event: Hashable, Sendable {
        /// A whole message; `withPayload` has its bytes until the next call.
        case text, binary
        /// To be answered with its payload.
        case ping
        case pong
        /// The peer closes. Nothing follows.
        case close(WebSocketCloseCode?)
    }

    private enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// A message that comes in several frames.
    private struct Fragments {
        var isText: Bool
        var bytes: [UInt8] = []
    }

    private struct Header {
        var opcode: Opcode
        var isFinal: Bool
        var byteCount: Int
        var payloadCount: Int
        /// The four bytes of the mask, first one lowest.
        var mask: UInt32
    }

    private let maximumFrame: Int
    private let maximumMessage: Int
    /// Bytes not yet consumed begin at `position`.
    private var buffer: [UInt8] = []
    private var position = 0
    private var fragments: Fragments?
    /// Where the payload of the last event lies: in `buffer`, or in `assembled`.
    private var payload = 0..<0
    private var assembled: [UInt8]?
    private var isClosed = false

    /// What is kept when nothing is buffered.
    private static let idleCapacity = 128 << 10

    init(maximumFrame: Int, maximumMessage: Int) {
        self.maximumFrame = maximumFrame
        self.maximumMessage = maximumMessage
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed else { return }
        buffer.append(contentsOf: bytes)
    }

    /// The next thing that came, or nil when more bytes are needed. After a failure or a close there is nothing more.
    mutating func next() throws(WebSocketFailure) -> Event? {
        do {
            while !isClosed {
                guard let header = try header(), buffer.count - position >= header.byteCount + header.payloadCount
                else {
                    compact()
                    return nil
                }
                if let event = try take(header) { return event }
            }
            return nil
        } catch {
            isClosed = true
            buffer = []
            position = 0
            throw error
        }
    }

    func withPayload<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = assembled ?? buffer
        let range = payload
        var result: Swift.Result<Result, Failure>?
        bytes.withUnsafeBytes { bytes in
            let slice = UnsafeRawBufferPointer(rebasing: bytes[range])
            do throws(Failure) { result = .success(try body(slice)) } catch { result = .failure(error) }
        }
        guard let result else {
            // withUnsafeBytes calls its closure exactly once.
            preconditionFailure("the payload was not visited")
        }
        return try result.get()
    }

    // MARK: Frames

    /// The header at `position`, or nil when it has not come whole. Judged as soon as it can be, before any payload comes.
    private func header() throws(WebSocketFailure) -> Header? {
        let available = buffer.count - position
        guard available >= 2 else { return nil }
        let first = buffer[position]
        let second = buffer[position + 1]
        guard first & 0x70 == 0 else { throw WebSocketFailure(.protocolError, "reserved bits are set") }
        guard let opcode = Opcode(rawValue: first & 0x0f) else {
            throw WebSocketFailure(.protocolError, "unknown opcode")
        }
        guard second & 0x80 != 0 else { throw WebSocketFailure(.protocolError, "the frame is not masked") }
        let isFinal = first & 0x80 != 0
        var length = UInt64(second & 0x7f)
        if opcode.isControl, length > 125 || !isFinal {
            throw WebSocketFailure(.protocolError, "a control frame is too long or in pieces")
        }
        var byteCount = 6
        if length >= 126 {
            let width = length == 126 ? 2 : 8
            byteCount += width
            guard available >= 2 + width else { return nil }
            let isWide = length == 127
            length = 0
            for index in 0..<width { length = length << 8 | UInt64(buffer[position + 2 + index]) }
            guard isWide ? length > 0xffff && length >> 63 == 0 : length > 125 else {
                throw WebSocketFailure(.protocolError, "the length is not written in the shortest form")
            }
        }
        guard length <= UInt64(maximumFrame) else {
            throw WebSocketFailure(.tooBig, "a frame has more than \(maximumFrame) bytes")
        }
        guard available >= byteCount else { return nil }
        var mask: UInt32 = 0
        for index in 0..<4 { mask |= UInt32(buffer[position + byteCount - 4 + index]) << UInt32(index * 8) }
        return Header(
            opcode: opcode, isFinal: isFinal, byteCount: byteCount, payloadCount: Int(length), mask: mask)
    }

    /// Consumes a whole frame.
    private mutating func take(_ header: Header) throws(WebSocketFailure) -> Event? {
        let start = position + header.byteCount
        payload = start..<start + header.payloadCount
        position = payload.upperBound
        assembled = nil
        unmask(header.mask)
        switch header.opcode {
        case .ping: return .ping
        case .pong: return .pong
        case .close: return .close(try closeCode())
        case .text, .binary:
            guard fragments == nil else {
                throw WebSocketFailure(.protocolError, "a new message began inside another")
            }
            let isText = header.opcode == .text
            if header.isFinal { return try message(isText: isText) }
            fragments = Fragments(isText: isText, bytes: Array(buffer[payload]))
            return nil
        case .continuation: return try continued(isFinal: header.isFinal)
        }
    }

    private mutating func continued(isFinal: Bool) throws(WebSocketFailure) -> Event? {
        guard var message = fragments.take() else {
            throw WebSocketFailure(.protocolError, "a message goes on that did not begin")
        }
        guard message.bytes.count + payload.count <= maximumMessage else {
            throw WebSocketFailure(.tooBig, "a message has more than \(maximumMessage) bytes")
        }
        message.bytes.append(contentsOf: buffer[payload])
        guard isFinal else {
            fragments = message
            return nil
        }
        payload = 0..<message.bytes.count
        assembled = message.bytes
        return try self.message(isText: message.isText)
    }

    private func message(isText: Bool) throws(WebSocketFailure) -> Event {
        guard isText else { return .binary }
        guard withPayload({ UTF8Text.isValid($0) }) else {
            throw WebSocketFailure(.invalidPayload, "the text is not UTF-8")
        }
        return .text
    }

    private mutating func closeCode() throws(WebSocketFailure) -> WebSocketCloseCode? {
        isClosed = true
        guard !payload.isEmpty else { return nil }
        guard payload.count >= 2 else { throw WebSocketFailure(.protocolError, "half a close code") }
        let code = WebSocketCloseCode(
            number: UInt16(buffer[payload.lowerBound]) << 8 | UInt16(buffer[payload.lowerBound + 1]))
        guard code.isSendable else { throw WebSocketFailure(.protocolError, "no such close code") }
        let isText = withPayload { UTF8Text.isValid(UnsafeRawBufferPointer(rebasing: $0.dropFirst(2))) }
        guard isText else { throw WebSocketFailure(.invalidPayload, "the reason is not UTF-8") }
        return code
    }

    private mutating func unmask(_ mask: UInt32) {
        guard mask != 0 else { return }
        let range = payload
        buffer.withUnsafeMutableBytes { bytes in
            let wide = UInt64(mask) << 32 | UInt64(mask)
            var index = range.lowerBound
            while index &+ 8 <= range.upperBound {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ wide
                bytes.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
                index &+= 8
            }
            var shift: UInt64 = 0
            while index < range.upperBound {
                bytes[index] ^= UInt8(truncatingIfNeeded: wide >> shift)
                shift &+= 8
                index &+= 1
            }
        }
    }

    /// Forgets what was consumed. Not called between events, which point into the buffer.
    private mutating func compact() {
        assembled = nil
        guard position > 0 else { return }
        if position == buffer.count {
            if buffer.capacity > Self.idleCapacity { buffer = [] } else { buffer.removeAll(keepingCapacity: true) }
        } else {
            buffer.removeFirst(position)
        }
        position = 0
        payload = 0..<0
    }
}

/// Whether bytes are well-formed UTF-8.
enum UTF8Text {
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let count = bytes.count
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
        var index = 0
        while index < count {
            if index &+ 8 <= count {
                let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
                if word & 0x8080_8080_8080_8080 == 0 {
                    index &+= 8
                    continue
                }
            }
            if base[index] < 0x80 {
                index &+= 1
                continue
            }
            let length =
                count &- index >= 4 ? UTF8Check.sequenceLength(base + index) : tailLength(base + index, count &- index)
            guard length > 0 else { return false }
            index &+= length
        }
        return true
    }

    /// The check reads on until a byte does not fit; near the end a zero has to stand there.
    private static func tailLength(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { tail in
            for index in 0..<4 { tail[index] = index < count ? bytes[index] : 0 }
            guard let start = tail.baseAddress else { return 0 }
            return UTF8Check.sequenceLength(start)
        }
    }
}
