/// A place in a JSON value (RFC 6901), kept in its text form.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// `""` for the whole value, else `/token/token…` with `~0` and `~1` escapes.
    public var text: String

    public init(_ text: String = "") { self.text = text }

    public static let root = JSONPointer()

    public func appending(_ token: String) -> JSONPointer {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return JSONPointer(text + "/" + token)
        }
        var escaped = text + "/"
        for character in token.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return JSONPointer(escaped)
    }

    public func appending(_ index: Int) -> JSONPointer { JSONPointer(text + "/" + String(index)) }

    /// The unescaped tokens; nil when the text is not a pointer.
    public var tokens: [String]? {
        guard !text.isEmpty else { return [] }
        // By scalars: as a character, "/" followed by a combining mark would not be a "/".
        guard text.unicodeScalars.first == "/" else { return nil }
        var tokens: [String] = []
        for part in text.unicodeScalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var token = ""
            var isEscape = false
            for scalar in part {
                if isEscape {
                    guard scalar == "0" || scalar == "1" else { return nil }
                    token.unicodeScalars.append(scalar == "0" ? "~" : "/")
                    isEscape = false
                } else if scalar == "~" {
                    isEscape = true
                } else {
                    token.unicodeScalars.append(scalar)
                }
            }
            if isEscape { return nil }
            tokens.append(token)
        }
        return tokens
    }

    public var description: String { text }
}
