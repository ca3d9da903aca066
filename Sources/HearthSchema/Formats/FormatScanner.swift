/// Walks over a text from front to back. Methods consume what they accept and say whether they did; after a refusal the
/// position is anywhere.
struct FormatScanner {
    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    /// The next byte, 0 at the end. No format accepts a zero byte.
    @inline(__always) var next: UInt8 { position < text.count ? text[position] : 0 }

    @inline(__always)
    mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    /// A letter in either case.
    mutating func skipLetter(_ lowercase: Unicode.Scalar) -> Bool {
        guard next | 0x20 == UInt8(ascii: lowercase) else { return false }
        position += 1
        return true
    }

    /// Exactly `count` digits.
    @inline(__always)
    mutating func digits(_ count: Int) -> Int? {
        guard text.count - position >= count else { return nil }
        var value = 0
        for index in position..<position + count {
            guard text[index].isASCIIDigit else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
        }
        position += count
        return value
    }

    /// At least one digit; returns how many.
    mutating func skipDigits() -> Int {
        let start = position
        while next.isASCIIDigit { position += 1 }
        return position - start
    }

    mutating func skipHexDigits(atMost limit: Int) -> Int {
        let start = position
        while position - start < limit, next.hexDigitValue != nil { position += 1 }
        return position - start
    }

    // MARK: UUID (RFC 4122)

    mutating func uuid() -> Bool {
        for (index, count) in [8, 4, 4, 4, 12].enumerated() {
            if index > 0 && !skip("-") { return false }
            if skipHexDigits(atMost: count) != count { return false }
        }
        return true
    }

    // MARK: Addresses

    /// RFC 2673, section 3.2: four decimal numbers without leading zeros.
    mutating func ipv4() -> Bool {
        for part in 0..<4 {
            if part > 0 && !skip(".") { return false }
            let start = position
            let count = skipDigits()
            guard (1...3).contains(count), count == 1 || text[start] != UInt8(ascii: "0") else { return false }
            var value = 0
            for index in start..<position { value = value * 10 + Int(text[index] - 0x30) }
            if value > 255 { return false }
        }
        return true
    }

    /// RFC 4291, section 2.2.
    mutating func ipv6() -> Bool {
        var groups = 0
        var hasGap = false
        if next == UInt8(ascii: ":") {
            position += 1
            guard skip(":") else { return false }
            hasGap = true
        }
        while groups < 8 {
            let start = position
            let count = skipHexDigits(atMost: 4)
            if count == 0 { break }
            if next == UInt8(ascii: ".") {
                position = start
                guard groups <= 6, ipv4() else { return false }
                groups += 2
                return hasGap ? groups < 8 : groups == 8
            }
            groups += 1
            guard next == UInt8(ascii: ":") else { break }
            position += 1
            if next == UInt8(ascii: ":") {
                if hasGap { return false }
                hasGap = true
                position += 1
                if next.hexDigitValue == nil { break }
            } else if next.hexDigitValue == nil {
                return false
            }
        }
        return hasGap ? groups < 8 : groups == 8
    }

    // MARK: Mail

    /// RFC 5321, section 4.1.2 `Mailbox`; international: RFC 6531, section 3.3.
    mutating func email(isInternational: Bool) -> Bool {
        let isAccepted: Bool
        if skip("\"") {
            isAccepted = quotedLocalPart(isInternational)
        } else {
            isAccepted = dotString(isInternational)
        }
        // Section 4.5.3.1.1: at most 64 octets.
        guard isAccepted, position <= 64, skip("@") else { return false }
        if next == UInt8(ascii: "[") { return addressLiteral() }
        let domain = UnsafeBufferPointer(rebasing: text[position...])
        return isInternational ? Hostname.acceptsMailDomain(domain) : Hostname.acceptsPlain(domain)
    }

    private mutating func dotString(_ isInternational: Bool) -> Bool {
        while true {
            let start = position
            while isAtomText(next) || (isInternational && next >= 0x80) { position += 1 }
            if position == start { return false }
            if !skip(".") { return true }
        }
    }

    private func isAtomText(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isASCIIDigit { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    private mutating func quotedLocalPart(_ isInternational: Bool) -> Bool {
        while position < text.count {
            let byte = next
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"):
                guard (0x20...0x7e).contains(next) else { return false }
                position += 1
            case 0x20...0x7e: break
            case 0x80...: if !isInternational { return false }
            default: return false
            }
        }
        return false
    }

    private mutating func addressLiteral() -> Bool {
        guard skip("[") else { return false }
        let tag = Array("ipv6:".utf8)
        if text.count - position >= tag.count,
            zip(text[position...], tag).allSatisfy({ $0.isASCIILetter ? $0 | 0x20 == $1 : $0 == $1 })
        {
            position += tag.count
            return ipv6() && skip("]") && isAtEnd
        }
        return ipv4() && skip("]") && isAtEnd
    }

    // MARK: JSON Pointers

    /// RFC 6901.
    mutating func jsonPointer() -> Bool {
        while position < text.count {
            guard skip("/") else { return false }
            while position < text.count, next != UInt8(ascii: "/") {
                let byte = next
                position += 1
                guard byte == UInt8(ascii: "~") else { continue }
                guard skip("0") || skip("1") else { return false }
            }
        }
        return true
    }

    /// draft-bhutton-relative-json-pointer-00.
    mutating func relativeJSONPointer() -> Bool {
        let start = position
        let count = skipDigits()
        guard count > 0, count == 1 || text[start] != UInt8(ascii: "0") else { return false }
        if skip("#") { return isAtEnd }
        return jsonPointer()
    }
}
