/// How much a language model is shown and how much of it is believed.
package enum LanguageLimits {
    /// Passages in a prompt.
    static let passages = 6
    /// Of a passage, in characters.
    static let passageCharacters = 2400
    static let historyTurns = 3
    /// Of one question or answer of the history.
    static let historyCharacters = 600
    /// Tokens the model is asked to write at most.
    static let answerTokens = 400
    /// Bytes of text that are read from it; more is cut off.
    package static let answerBytes = 16 << 10
    /// Sentences of it that are verified and shown.
    static let sentences = 12
    /// Bytes of one line of the event stream.
    package static let eventBytes = 256 << 10
    /// Bytes of a body that is no event stream.
    package static let bodyBytes = 1 << 20
    /// Bytes that a whole event stream may have, framing included.
    package static let streamBytes = 4 << 20
}
