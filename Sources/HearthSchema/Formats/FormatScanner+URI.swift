/// URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570).
extension FormatScanner {
    mutating func uriReference(needsScheme: Bool, isInternational: Bool) -> Bool {
        let hasScheme = skipScheme()
        if needsScheme && !hasScheme { return false }
        if next == UInt8(ascii: "/"), position + 1 < text.count, text[position + 1] == UInt8(ascii: "/") {
            position += 2
            guard authority(isInternational) else { return false }
            guard isAtEnd || next == UInt8(ascii: "/") || next == UInt8(ascii: "?") || next == UInt8(ascii: "#") else {
                return false
            }
        } else if !hasScheme {
            // A first segment with a colon would read as a scheme.
            let segment = text[position...].prefix {
                $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
            }
            if segment.contains(UInt8(ascii: ":")) { return false }
        }
        guard skipAll(isInternational, also: "/:@") else { return false }
        if skip("?"), !skipAll(isInternational, also: "/:@?", isQuery: true) { return false }
        if skip("#"), !skipAll(isInternational, also: "/:@?") { return false }
        return isAtEnd
    }

    private mutating func skipScheme() -> Bool {
        guard next.isASCIILetter else { return false }
        var index = position
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ":") {
                position = index + 1
                return true
            }
            guard
                byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".")
            else { return false }
            index += 1
        }
        return false
    }

    private mutating func authority(_ isInternational: Bool) -> Bool {
        let rest = text[position...].prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
        }
        if rest.contains(UInt8(ascii: "@")) {
            guard skipAll(isInternational, also: ":"), skip("@") else { return false }
        }
        if skip("[") {
            guard ipLiteral(), skip("]") else { return false }
        } else {
            guard skipAll(isInternational, also: "") else { return false }
        }
        if skip(":") { _ = skipDigits() }
        return true
    }

    private mutating func ipLiteral() -> Bool {
        guard skipLetter("v") else { return ipv6() }
        guard skipHexDigits(atMost: .max) > 0, skip(".") else { return false }
        let start = position
        while isUnreserved(next) || isSubdelimiter(next) || next == UInt8(ascii: ":") { position += 1 }
        return position > start
    }

    private func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: byte.isASCIILetter || byte.isASCIIDigit
        }
    }

    private func isSubdelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }

    /// As many characters as are allowed; false on a broken percent escape.
    private mutating func skipAll(_ isInternational: Bool, also: StaticString, isQuery: Bool = false) -> Bool {
        while position < text.count {
            let byte = next
            if byte == UInt8(ascii: "%") {
                position += 1
                guard skipHexDigits(atMost: 2) == 2 else { return false }
            } else if byte >= 0x80 {
                guard isInternational, let scalar = nextScalar(), isInternationalCharacter(scalar, isQuery: isQuery)
                else { return true }
                position += UTF8.width(scalar)
            } else if isUnreserved(byte) || isSubdelimiter(byte) || also.contains(byte) {
                position += 1
            } else {
                return true
            }
        }
        return true
    }

    private func nextScalar() -> Unicode.Scalar? {
        guard position < text.count else { return nil }
        return text[position...].prefix(4).withContiguousStorageIfAvailable { bytes in
            String(decoding: bytes, as: UTF8.self).unicodeScalars.first
        } ?? nil
    }

    /// `ucschar` and, in queries, `iprivate`.
    private func isInternationalCharacter(_ scalar: Unicode.Scalar, isQuery: Bool) -> Bool {
        switch scalar.value {
        case 0xa0...0xd7ff, 0xf900...0xfdcf, 0xfdf0...0xffef: true
        case 0xe000...0xf8ff, 0xf0000...0xffffd, 0x100000...0x10fffd: isQuery
        case 0x10000...0xeffff: scalar.value & 0xfffe != 0xfffe && !(0xe0000...0xe0fff).contains(scalar.value)
        default: false
        }
    }

    // MARK: Templates

    mutating func uriTemplate() -> Bool {
        while position < text.count {
            let byte = next
            position += 1
            switch byte {
            case UInt8(ascii: "{"): if !templateExpression() { return false }
            case UInt8(ascii: "%"): if skipHexDigits(atMost: 2) != 2 { return false }
            case 0...0x20, 0x7f, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            default: break
            }
        }
        return true
    }

    /// Behind `{`.
    private mutating func templateExpression() -> Bool {
        let operators: StaticString = "+#./;?&=,!@|"
        if operators.contains(next) { position += 1 }
        while true {
            guard variableName() else { return false }
            if skip(":") {
                let start = position
                let count = skipDigits()
                guard (1...4).contains(count), text[start] != UInt8(ascii: "0") else { return false }
            } else {
                _ = skip("*")
            }
            if skip("}") { return true }
            guard skip(",") else { return false }
        }
    }

    private mutating func variableName() -> Bool {
        while true {
            let start = position
            while true {
                if next == UInt8(ascii: "%") {
                    position += 1
                    guard skipHexDigits(atMost: 2) == 2 else { return false }
                } else if next.isASCIILetter || next.isASCIIDigit || next == UInt8(ascii: "_") {
                    position += 1
                } else {
                    break
                }
            }
            if position == start { return false }
            if !skip(".") { return true }
        }
    }
}

extension StaticString {
    func contains(_ byte: UInt8) -> Bool {
        for index in 0..<utf8CodeUnitCount where utf8Start[index] == byte { return true }
        return false
    }
}
