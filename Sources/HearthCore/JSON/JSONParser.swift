#if canImport(Glibc)
import Glibc
#endif

/// A JSON parser (RFC 8259) that copies the text once, writes values to a tape and unescapes strings where they stand.
///
/// An unescaped string is never longer than its escaped form, so the copy of the text serves as its storage. The copy
/// ends in zero bytes, which no grammar rule accepts, so that the inner loops need no bounds check.
struct JSONParser: ~Copyable {
    private let text: UnsafeMutablePointer<UInt8>
    private let count: Int
    private let options: JSONOptions
    private var tape: JSONTape
    private var position = 0
    private var isFinished = false

    private static let padding = 16

    init(_ source: UnsafeRawBufferPointer, options: JSONOptions) {
        self.init(count: source.count, options: options)
        if let base = source.baseAddress { memcpy(text, base, source.count) }
    }

    init(_ source: [UInt8], options: JSONOptions) {
        self.init(count: source.count, options: options)
        text.update(from: source, count: source.count)
    }

    private init(count: Int, options: JSONOptions) {
        self.count = count
        self.options = options
        text = .allocate(capacity: count + Self.padding)
        memset(text + count, 0, Self.padding)
        tape = JSONTape(capacity: count / 8)
    }

    deinit {
        if !isFinished {
            text.deallocate()
            tape.deallocate()
        }
    }

    /// Hands the buffers over; the parser must not be used afterwards.
    mutating func finish() -> (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<JSONNode>, Int) {
        isFinished = true
        return (text, tape.nodes, tape.count)
    }

    mutating func parseDocument() throws(JSONError) {
        // Offsets and node indexes are 32 bits wide; doors refuse such bodies long before.
        guard count < 1 << 31 else { throw JSONError(.tooLarge(limit: 1 << 31), at: 0) }
        try parseValue()
        skipSpace()
        guard position == count else { throw JSONError(.trailingCharacters, at: position) }
    }

    // MARK: Structure

    /// The innermost container that is still open; the tape says which one it stands in. Nesting costs neither call
    /// depth nor a stack.
    private struct Open {
        /// -1: none.
        var index: Int
        var depth: Int
        var isObject: Bool
    }

