/// A word, a run of digits, or one sign of a text.
struct Token: Sendable {
    enum Kind: Sendable {
        case word
        case digits
        case sign
    }

    var kind: Kind
    /// UTF-8 offsets into the text.
    var range: Range<Int>
    /// Nothing stands between it and the token before.
    var isGlued: Bool
    /// Lower case; typographic apostrophes and dashes as ASCII has them.
    var text: String
    /// Of digits; nil when there are too many.
    var value: Int?

    var isAlphanumeric: Bool { kind != .sign }
}
