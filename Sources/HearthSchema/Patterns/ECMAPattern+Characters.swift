/// Single characters, escapes and classes.
extension ECMAPattern {
    mutating func emit(literal value: UInt32) {
        switch value {
        case 0xd800...0xdfff: emit("(?!)")  // Half of a pair never stands in valid UTF-8.
        default: emit(scalar: value)
        }
    }

    /// One character, as it may stand inside and outside of a class.
    private mutating func emit(scalar value: UInt32) {
        if value > 0x20, value < 0x7f {
            let byte = UInt8(value)
            if !byte.isASCIIDigit && !byte.isASCIILetter { output.append(UInt8(ascii: "\\")) }
            output.append(byte)
        } else {
            emit("\\x{\(String(value, radix: 16))}")
        }
    }

    mutating func escape() throws(Fault) -> Bool {
        guard let scalar = next else { throw fault("a single \\ at the end") }
        switch scalar {
        case "b", "B":
            position += 1
            emit("\\")
            emit(String(scalar))
            return false
        case "k":
            position += 1
            guard skip("<") else { throw fault("\\k needs a group's name in <>") }
            let name = try groupName()
            guard let number = names[name] else { throw fault("there is no group named \(name)") }
            emit("\\g{\(number)}")
        case "1"..."9":
            var number = 0
            while let digit = next?.digitValue(radix: 10) {
                number = min(number * 10 + digit, 1_000_000)
                position += 1
            }
            guard number <= groupCount else { throw fault("there is no group \(number)") }
            emit("\\g{\(number)}")
        default:
            if let set = try classEscape() {
                emit("[\(set)]")
            } else {
                emit(literal: try characterEscape(isClass: false))
            }
        }
        return true
    }

    /// `\d`, `\D`, `\s`, `\S`, `\w`, `\W`, `\p{…}` or `\P{…}` at the position, as the content of a PCRE2 class.
    private mutating func classEscape() throws(Fault) -> String? {
        guard let scalar = next else { return nil }
        let content: String
        switch scalar {
        case "d": content = "0-9"
        case "D": content = "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}"
        case "w": content = "0-9A-Z_a-z"
        case "W": content = "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}"
        case "s": content = Self.spaces
        case "S": content = Self.notSpaces
        case "p", "P":
            position += 1
            guard skip("{") else { throw fault("\\\(scalar) needs a property in {}") }
            var name = ""
            while let part = next, part != "}" {
                name.unicodeScalars.append(part)
                position += 1
            }
            guard skip("}"), let property = UnicodeProperty.pcreName(name) else {
                throw fault("unknown property of characters")
            }
            return "\\\(scalar){\(property)}"
        default: return nil
        }
        position += 1
        return content
    }

    /// White space and line ends of ECMA-262, sections 12.2 and 12.3.
    private static let spaces =
        "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
    private static let notSpaces =
        "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
        + "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

    /// An escape that stands for one character; the backslash is behind.
    private mutating func characterEscape(isClass: Bool) throws(Fault) -> UInt32 {
        guard let scalar = next else { throw fault("a single \\ at the end") }
        position += 1
        switch scalar {
        case "t": return 0x09
        case "n": return 0x0a
        case "v": return 0x0b
        case "f": return 0x0c
        case "r": return 0x0d
        case "b" where isClass: return 0x08
        case "0":
            if next?.digitValue(radix: 10) != nil { throw fault("octal escapes are not allowed") }
            return 0
        case "c":
            guard let letter = next, letter.isASCII, UInt8(ascii: letter).isASCIILetter else {
                throw fault("\\c needs a letter")
            }
            position += 1
            return letter.value % 32
        case "x": return try hex(2)
        case "u": return try unicodeEscape()
        default:
            guard scalar.isASCII, !UInt8(ascii: scalar).isASCIILetter, !UInt8(ascii: scalar).isASCIIDigit, scalar != "_"
            else {
                position -= 1
                throw fault("unknown escape \\\(scalar)")
            }
            return scalar.value
        }
    }

    private mutating func hex(_ count: Int) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next?.digitValue(radix: 16) else {
                throw fault("\(count) hexadecimal digits must follow")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func unicodeEscape() throws(Fault) -> UInt32 {
        if skip("{") {
            var value: UInt32 = 0
            var count = 0
            while let digit = next?.digitValue(radix: 16) {
                value = value << 4 | UInt32(digit)
                count += 1
                position += 1
                guard value <= 0x10ffff else { throw fault("there is no such character") }
            }
            guard count > 0, skip("}") else { throw fault("\\u{ needs hexadecimal digits and }") }
            return value
        }
        let high = try hex(4)
        guard (0xd800...0xdbff).contains(high), hasPrefix("\\u") else { return high }
        let start = position
        position += 2
        if next != "{" {
            let low = try hex(4)
            if (0xdc00...0xdfff).contains(low) { return 0x10000 + (high - 0xd800) << 10 + (low - 0xdc00) }
        }
        position = start
        return high
    }

    // MARK: Classes

    mutating func characterClass() throws(Fault) {
        let isNegated = skip("^")
        let start = output.count
        emit(isNegated ? "[^" : "[")
        var isEmpty = true
        while let scalar = next, scalar != "]" {
            guard let lower = try classAtom() else {
                isEmpty = false
                continue
            }
            var upper = lower
            if next == "-", let end = peek(1), end != "]" {
                let minus = position
                position += 1
                if let bound = try classAtomAfterMinus() {
                    guard bound >= lower else {
                        position = minus
                        throw fault("a range in [] is out of order")
                    }
                    upper = bound
                } else {
                    // A range to a set, `a-\d`: the minus stands for itself.
                    emit("\\-")
                    isEmpty = false
                }
            }
            if emitRange(lower, upper) { isEmpty = false }
        }
        guard skip("]") else { throw fault("a [ without its ]") }
        if isEmpty {
            output.removeSubrange(start...)
            emit(isNegated ? "[\\x{0}-\\x{10ffff}]" : "(?!)")
        } else {
            emit("]")
        }
    }

    /// One character of a class; nil when it was a set, which is written already.
    private mutating func classAtom() throws(Fault) -> UInt32? {
        guard let scalar = next else { return nil }
        position += 1
        guard scalar == "\\" else { return scalar.value }
        if let set = try classEscape() {
            emit(set)
            return nil
        }
        return try characterEscape(isClass: true)
    }

    private mutating func classAtomAfterMinus() throws(Fault) -> UInt32? { try classAtom() }

    /// Surrogates are left out: they never occur. Returns whether anything is left.
    private mutating func emitRange(_ lower: UInt32, _ upper: UInt32) -> Bool {
        let surrogates: ClosedRange<UInt32> = 0xd800...0xdfff
        let first = surrogates.contains(lower) ? 0xe000 : lower
        let last = surrogates.contains(upper) ? 0xd7ff : upper
        guard first <= last else { return false }
        emit(scalar: first)
        if last > first {
            emit("-")
            emit(scalar: last)
        }
        return true
    }
}

extension Unicode.Scalar {
    /// The value of an ASCII digit.
    func digitValue(radix: Int) -> Int? {
        guard isASCII, let digit = UInt8(ascii: self).hexDigitValue, digit < radix else { return nil }
        return Int(digit)
    }
}
