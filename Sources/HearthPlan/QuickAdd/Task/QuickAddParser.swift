public import HearthCore

/// Reads a line of text as a task: times by the grammar of the language, names by the person's vocabulary, the rest by
/// signs. Pure: the same text, time and vocabulary give the same task. Time grows with the length of the text and no faster.
public struct QuickAddParser: Sendable {
    /// A longer text is no task; admission refuses it before it is read.
    public static let longestText = 128 << 10

    private let finder: TemporalFinder

    package init(grammar: Grammar) { finder = TemporalFinder(grammar: grammar, manner: .tasks) }

    /// - Throws: `.tooLarge` beyond `longestText` bytes.
    public func parse(
        _ text: String, now: Timestamp, clock: WallClock, vocabulary: QuickVocabulary = QuickVocabulary()
    ) throws(HearthError) -> QuickTask {
        guard text.utf8.count <= Self.longestText else {
            throw HearthError(
                .tooLarge, "The text of the task has \(text.utf8.count) bytes; at most \(Self.longestText) are read.",
                hint: "Put long notes into the task's notes.")
        }
        var reading = QuickReading(text, now: now, clock: clock, vocabulary: vocabulary)
        reading.takeMarkers()
        reading.takeNames()
        let words = reading.unclaimedTokens()
        reading.take(finder.found(in: words, now: clock.seconds(at: now)))
        return reading.finished()
    }
}
