#if canImport(Glibc)
import Glibc
#endif

extension JSONDocument {
    /// Parses one MessagePack value that fills `bytes`. Map keys must be strings; NaN and infinities are refused, as
    /// JSON could not carry them; timestamps become RFC 3339 strings, other extension types
    /// binaries.
    public convenience init(
        parsingMessagePack bytes: UnsafeRawBufferPointer, options: JSONOptions = .init()
    ) throws(JSONError) {
        var parser = MessagePackParser(bytes, options: options)
        try parser.parseDocument()
        let (text, textCount, nodes, nodeCount) = parser.finish()
        self.init(text: text, byteCount: textCount, nodes: nodes, nodeCount: nodeCount)
    }

    /// Parses the MessagePack value that starts at `offset` and moves `offset` behind it: for files that concatenate
    /// values. The bytes are copied once per value.
    public static func nextMessagePack(
        in bytes: UnsafeRawBufferPointer, at offset: inout Int, options: JSONOptions = .init()
    ) throws(JSONError) -> JSONDocument {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        let length: Int
        let document: JSONDocument
        do {
            length = try MessagePackLength.ofFirstValue(in: rest)
            document = try JSONDocument(
                parsingMessagePack: UnsafeRawBufferPointer(rebasing: rest[..<length]), options: options)
        } catch {
            throw JSONError(error.reason, at: error.offset + offset)
        }
        offset += length
        return document
    }
}

/// MessagePack (the 2013 specification) onto the tape that JSON uses.
struct MessagePackParser: ~Copyable {
    private let source: UnsafeRawBufferPointer
    private let options: JSONOptions
    private let text: UnsafeMutablePointer<UInt8>
    private var textCount = 0
    private var tape: JSONTape
    private var position = 0
    private var isFinished = false

    /// Room for the texts of timestamps, which are longer than their binary form: at most 6 bytes become 42.
    private static let expansion = 7

    init(_ source: UnsafeRawBufferPointer, options: JSONOptions) {
        self.source = source
        self.options = options
        text = .allocate(capacity: source.count * Self.expansion + 32)
        tape = JSONTape(capacity: source.count / 4)
    }

    deinit {
        if !isFinished {
            text.deallocate()
            tape.deallocate()
        }
    }

    mutating func finish() -> (UnsafeMutablePointer<UInt8>, Int, UnsafeMutablePointer<JSONNode>, Int) {
        isFinished = true
        return (text, textCount, tape.nodes, tape.count)
    }

    mutating func parseDocument() throws(JSONError) {
        guard source.count < 1 << 28 else { throw JSONError(.tooLarge(limit: 1 << 28), at: 0) }
        try parseValue(depth: 0)
        guard position == source.count else { throw JSONError(.trailingCharacters, at: position) }
    }

    private mutating func byte() throws(JSONError) -> UInt8 {
        guard position < source.count else { throw JSONError(.unexpectedEnd, at: position) }
        defer { position += 1 }
        return source[position]
    }

    private mutating func unsigned(_ width: Int) throws(JSONError) -> UInt64 {
        guard position + width <= source.count else { throw JSONError(.unexpectedEnd, at: source.count) }
        var value: UInt64 = 0
        for index in position..<position + width { value = value << 8 | UInt64(source[index]) }
        position += width
        return value
    }

    private mutating func parseValue(depth: Int) throws(JSONError) {
        let start = position
        let head = try byte()
        switch head {
        case 0x00...0x7f: tape.append(.integer, payload: UInt64(head))
        case 0x80...0x8f: try map(Int(head & 15), depth)
        case 0x90...0x9f: try array(Int(head & 15), depth)
        case 0xa0...0xbf: try string(Int(head & 31))
        case 0xc0: tape.append(.null, payload: 0)
        case 0xc2: tape.append(.false, payload: 0)
        case 0xc3: tape.append(.true, payload: 0)
        case 0xc4: try binary(Int(try unsigned(1)))
        case 0xc5: try binary(Int(try unsigned(2)))
        case 0xc6: try binary(Int(try unsigned(4)))
        case 0xc7: try extended(Int(try unsigned(1)), start)
        case 0xc8: try extended(Int(try unsigned(2)), start)
        case 0xc9: try extended(Int(try unsigned(4)), start)
        case 0xca: try real(Double(Float(bitPattern: UInt32(try unsigned(4)))), start)
        case 0xcb: try real(Double(bitPattern: try unsigned(8)), start)
        case 0xcc: tape.append(.integer, payload: try unsigned(1))
        case 0xcd: tape.append(.integer, payload: try unsigned(2))
        case 0xce: tape.append(.integer, payload: try unsigned(4))
        case 0xcf:
            let value = try unsigned(8)
            if value <= UInt64(Int64.max) {
                tape.append(.integer, payload: value)
            } else {
                tape.appendUnsigned(value)
            }
        case 0xd0: tape.append(.integer, payload: UInt64(bitPattern: Int64(Int8(bitPattern: UInt8(try unsigned(1))))))
        case 0xd1: tape.append(.integer, payload: UInt64(bitPattern: Int64(Int16(bitPattern: UInt16(try unsigned(2))))))
        case 0xd2: tape.append(.integer, payload: UInt64(bitPattern: Int64(Int32(bitPattern: UInt32(try unsigned(4))))))
        case 0xd3: tape.append(.integer, payload: try unsigned(8))
        case 0xd4...0xd8: try extended(1 << Int(head - 0xd4), start)
        case 0xd9: try string(Int(try unsigned(1)))
        case 0xda: try string(Int(try unsigned(2)))
        case 0xdb: try string(Int(try unsigned(4)))
        case 0xdc: try array(Int(try unsigned(2)), depth)
        case 0xdd: try array(Int(try unsigned(4)), depth)
        case 0xde: try map(Int(try unsigned(2)), depth)
        case 0xdf: try map(Int(try unsigned(4)), depth)
        case 0xe0...0xff: tape.append(.integer, payload: UInt64(bitPattern: Int64(Int8(bitPattern: head))))
        default: throw JSONError(.unsupported("0xc1 is not a MessagePack type"), at: start)
        }
    }

