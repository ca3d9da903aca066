/// One way to say something: a row of symbols, and what to make of them.
struct GrammarRule: Sendable {
    struct Element: Sendable, Hashable {
        var symbol: Int
        /// It must follow the one before without a blank.
        var isGlued: Bool
        /// Under which letter the action finds it, 0…25; -1 when it does not ask.
        var slot: Int8
    }

    var produces: Int
    var elements: [Element]
    /// What stands before this index or from the end index on is only looked at: it stays outside the phrase.
    var startMark: Int
    var endMark: Int
    var action: Action
    var constants: [(slot: Int8, value: Double)]
    /// Added to the score of a phrase that is chosen among others.
    var weight: Int
    /// In which manner of reading it holds.
    var manner: GrammarManner
    var line: Int
}

/// In which manner of reading a rule holds.
enum GrammarManner: Sendable, Hashable {
    case every
    /// Every mention of time counts, as in notes and letters.
    case mentions
    /// Only what places a task in time counts.
    case tasks
}