    private mutating func parseValue() throws(JSONError) {
        var open = Open(index: -1, depth: 0, isObject: false)
        while true {
            // A value is due here.
            skipSpace()
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "\""):
                try parseString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.depth < options.maximumDepth else {
                    throw JSONError(.tooDeep(limit: options.maximumDepth), at: position)
                }
                let isObject = byte == UInt8(ascii: "{")
                let index = tape.open(isObject ? .object : .array, inside: open.index)
                open = Open(index: index, depth: open.depth &+ 1, isObject: isObject)
                position &+= 1
                skipSpace()
                if text[position] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    position &+= 1
                    try close(&open)
                } else {
                    if isObject { try parseKey() }
                    continue
                }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                try parseNumber()
            case UInt8(ascii: "t"): try parseWord("true", .true)
            case UInt8(ascii: "f"): try parseWord("false", .false)
            case UInt8(ascii: "n"): try parseWord("null", .null)
            default: throw unexpected()
            }

            // A value is complete: close what ends here, or go on to the next member.
            while true {
                if open.index < 0 { return }
                tape.countMember(of: open.index)
                skipSpace()
                let byte = text[position]
                if byte == UInt8(ascii: ",") {
                    position &+= 1
                    if open.isObject {
                        skipSpace()
                        try parseKey()
                    }
                    break
                }
                guard byte == (open.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw unexpected() }
                position &+= 1
                try close(&open)
            }
        }
    }

    private mutating func close(_ open: inout Open) throws(JSONError) {
        let parent = tape.close(open.index)
        if open.isObject, options.rejectsDuplicateKeys, let key = tape.duplicateKey(inObject: open.index, text: text) {
            throw JSONError(.duplicateKey(key.string ?? ""), at: Int(key.node.payload >> 32))
        }
        open = Open(index: parent, depth: open.depth &- 1, isObject: tape.isObject(parent))
    }

    private mutating func parseKey() throws(JSONError) {
        guard text[position] == UInt8(ascii: "\"") else { throw unexpected() }
        try parseString()
        skipSpace()
        guard text[position] == UInt8(ascii: ":") else { throw unexpected() }
        position &+= 1
    }

    private mutating func parseWord(_ word: StaticString, _ kind: JSONKind) throws(JSONError) {
        for offset in 0..<word.utf8CodeUnitCount where text[position + offset] != word.utf8Start[offset] {
            position += offset
            throw unexpected()
        }
        position += word.utf8CodeUnitCount
        tape.append(kind, payload: 0)
    }

    @inline(__always)
    private mutating func skipSpace() {
        while true {
            switch text[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position &+= 1
            default: return
            }
        }
    }

    private func unexpected() -> JSONError {
        JSONError(position >= count ? .unexpectedEnd : .unexpectedCharacter, at: min(position, count))
    }

    // MARK: Strings

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func parseString() throws(JSONError) {
        let start = position &+ 1
        var end = start
        while Self.isPlain(text[end]) { end &+= 1 }
        if text[end] == UInt8(ascii: "\"") {
            tape.append(.string, payload: UInt64(start) << 32 | UInt64(end &- start))
            position = end &+ 1
        } else {
            try parseStringSlowly(start: start, from: end)
        }
    }

    /// The rest of a string that has escapes or bytes beyond ASCII; `from` is the first such byte.
    private mutating func parseStringSlowly(start: Int, from: Int) throws(JSONError) {
        var read = from
        var write = from
        while true {
            let byte = text[read]
            switch byte {
            case UInt8(ascii: "\""):
                tape.append(.string, payload: UInt64(start) << 32 | UInt64(write - start))
                position = read + 1
                return
            case UInt8(ascii: "\\"):
                try unescape(&read, &write)
            case 0..<0x20:
                throw JSONError(read >= count ? .unexpectedEnd : .controlCharacter, at: min(read, count))
            case 0x20..<0x80:
                text[write] = byte
                read += 1
                write += 1
            default:
                let length = UTF8Check.sequenceLength(text + read)
                guard length > 0 else { throw JSONError(.invalidUTF8, at: read) }
                for _ in 0..<length {
                    text[write] = text[read]
                    read += 1
                    write += 1
                }
            }
        }
    }

    private mutating func unescape(_ read: inout Int, _ write: inout Int) throws(JSONError) {
        let plain: UInt8
        switch text[read + 1] {
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): plain = UInt8(ascii: "/")
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0c
        case UInt8(ascii: "n"): plain = 0x0a
        case UInt8(ascii: "r"): plain = 0x0d
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            var scalar = try hexQuad(at: read + 2)
            let first = read
            read += 6
            if scalar >= 0xd800 && scalar < 0xe000 {
                guard scalar < 0xdc00, text[read] == UInt8(ascii: "\\"), text[read + 1] == UInt8(ascii: "u") else {
                    throw JSONError(.loneSurrogate, at: first)
                }
                let low = try hexQuad(at: read + 2)
                guard low >= 0xdc00 && low < 0xe000 else { throw JSONError(.loneSurrogate, at: first) }
                scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                read += 6
            }
            append(scalar, at: &write)
            return
        default:
            throw JSONError(read + 1 >= count ? .unexpectedEnd : .invalidEscape, at: min(read, count))
        }
        text[write] = plain
        read += 2
        write += 1
    }

    private func hexQuad(at offset: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for index in offset..<offset + 4 {
            let byte = text[index]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(index >= count ? .unexpectedEnd : .invalidEscape, at: min(index, count))
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private func append(_ scalar: UInt32, at write: inout Int) {
        switch scalar {
        case 0..<0x80:
            text[write] = UInt8(scalar)
            write += 1
        case 0x80..<0x800:
            text[write] = UInt8(0xc0 | scalar >> 6)
            text[write + 1] = UInt8(0x80 | scalar & 0x3f)
            write += 2
        case 0x800..<0x10000:
            text[write] = UInt8(0xe0 | scalar >> 12)
            text[write + 1] = UInt8(0x80 | scalar >> 6 & 0x3f)
            text[write + 2] = UInt8(0x80 | scalar & 0x3f)
            write += 3
        default:
            text[write] = UInt8(0xf0 | scalar >> 18)
            text[write + 1] = UInt8(0x80 | scalar >> 12 & 0x3f)
            text[write + 2] = UInt8(0x80 | scalar >> 6 & 0x3f)
            text[write + 3] = UInt8(0x80 | scalar & 0x3f)
            write += 4
        }
    }

    // MARK: Numbers

    /// Powers of ten that a double holds exactly.
    private static let exactPowersOfTen: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    private mutating func parseNumber() throws(JSONError) {
        let start = position
        var index = position
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative { index &+= 1 }
        var mantissa: UInt64 = 0
        let integerStart = index
        while true {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index &+= 1
        }
        var digits = index &- integerStart
        guard digits > 0, digits == 1 || text[integerStart] != UInt8(ascii: "0") else {
            position = index
            throw JSONError(index >= count ? .unexpectedEnd : .invalidNumber, at: min(index, count))
        }
        let byte = text[index]
        if byte != UInt8(ascii: "."), byte | 0x20 != UInt8(ascii: "e") {
            position = index
            // 19 digits cannot overflow UInt64; whether they fit Int64 is looked at.
            if digits <= 19, mantissa <= UInt64(Int64.max) {
                let value = Int64(mantissa)
                tape.append(.integer, payload: UInt64(bitPattern: isNegative ? -value : value))
                return
            }
            if digits <= 19, isNegative, mantissa == UInt64(Int64.max) + 1 {
                return tape.append(.integer, payload: UInt64(bitPattern: Int64.min))
            }
            if digits <= 20, !isNegative, let whole = unsigned(integerStart, digits) {
                return tape.appendUnsigned(whole)
            }
            return tape.appendRounded(try real(from: start))
        }
        var exponent = 0
        if byte == UInt8(ascii: ".") {
            index &+= 1
            let fractionStart = index
            while true {
                let digit = text[index] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                index &+= 1
            }
            guard index > fractionStart else {
                throw JSONError(index >= count ? .unexpectedEnd : .invalidNumber, at: min(index, count))
            }
            exponent = fractionStart &- index
            digits &+= index &- fractionStart
        }
        if text[index] | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            let isExponentNegative = text[index] == UInt8(ascii: "-")
            if isExponentNegative || text[index] == UInt8(ascii: "+") { index &+= 1 }
            let exponentStart = index
            var value = 0
            while true {
                let digit = text[index] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                value = min(value &* 10 &+ Int(digit), 1_000_000)
                index &+= 1
            }
            guard index > exponentStart else {
                throw JSONError(index >= count ? .unexpectedEnd : .invalidNumber, at: min(index, count))
            }
            exponent &+= isExponentNegative ? -value : value
        }
        position = index
        // Clinger's fast path: both operands are exact, so one rounding gives the nearest double.
        if digits <= 19, mantissa < 1 << 53, exponent >= -22, exponent <= 22 {
            let magnitude =
                exponent < 0
                ? Double(mantissa) / Self.exactPowersOfTen[-exponent]
                : Double(mantissa) * Self.exactPowersOfTen[exponent]
            return tape.append(.real, payload: (isNegative ? -magnitude : magnitude).bitPattern)
        }
        tape.append(.real, payload: try real(from: start).bitPattern)
    }

    /// nil beyond 64 bits.
    private func unsigned(_ start: Int, _ digits: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<start + digits {
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = tens.addingReportingOverflow(UInt64(text[index] &- UInt8(ascii: "0")))
            if isTooLarge || isBeyond { return nil }
            value = sum
        }
        return value
    }

    private func real(from start: Int) throws(JSONError) -> Double {
        // The grammar was checked and the text ends in a zero byte; the process never leaves the "C" locale.
        let value = UnsafeRawPointer(text + start).withMemoryRebound(to: CChar.self, capacity: count - start) {
            strtod($0, nil)
        }
        guard value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
        return value
    }
}
