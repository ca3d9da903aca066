import Foundation
import HearthCore

/// The times that a text told, put together: a day here and an hour there are one moment.
struct QuickTimes {
    private var day: TemporalPhrase?
    private var clock: TemporalPhrase?
    private var span: TemporalPhrase?
    private var moment: TemporalPhrase?
    private var duration: Amount?
    private var rule: Recurrence?
    private var impossible: [TemporalPhrase] = []
    private var others: [TemporalPhrase] = []

    /// - Returns: false when there is one of its kind already and it stays in the title.
    mutating func take(_ phrase: TemporalPhrase) -> Bool {
        switch phrase.kind {
        case .duration:
            guard duration == nil, case .amount(let amount) = phrase.meaning else { return false }
            duration = amount
        case .recurrence:
            guard rule == nil, case .recurrence(let found) = phrase.meaning else { return false }
            rule = found
        case .impossible: impossible.append(phrase)
        case .date, .period:
            guard day == nil, moment == nil else { return other(phrase) }
            day = phrase
        case .time, .timeRange:
            guard clock == nil, moment == nil else { return other(phrase) }
            clock = phrase
        case .moment, .stretch:
            guard moment == nil, day == nil, clock == nil else { return other(phrase) }
            moment = phrase
        case .priority, .filler, .lead: return false
        }
        return true
    }

    private mutating func other(_ phrase: TemporalPhrase) -> Bool {
        others.append(phrase)
        return false
    }

    static func field(of phrase: TemporalPhrase) -> QuickField {
        switch phrase.kind {
        case .duration: .duration
        case .recurrence: .recurrence
        case .priority: .priority
        default: .due
        }
    }

    static func confidence(of phrase: TemporalPhrase) -> Double {
        let ambiguity = isClockAmbiguous(phrase) ? 0.75 : 1
        return (phrase.rivals > 0 ? 0.8 : 0.97) * ambiguity
    }

    private static func isClockAmbiguous(_ phrase: TemporalPhrase) -> Bool {
        switch phrase.meaning {
        case .clock(let clock): clock.isAmbiguous
        case .moment:
            Set(phrase.readings.compactMap { if case .moment(let time) = $0 { time % 86_400 } else { nil } }).count > 1
        case .recurrence(let rule): rule.isClockAmbiguous
        default: false
        }
    }

    // MARK: resolution

    private struct Candidate {
        var due: Int
        var end: Int?
        var isWholeDay = false
        var isDeadline = false
    }

    func resolve(into task: inout QuickTask, now: Timestamp, clock wall: WallClock, vocabulary: QuickVocabulary) {
        let nowWall = wall.seconds(at: now)
        for _ in impossible {
            task.problems.append(QuickProblem(kind: .impossibleDate, message: "No calendar has that date."))
        }
        if let duration { task.durationMinutes = duration.totalSeconds / 60 }
        var candidates = self.candidates(nowWall)
        if let rule {
            task.exceptDays = rule.exceptDays.map(Self.date)
            if candidates.isEmpty || clock != nil && day == nil && moment == nil {
                candidates = occurrences(rule, nowWall, candidates)
            }
            task.recurrence = choose(candidates, nowWall, vocabulary).flatMap {
                rule.ruleText(startingOn: Civil.day(of: candidates[$0].due))
            }
            if task.recurrence == nil {
                task.problems.append(
                    QuickProblem(kind: .noOccurrence, message: "The recurrence names no day that ever comes."))
            }
        }
        if !others.isEmpty {
            task.problems.append(
                QuickProblem(kind: .severalDates, message: "More than one time is named; the first is taken."))
        }
        guard let best = choose(candidates, nowWall, vocabulary) else { return }
        let chosen = candidates[best]
        apply(chosen, to: &task, wall)
        if task.durationMinutes == nil, let end = chosen.end, end > chosen.due, !chosen.isWholeDay {
            task.durationMinutes = Double(end - chosen.due) / 60
        }
        for (index, candidate) in candidates.enumerated() where index != best && isAhead(candidate, nowWall) {
            task.alternatives.append(
                QuickAlternative(
                    field: .due, time: wall.reading(of: candidate.due).time,
                    text: Self.text(candidate.due, candidate.isWholeDay)))
        }
        for phrase in others {
            for reading in phrase.movedAhead(of: nowWall).readings.suffix(1) {
                guard let candidate = Self.candidate(reading, nowWall) else { continue }
                task.alternatives.append(
                    QuickAlternative(
                        field: .due, time: wall.reading(of: candidate.due).time,
                        text: Self.text(candidate.due, candidate.isWholeDay)))
            }
        }
    }

    private func isAhead(_ candidate: Candidate, _ now: Int) -> Bool {
        candidate.isWholeDay ? Civil.day(of: candidate.due) >= Civil.day(of: now) : candidate.due >= now
    }

