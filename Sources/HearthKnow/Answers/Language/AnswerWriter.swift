/// Puts an answer into words from numbered passages.
package protocol AnswerWriter: Sendable {
    /// Pieces of text as they come, with markers [1], [2], … behind what the passages of those numbers say.
    /// Throws a `HearthError` when the text cannot be had, also half-way.
    func write(_ prompt: AnswerPrompt) -> AsyncThrowingStream<String, any Error>
}
