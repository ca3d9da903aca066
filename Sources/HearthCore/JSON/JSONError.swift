/// Why a text is not JSON that Hearth takes, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case unexpectedEnd
        case unexpectedCharacter
        case invalidUTF8
        case invalidEscape
        case loneSurrogate
        case controlCharacter
        case invalidNumber
        case numberOutOfRange
        case duplicateKey(String)
        case tooDeep(limit: Int)
        case tooLarge(limit: Int)
        case trailingCharacters
        case unsupported(String)
    }

    public var reason: Reason
    /// Byte offset into the input.
    public var offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String {
        let what =
            switch reason {
            case .unexpectedEnd: "the text ends too early"
            case .unexpectedCharacter: "unexpected character"
            case .invalidUTF8: "not valid UTF-8"
            case .invalidEscape: "unknown escape in a string"
            case .loneSurrogate: "half of a surrogate pair in a string"
            case .controlCharacter: "unescaped control character in a string"
            case .invalidNumber: "not a number as JSON writes it"
            case .numberOutOfRange: "number out of range; NaN and infinities are no numbers here"
            case .duplicateKey(let key): "the key \"\(key)\" stands twice in one object"
            case .tooDeep(let limit): "nested deeper than \(limit) levels"
            case .tooLarge(let limit): "larger than \(limit) bytes"
            case .trailingCharacters: "more text after the value"
            case .unsupported(let what): what
            }
        return "\(what), at byte \(offset)"
    }
}

/// Bounds and choices of a parse.
public struct JSONOptions: Sendable {
    /// Levels of nesting. Bounds every recursive walk over a document.
    public var maximumDepth: Int = 128
    /// RFC 8259 leaves duplicate keys open; readings refuse them, because two readers could see two different readings.
    public var rejectsDuplicateKeys: Bool = false

    public init(maximumDepth: Int = 128, rejectsDuplicateKeys: Bool = false) {
        self.maximumDepth = maximumDepth
        self.rejectsDuplicateKeys = rejectsDuplicateKeys
    }

    /// What every door uses for data from outside.
    public static let strict = JSONOptions(rejectsDuplicateKeys: true)
}