    private func apply(_ chosen: Candidate, to task: inout QuickTask, _ wall: WallClock) {
        let reading = wall.reading(of: chosen.due)
        task.due = reading.time
        task.isWholeDay = chosen.isWholeDay
        guard !chosen.isWholeDay else { return }
        switch reading {
        case .once: break
        case .skipped(let time):
            task.problems.append(
                QuickProblem(
                    kind: .skippedTime,
                    message: "\(Self.text(chosen.due, false)) is skipped by the clocks of \(wall.zone.identifier); "
                        + "\(Self.text(wall.seconds(at: time), false)) is taken."))
        case .twice(_, let second):
            task.problems.append(
                QuickProblem(
                    kind: .repeatedTime,
                    message:
                        "\(Self.text(chosen.due, false)) comes twice in \(wall.zone.identifier); the first is taken."))
            task.alternatives.append(QuickAlternative(field: .due, time: second, text: Self.text(chosen.due, false)))
        }
    }

    private func candidates(_ now: Int) -> [Candidate] {
        if let moment { return moment.readings.compactMap { Self.candidate($0, now) } }
        let today = Civil.day(of: now)
        if let day, let clock {
            return day.readings.flatMap { reading -> [Candidate] in
                guard let date = Self.candidate(reading, now) else { return [] }
                return clock.readings.compactMap { Self.candidate($0, now, on: Civil.day(of: date.due)) }
            }
        }
        if let day { return day.readings.compactMap { Self.candidate($0, now) } }
        if let clock {
            // Alone, an hour that is over today means tomorrow's; the days of a rule are looked for ahead anyway.
            let phrase = rule == nil ? clock.movedAhead(of: now) : clock
            return phrase.readings.compactMap { Self.candidate($0, now, on: today) }
        }
        return []
    }

    private static func candidate(_ reading: TemporalReading, _ now: Int, on day: Int? = nil) -> Candidate? {
        let today = day ?? Civil.day(of: now)
        switch reading {
        case .day(let day): return Candidate(due: day * 86_400, isWholeDay: true)
        case .days(let start, let end):
            // A task of a period is due by its last day; "after Friday" and "since" have none.
            if let end {
                return Candidate(due: (start == nil ? end : end - 1) * 86_400, isWholeDay: true, isDeadline: true)
            }
            return start.map { Candidate(due: $0 * 86_400, isWholeDay: true) }
        case .clock(let seconds): return Candidate(due: today * 86_400 + seconds)
        case .clocks(let start, let end):
            guard let first = start ?? end else { return nil }
            return Candidate(due: today * 86_400 + first, end: start == nil ? nil : end.map { today * 86_400 + $0 })
        case .moment(let seconds): return Candidate(due: seconds)
        case .moments(let start, let end):
            return (start ?? end).map { Candidate(due: $0, end: start == nil ? nil : end) }
        case .duration, .recurrence: return nil
        }
    }

    private func occurrences(_ rule: Recurrence, _ now: Int, _ clocks: [Candidate]) -> [Candidate] {
        let today = Civil.day(of: now)
        let start = rule.from ?? today
        var seconds = rule.clock.map { [$0] } ?? []
        if let clock = rule.clock, rule.isClockAmbiguous { seconds = [clock, (clock + 43_200) % 86_400] }
        if rule.clock == nil { seconds = clocks.map { $0.due - Civil.day(of: $0.due) * 86_400 } }
        if rule.clock == nil, clocks.isEmpty, let part = Self.beginning[rule.part] { seconds = [part] }
        guard !seconds.isEmpty else {
            return rule.nextDay(onOrAfter: today, startingOn: start).map {
                [Candidate(due: $0 * 86_400, isWholeDay: true)]
            } ?? []
        }
        return seconds.compactMap { clock in
            let first = today * 86_400 + clock < now ? today + 1 : today
            return rule.nextDay(onOrAfter: first, startingOn: max(start, rule.from ?? first)).map {
                Candidate(due: $0 * 86_400 + clock)
            }
        }
    }

    /// When the parts of the day begin for a task.
    private static let beginning = [1: 6 * 3600, 3: 12 * 3600, 4: 18 * 3600, 5: 21 * 3600]

    /// Hours at which most things are done; an hour that was said without morning or afternoon is among them.
    private static let wakingHours = 7..<19

    /// What lies ahead, soonest; of two halves of the day the one that the person means, else the one by daylight.
    private func choose(_ candidates: [Candidate], _ now: Int, _ vocabulary: QuickVocabulary) -> Int? {
        let today = Civil.day(of: now)
        func rank(_ candidate: Candidate) -> (Int, Int, Int) {
            let day = Civil.day(of: candidate.due)
            let isPast = candidate.isWholeDay ? day < today : candidate.due < now
            let hour = (candidate.due - day * 86_400) / 3600
            var wrongHalf = 0
            if !candidate.isWholeDay, candidates.count > 1 {
                let said = hour % 12 == 0 ? 12 : hour % 12
                if let afternoon = vocabulary.isAfternoon(said) {
                    wrongHalf = (hour >= 12) == afternoon ? 0 : 1
                } else {
                    wrongHalf = Self.wakingHours.contains(hour) ? 0 : 1
                }
            }
            return (isPast ? 1 : 0, wrongHalf, isPast ? -candidate.due : candidate.due)
        }
        return candidates.indices.min { rank(candidates[$0]) < rank(candidates[$1]) }
    }

    static func date(_ day: Int) -> String {
        let date = CivilDate(daysSince1970: day)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }

    static func text(_ wall: Int, _ isWholeDay: Bool) -> String {
        let day = Civil.day(of: wall)
        if isWholeDay { return date(day) }
        let minutes = (wall - day * 86_400) / 60
        return
            "\(date(day)) \(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }
}
