/// Host names (RFC 1123, section 2.1), and their internationalised form (RFC 5890 to 5893, known as IDNA 2008).
enum Hostname {
    private static let longestLabel = 63
    private static let longestName = 253

    static func accepts(_ text: UnsafeBufferPointer<UInt8>, isInternational: Bool) -> Bool {
        // Almost all names end here: plain labels, none of them encoded.
        if acceptsPlain(text), !hasReservedHyphens(text) { return true }
        let name = String(decoding: text, as: UTF8.self)
        if !isInternational && !text.allSatisfy({ $0 < 0x80 }) { return false }
        return acceptsLabels(name, isInternational: isInternational)
    }

    /// The domain of an e-mail address, where labels need not be in a normal form.
    static func acceptsMailDomain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        acceptsPlain(text) || accepts(text, isInternational: true)
    }

    static func acceptsPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count > 0, text.count <= longestName else { return false }
        var start = 0
        for index in 0...text.count {
            if index < text.count, text[index] != UInt8(ascii: ".") {
                let byte = text[index]
                guard byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") else { return false }
                continue
            }
            guard index > start, index - start <= longestLabel, text[start] != UInt8(ascii: "-"),
                text[index - 1] != UInt8(ascii: "-")
            else { return false }
            start = index + 1
        }
        return true
    }

    /// Hyphens as the third and fourth characters of a label are reserved for encodings such as `xn--`.
    private static func hasReservedHyphens(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        for index in 0..<text.count {
            if text[index] == UInt8(ascii: ".") { start = index + 1 }
            if index == start + 3, text[index] == UInt8(ascii: "-"), text[index - 1] == UInt8(ascii: "-") {
                return true
            }
        }
        return false
    }

    private static func acceptsLabels(_ name: String, isInternational: Bool) -> Bool {
        // The separators that IDNA takes for a dot.
        let separators: Set<Unicode.Scalar> = isInternational ? [".", "\u{3002}", "\u{ff0e}", "\u{ff61}"] : ["."]
        let parts = name.unicodeScalars.split(omittingEmptySubsequences: false) { separators.contains($0) }
        var labels: [InternationalLabel] = []
        var length = parts.count - 1
        for part in parts {
            guard let label = InternationalLabel(Array(part)), label.encodedLength <= longestLabel else { return false }
            labels.append(label)
            length += label.encodedLength
        }
        guard length <= longestName else { return false }
        // RFC 5893: one label from right to left puts all labels under its rule.
        return !labels.contains(where: \.isRightToLeft) || labels.allSatisfy(\.satisfiesBidiRule)
    }
}
