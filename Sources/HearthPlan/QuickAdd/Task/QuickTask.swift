public import HearthCore

/// A task as a line of text tells it.
public struct QuickTask: Sendable, Hashable {
    public var title = ""
    /// When it is due, or when it begins if a length of time was said with it.
    public var due: Timestamp?
    /// Due on a day, at no hour of it; `due` is the beginning of that day.
    public var isWholeDay = false
    /// Not before this time.
    public var start: Timestamp?
    public var durationMinutes: Double?
    /// 1 is the highest of four.
    public var priority: Int?
    public var project: String?
    public var people: [String] = []
    public var places: [String] = []
    public var tags: [String] = []
    /// The value of an RRULE property (RFC 5545).
    public var recurrence: String?
    /// Days of the recurrence on which it does not happen: `2026-12-24`.
    public var exceptDays: [String] = []
    /// 0…1: that all of it is as meant.
    public var confidence = 1.0
    public var spans: [QuickSpan] = []
    public var alternatives: [QuickAlternative] = []
    public var problems: [QuickProblem] = []

    public init() {}
}

/// The part of a task that some words of the text tell.
public enum QuickField: String, Sendable, Hashable, CaseIterable {
    case due, start, duration, priority, project, person, place, tag, recurrence, title
}

/// Words of the text and what they were taken for.
public struct QuickSpan: Sendable, Hashable {
    public enum Source: String, Sendable, Hashable {
        /// The grammar of the language.
        case grammar
        /// A sign such as `#` or `!`.
        case marker
        /// What the person's corrections taught.
        case vocabulary
    }

    public var field: QuickField
    /// In UTF-16 code units, as browsers count.
    public var start: Int
    public var end: Int
    public var text: String
    public var source: Source
    /// 0…1
    public var confidence: Double
}

/// Another reading that the words allow.
public struct QuickAlternative: Sendable, Hashable {
    public var field: QuickField
    public var time: Timestamp?
    public var text: String
}

/// Something in the text that cannot be as it was said.
public struct QuickProblem: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// 31 February.
        case impossibleDate = "impossible-date"
        /// The clock jumps over that time.
        case skippedTime = "skipped-time"
        /// The clock passes that time twice.
        case repeatedTime = "repeated-time"
        /// The recurrence names no day that ever comes.
        case noOccurrence = "no-occurrence"
        /// Nothing is left for a title.
        case noTitle = "no-title"
        /// More than one day was named; the first was taken.
        case severalDates = "several-dates"
    }

    public var kind: Kind
    public var message: String
}