    private mutating func real(_ value: Double, _ start: Int) throws(JSONError) {
        guard value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
        tape.append(.real, payload: value.bitPattern)
    }

    private mutating func array(_ count: Int, _ depth: Int) throws(JSONError) {
        let index = try open(.array, atLeast: count, depth)
        for _ in 0..<count { try parseValue(depth: depth + 1) }
        tape.close(index, count: count)
    }

    private mutating func map(_ count: Int, _ depth: Int) throws(JSONError) {
        let start = position
        let index = try open(.object, atLeast: count * 2, depth)
        for _ in 0..<count {
            let keyStart = position
            let head = try byte()
            switch head {
            case 0xa0...0xbf: try string(Int(head & 31))
            case 0xd9: try string(Int(try unsigned(1)))
            case 0xda: try string(Int(try unsigned(2)))
            case 0xdb: try string(Int(try unsigned(4)))
            default: throw JSONError(.unsupported("a map key is not a string"), at: keyStart)
            }
            try parseValue(depth: depth + 1)
        }
        tape.close(index, count: count)
        if options.rejectsDuplicateKeys, let key = tape.duplicateKey(inObject: index, text: text) {
            throw JSONError(.duplicateKey(key.string ?? ""), at: start)
        }
    }

    /// A count that the rest of the input cannot hold is refused before anything is made of it.
    private mutating func open(_ kind: JSONKind, atLeast bytes: Int, _ depth: Int) throws(JSONError) -> Int {
        guard depth < options.maximumDepth else {
            throw JSONError(.tooDeep(limit: options.maximumDepth), at: position)
        }
        guard bytes <= source.count - position else { throw JSONError(.unexpectedEnd, at: source.count) }
        tape.append(kind, payload: 0)
        return tape.count - 1
    }

    private mutating func copy(_ count: Int, _ kind: JSONKind) throws(JSONError) {
        guard count <= source.count - position else { throw JSONError(.unexpectedEnd, at: source.count) }
        if count > 0, let base = source.baseAddress { memcpy(text + textCount, base + position, count) }
        tape.append(kind, payload: UInt64(textCount) << 32 | UInt64(count))
        textCount += count
        position += count
        // A zero byte behind the text bounds the UTF-8 check.
        text[textCount] = 0
        textCount += 1
    }

    private mutating func string(_ count: Int) throws(JSONError) {
        let start = position
        let offset = textCount
        try copy(count, .string)
        var index = offset
        while index < offset + count {
            if text[index] < 0x80 {
                index += 1
            } else {
                let length = UTF8Check.sequenceLength(text + index)
                guard length > 0 else { throw JSONError(.invalidUTF8, at: start + index - offset) }
                index += length
            }
        }
    }

    private mutating func binary(_ count: Int) throws(JSONError) { try copy(count, .binary) }

    /// Extension type -1 is a timestamp of 32, 64 or 96 bits.
    private mutating func extended(_ count: Int, _ start: Int) throws(JSONError) {
        let type = Int8(bitPattern: try byte())
        guard type == -1 else {
            // Takes the place that a binary's longer head leaves.
            text[textCount] = UInt8(bitPattern: type)
            textCount += 1
            try copy(count, .binary)
            return tape.detailLast(.typed)
        }
        let seconds: Int64
        let nanoseconds: UInt64
        switch count {
        case 4: (seconds, nanoseconds) = (Int64(try unsigned(4)), 0)
        case 8:
            let word = try unsigned(8)
            (seconds, nanoseconds) = (Int64(word & 0x3_ffff_ffff), word >> 34)
        case 12:
            nanoseconds = try unsigned(4)
            seconds = Int64(bitPattern: try unsigned(8))
        default: throw JSONError(.unsupported("a MessagePack timestamp has 4, 8 or 12 bytes"), at: start)
        }
        // Years 0 to 9999, which is what RFC 3339 writes.
        guard nanoseconds < 1_000_000_000, seconds >= -62_167_219_200, seconds <= 253_402_300_799 else {
            throw JSONError(.numberOutOfRange, at: start)
        }
        var bytes: [UInt8] = []
        withUnsafeBytes(of: UInt32(nanoseconds).bigEndian) { bytes += $0 }
        withUnsafeBytes(of: seconds.bigEndian) { bytes += $0 }
        let head = bytes.count
        Timestamp(microseconds: seconds * 1_000_000 + Int64(nanoseconds / 1000)).append(to: &bytes)
        for (index, byte) in bytes.enumerated() { text[textCount + index] = byte }
        tape.append(.string, payload: UInt64(textCount + head) << 32 | UInt64(bytes.count - head))
        tape.detailLast(.timestamp)
        textCount += bytes.count
    }
}
