import Foundation
import HearthCore
import HearthPlan

/// Reads texts as if it were Monday, 24 November 2025, 17:00 in Berlin.
struct Reader {
    let parser: QuickAddParser
    let clock: WallClock
    static let now = Timestamp(microseconds: 1_764_000_000_000_000)

    init(_ language: String = "en", zone: String = "Europe/Berlin") throws {
        parser = try GrammarLibrary.parser(language)
        clock = WallClock(zone: try Self.zone(zone))
    }

    static func zone(_ name: String) throws -> TimeZone {
        guard let zone = TimeZone(identifier: name) else { throw UnknownZone(name: name) }
        return zone
    }

    func read(_ text: String, _ vocabulary: QuickVocabulary = QuickVocabulary()) throws -> QuickTask {
        try parser.parse(text, now: Self.now, clock: clock, vocabulary: vocabulary)
    }

    /// `2025-11-25 18:00`, or the day alone.
    func due(_ task: QuickTask) -> String? {
        task.due.map { time in
            let wall = clock.seconds(at: time)
            let date = CivilDate(daysSince1970: wall / 86_400)
            func two(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
            let day = "\(date.year)-\(two(date.month))-\(two(date.day))"
            return task.isWholeDay ? day : day + " \(two(wall % 86_400 / 3600)):\(two(wall % 3600 / 60))"
        }
    }
}

struct UnknownZone: Error {
    let name: String
}
