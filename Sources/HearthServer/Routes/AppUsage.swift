import HearthCore
import HearthIngest
import HearthSchema
import HearthStore

/// What the reports of the stream `android_app_usage` add up to.
///
/// Android counts up within a period: a report of a period that begins when an earlier one began replaces it, so that a
/// device may report the same day every hour.
struct AppUsage {
    struct App {
        var package: String
        var name: String?
        var foregroundMilliseconds: Int64 = 0
        var launches: Int64 = 0
        var lastUsed: Timestamp?
    }

    private struct Key: Hashable {
        var device: UniqueID
        var start: Timestamp
    }

    private struct Report {
        var end: Timestamp
        var apps: [App]
    }

    private var reports: [Key: Report] = [:]

    /// Takes the rows of a page, in any order.
    mutating func take(_ batch: ReadingBatch) {
        guard let start = batch.stream.fieldIndex("aggregation_period_start"),
            let end = batch.stream.fieldIndex("aggregation_period_end"),
            let apps = batch.stream.fieldIndex("app_usage_stats")
        else { return }
        for row in 0..<batch.count {
            guard let from = batch.string(batch[row, start]).flatMap({ Timestamp($0) }),
                let to = batch.string(batch[row, end]).flatMap({ Timestamp($0) }),
                let text = batch.string(batch[row, apps])
            else { continue }
            let key = Key(device: batch.heads[row].device, start: from)
            if let present = reports[key], present.end > to { continue }
            reports[key] = Report(end: to, apps: Self.apps(text))
        }
    }

    private static func apps(_ text: String) -> [App] {
        guard let document = try? JSONDocument(parsing: text) else { return [] }
        return document.withRoot { root in
            root.elements.compactMap { item in
                guard let package = item["package_name"]?.string else { return nil }
                return App(
                    package: package, name: item["app_name"]?.string,
                    foregroundMilliseconds: item["total_foreground_time_ms"]?.int64 ?? 0,
                    launches: item["launch_count"]?.int64 ?? 0, lastUsed: item["last_time_used"].flatMap(time))
            }
        }
    }

    private static func time(_ value: JSONReference) -> Timestamp? {
        value.kind == .string ? Timestamp(utf8: value.utf8) : value.double.flatMap { Timestamp(epoch: $0) }
    }

    // MARK: Sums

    /// Apps of all reports, most used first.
    func total() -> [App] { Self.sorted(reports.values.reduce(into: [:]) { Self.add($1, to: &$0) }) }

    /// Apps of each local day, the day given as days since 1970. A report counts on the day in which its middle lies.
    func days(_ zone: LocalTime) -> [(day: Int, apps: [App])] {
        var days: [Int: [String: App]] = [:]
        for (key, report) in reports {
            let half = (report.end.microseconds - key.start.microseconds) / 2
            let day = zone.day(of: Timestamp(microseconds: key.start.microseconds + max(0, half)))
            Self.add(report, to: &days[day, default: [:]])
        }
        return days.sorted { $0.key < $1.key }.map { ($0.key, Self.sorted($0.value)) }
    }

    private static func add(_ report: Report, to apps: inout [String: App]) {
        for app in report.apps {
            var sum = apps[app.package] ?? App(package: app.package)
            sum.foregroundMilliseconds &+= app.foregroundMilliseconds
            sum.launches &+= app.launches
            if let used = app.lastUsed, sum.lastUsed.map({ $0 <= used }) ?? true {
                sum.lastUsed = used
                sum.name = app.name ?? sum.name
            }
            if sum.name == nil { sum.name = app.name }
            apps[app.package] = sum
        }
    }

    private static func sorted(_ apps: [String: App]) -> [App] {
        apps.values.sorted { ($1.foregroundMilliseconds, $0.package) < ($0.foregroundMilliseconds, $1.package) }
    }
}

/// Which apps are open, by the stream `app_lifecycle` read from its newest event backwards.
struct AppSessions {
    struct Session {
        var device: UniqueID
        var app: String
        var name: String?
        var event: String
        var since: Timestamp
    }

    private struct Key: Hashable {
        var device: UniqueID
        var app: String
    }

    private var seen: Set<Key> = []
    private(set) var active: [Session] = []

    /// Takes a page of rows, newest first; pages come newest first, too.
    mutating func take(_ batch: ReadingBatch) {
        guard let app = batch.stream.fieldIndex("app_identifier"), let event = batch.stream.fieldIndex("event_type")
        else { return }
        let name = batch.stream.fieldIndex("app_name")
        for row in 0..<batch.count {
            guard let identifier = batch.string(batch[row, app]), let kind = batch.string(batch[row, event]) else {
                continue
            }
            let head = batch.heads[row]
            guard seen.insert(Key(device: head.device, app: identifier)).inserted else { continue }
            guard kind == "foreground" || kind == "launch" else { continue }
            active.append(
                Session(
                    device: head.device, app: identifier, name: name.flatMap { batch.string(batch[row, $0]) },
                    event: kind,
                    since: head.timestamp))
        }
    }
}
