/// One reading of a phrase, on the wall clock.
package enum TemporalReading: Sendable, Hashable {
    /// Days since 1970.
    case day(Int)
    /// From the first day to the one after the last; nil is open.
    case days(start: Int?, end: Int?)
    /// Seconds of the day.
    case clock(Int)
    case clocks(start: Int?, end: Int?)
    /// Seconds since 1970-01-01T00:00.
    case moment(Int)
    case moments(start: Int?, end: Int?)
    case duration(Amount)
    case recurrence(Recurrence)
}

extension TemporalPhrase {
    /// Each reading, without repetitions; what lies ahead comes last. Empty for a date that no calendar has.
    package var readings: [TemporalReading] {
        var list: [TemporalReading] = []
        switch meaning {
        case .day(let day): list = day.readings.map { .day($0) }
        case .period(let period):
            list = period.readings.map {
                .days(
                    start: $0.start == DayPeriod.open ? nil : $0.start, end: $0.end == DayPeriod.open ? nil : $0.end)
            }
        case .clock(let clock): list = clock.readings.map { .clock($0) }
        case .clockRange(let range): list = range.readings.map { .clocks(start: $0.start, end: $0.end) }
        case .moment(let moment): list = moment.readings.map { .moment($0) }
        case .stretch(let stretch): list = stretch.readings.map { .moments(start: $0.start, end: $0.end) }
        case .amount(let amount): list = [.duration(amount)]
        case .recurrence(let rule): list = [.recurrence(rule)]
        case .word, .nothing, .number, .impossible: break
        }
        var seen: Set<TemporalReading> = []
        return list.filter { seen.insert($0).inserted }
    }
}
