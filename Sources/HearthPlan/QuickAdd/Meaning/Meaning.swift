/// What a phrase means, between the rules of a grammar and the resolution.
enum Meaning: Sendable, Hashable {
    /// A word of the grammar.
    case word
    /// A phrase that looks like a time and is none: it keeps others from reading it.
    case nothing
    /// Also months, weekdays, shifts and parts of the day, which a grammar numbers. `digits` counts those written; 0 for
    /// words.
    case number(Double, digits: Int)
    case amount(Amount)
    case clock(Clock)
    case clockRange(ClockRange)
    case day(DayChoice)
    case period(DayPeriod)
    case moment(Moment)
    case stretch(Stretch)
    case recurrence(Recurrence)
    /// A day that no calendar has, as 31 February.
    case impossible
}
