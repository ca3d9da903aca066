/// Takes secrets out of text that goes to a log: tokens of ours, bearer tokens, headers that carry them, values of
/// parameters and settings whose names end like `token` or `password`, passwords in URLs, and secrets known beforehand.
///
/// It rather takes out too much than too little. Applying it twice is the same as once. Time is linear in the text.
package struct Redaction: Sendable {
    package static let mark = "[redacted]"

    /// Names whose end is one of these have a secret as their value; lower case.
    private static let secretNames = [
        "token", "secret", "password", "passwd", "passphrase", "apikey", "api_key", "api-key", "access_key",
        "access-key",
        "private_key", "llm_key",
    ].map { Array($0.utf8) }
    /// Headers whose whole line is secret; lower case.
    private static let secretHeaders = ["authorization", "cookie"].map { Array($0.utf8) }
    private static let tokenPrefix = Array(AccessToken.prefix.utf8)
    private static let bearer = Array("bearer".utf8)
    /// Shorter words after `hearth_` are names of ours, not tokens.
    private static let minimumTokenByteCount = 8
    /// A user name in a URL this long is rather a token.
    private static let minimumTokenUserByteCount = 16

    private let secrets: [[UInt8]]

    /// - Parameter secrets: Exact texts to take out, such as a token chosen in the configuration.
    package init(secrets: [String] = []) {
        // The longest first, so that a secret within another does not leave the rest standing.
        self.secrets = secrets.filter { !$0.isEmpty }.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    package func redact(_ text: String) -> String {
        let input = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var position = 0
        var changed = false
        while position < input.count {
            if let (kept, end) = match(input, at: position) {
                output.append(contentsOf: input[position..<kept])
                output.append(contentsOf: Self.mark.utf8)
                changed = true
                position = end
            } else {
                output.append(input[position])
                position += 1
            }
        }
        return changed ? String(decoding: output, as: UTF8.self) : text
    }

    /// What begins at `position`: kept up to `kept`, secret up to `end`. Nil when nothing does.
    private func match(_ text: [UInt8], at position: Int) -> (kept: Int, end: Int)? {
        for secret in secrets where Self.has(secret, in: text, at: position) {
            return (position, position + secret.count)
        }
        return switch text[position] {
        case UInt8(ascii: "h"): Self.token(text, at: position)
        case UInt8(ascii: "B"), UInt8(ascii: "b"): Self.bearerToken(text, at: position)
        case UInt8(ascii: "="), UInt8(ascii: ":"):
            Self.userInformation(text, at: position) ?? Self.value(text, separator: position..<position + 1)
        case UInt8(ascii: "%"):
            Self.isEncoded("3d", text, at: position) ? Self.value(text, separator: position..<position + 3) : nil
        default: nil
        }
    }

    /// `hearth_` and what follows. Names of metrics and settings are lower case without digits; no token is.
    private static func token(_ text: [UInt8], at position: Int) -> (Int, Int)? {
        guard has(tokenPrefix, in: text, at: position) else { return nil }
        let start = position + tokenPrefix.count
        // Bounded, so that a long text of nothing but prefixes does not take quadratic time.
        let word = text[start...].prefix(AccessToken.characterCount).prefix(while: Base64URL.isDigit)
        let isSecret =
            word.count >= minimumTokenByteCount
            && word.contains { $0 < UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
        guard isSecret else { return nil }
        return (start, text[start...].firstIndex { !Base64URL.isDigit($0) } ?? text.count)
    }

    /// `Bearer` in any case, blanks, and the word after them.
    private static func bearerToken(_ text: [UInt8], at position: Int) -> (Int, Int)? {
        guard has(bearer, in: text, at: position, ignoringCase: true) else { return nil }
        var start = position + bearer.count
        while start < text.count {
            if text[start] == UInt8(ascii: " ") || text[start] == UInt8(ascii: "\t") || text[start] == UInt8(ascii: "+")
            {
                start += 1
            } else if isEncoded("20", text, at: start) {
                start += 3
            } else {
                break
            }
        }
        guard start > position + bearer.count else { return nil }
        let end = text[start...].firstIndex(where: endsWord) ?? text.count
        return end > start ? (start, end) : nil
    }

    /// The value after `name=`, `name: `, `"name": "` when the name says that it is secret.
    private static func value(_ text: [UInt8], separator: Range<Int>) -> (Int, Int)? {
        var nameEnd = separator.lowerBound
        while nameEnd > 0, isBlankOrQuote(text[nameEnd - 1]) { nameEnd -= 1 }
        let isHeader = secretHeaders.contains { ends($0, text, at: nameEnd) }
        guard isHeader || secretNames.contains(where: { ends($0, text, at: nameEnd) }) else { return nil }
        var start = separator.upperBound
        while start < text.count, isBlankOrQuote(text[start]) { start += 1 }
        let end =
            if let quote = text[separator.upperBound..<start].lastIndex(where: isQuote) {
                endOfQuotation(text, from: start, openedAt: quote)
            } else if isHeader {
                text[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? text.count
            } else {
                text[start...].firstIndex(where: endsWord) ?? text.count
            }
        return end > start ? (start, end) : nil
    }

    /// Where the same quote stands again. An escaped one closes only what an escaped one opened, as in JSON within
    /// JSON.
    private static func endOfQuotation(_ text: [UInt8], from start: Int, openedAt quote: Int) -> Int {
        let isEscaped = quote > 0 && text[quote - 1] == UInt8(ascii: "\\")
        var position = start
        while position < text.count, text[position] != text[quote] {
            if text[position] == UInt8(ascii: "\\") {
                if isEscaped, position + 1 < text.count, text[position + 1] == text[quote] { return position }
                position += 1
            }
            position += 1
        }
        return min(position, text.count)
    }

    /// The password, or a user name that looks like a token, in `scheme://user:password@host`; `position` is at the
    /// first colon.
    private static func userInformation(_ text: [UInt8], at position: Int) -> (Int, Int)? {
        guard has(Array("://".utf8), in: text, at: position) else { return nil }
        let start = position + 3
        let end = text[start...].firstIndex { endsWord($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        guard let at = text[start..<(end ?? text.count)].lastIndex(of: UInt8(ascii: "@")) else { return nil }
        if let colon = text[start..<at].firstIndex(of: UInt8(ascii: ":")) {
            return colon + 1 < at ? (colon + 1, at) : nil
        }
        return at - start >= minimumTokenUserByteCount ? (start, at) : nil
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private static func isBlankOrQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\\") || isQuote(byte)
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7f, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "&"), UInt8(ascii: "#"),
            UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "<"), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func has(_ word: [UInt8], in text: [UInt8], at position: Int, ignoringCase: Bool = false) -> Bool {
        guard position + word.count <= text.count else { return false }
        for offset in word.indices {
            let byte = text[position + offset]
            guard word[offset] == (ignoringCase ? lowercased(byte) : byte) else { return false }
        }
        return true
    }

    /// Whether `word` ends right before `end`.
    private static func ends(_ word: [UInt8], _ text: [UInt8], at end: Int) -> Bool {
        end >= word.count && has(word, in: text, at: end - word.count, ignoringCase: true)
    }

    /// Whether `%` and these two hexadecimal digits, in any case, stand at `position`.
    private static func isEncoded(_ digits: StaticString, _ text: [UInt8], at position: Int) -> Bool {
        guard position + 3 <= text.count, text[position] == UInt8(ascii: "%") else { return false }
        return digits.withUTF8Buffer {
            $0[0] == lowercased(text[position + 1]) && $0[1] == lowercased(text[position + 2])
        }
    }
}
