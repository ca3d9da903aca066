import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// `/system/apps/android/…`: which apps were used, and for how long.
struct AppUsageRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore
    let time: any TimeSource

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
        time = dependencies.time
    }

    private static let tag = "Apps"
    private static let zone = RouteParameter("tz", "IANA time zone in which days are counted", Shape.text)
    private static let pageSize = 512
    private static let dayCounts = 1...366
    private static let sessionHours = 1...720

    var routes: [Route] {
        guard let usage = registry["android_app_usage"], let lifecycle = registry["app_lifecycle"] else { return [] }
        return [
            Route(
                .get, "/system/apps/android/usage/summary", "summarizeAppUsage", tag: Self.tag,
                "Use of each app, most used first",
                detail: "A report of a period that begins when an earlier one began replaces it.",
                parameters: ReadScope.parameters,
                answers: [.json(Shape.named("AppUsageSummary"), "The apps")]
            ) { try await summary($0, $1, usage) },
            Route(
                .get, "/system/apps/android/usage/daily", "listDailyAppUsage", tag: Self.tag,
                "Use of each app on each of the last days",
                detail: "The days of the person's calendar, today included, unless `from` and `to` say otherwise.",
                parameters: ReadScope.parameters + [
                    RouteParameter("days", "How many days", Shape.integer(Self.dayCounts, default: 7)), Self.zone,
                ],
                answers: [.json(Shape.named("DailyAppUsage"), "The days, oldest first")]
            ) { try await daily($0, $1, usage) },
            Route(
                .get, "/system/apps/android/sessions/active", "listActiveApps", tag: Self.tag,
                "Apps whose last event says that they are open",
                parameters: Array(ReadScope.parameters.prefix(2)) + [
                    RouteParameter("hours", "How far back to look", Shape.integer(Self.sessionHours, default: 24))
                ],
                answers: [.json(Shape.page(of: Shape.named("AppSession")), "The apps, last opened first")]
            ) { try await sessions($0, $1, lifecycle) },
        ]
    }

    // MARK: Handlers

    private func summary(
        _ request: Request, _ context: ServerContext, _ stream: StreamDefinition
    ) async throws -> Response {
        let scope = try ReadScope(request, context, directory, stream: stream.name)
        var usage = AppUsage()
        try await forEachPage(scope.query(stream, order: .oldestFirst)) { usage.take($0) }
        let apps = usage.total()
        var writer = JSONWriter(capacity: 128 + apps.count * 160)
        writer.raw("{\"total_foreground_time_ms\":")
        writer.write(apps.reduce(0) { $0 &+ $1.foregroundMilliseconds })
        writer.raw(",\"items\":")
        writer.write(apps)
        writer.raw(",\"next_cursor\":null}")
        return .json(writer)
    }

    private func daily(
        _ request: Request, _ context: ServerContext, _ stream: StreamDefinition
    ) async throws -> Response {
        var scope = try ReadScope(request, context, directory, stream: stream.name)
        let zone = try LocalTime(request, directory.person(scope.person))
        let count = try request.queryInteger("days", in: Self.dayCounts) ?? 7
        // Rows are found by the time they were reported, which may be a while after the period; the day of the period
        // decides, so the days before and after are read, too.
        let today = zone.day(of: time.now())
        var days = scope.from == nil && scope.to == nil ? today - count + 1...today : Int.min...Int.max
        if let from = scope.from { days = zone.day(of: from)...days.upperBound }
        if let to = scope.to {
            let last = max(days.lowerBound, zone.day(of: Timestamp(microseconds: to.microseconds - 1)))
            days = days.lowerBound...last
        }
        scope.from = days.lowerBound == .min ? nil : Self.midnight(days.lowerBound - 1)
        scope.to = nil
        var usage = AppUsage()
        try await forEachPage(scope.query(stream, order: .oldestFirst)) { usage.take($0) }
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{")
        writer.member("time_zone", zone.name)
        writer.raw(",\"items\":[")
        for (index, item) in usage.days(zone).filter({ days.contains($0.day) }).enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{")
            writer.member("date", CivilDate(daysSince1970: item.day).text)
            writer.raw(",\"total_foreground_time_ms\":")
            writer.write(item.apps.reduce(0) { $0 &+ $1.foregroundMilliseconds })
            writer.raw(",\"apps\":")
            writer.write(item.apps)
            writer.raw("}")
        }
        writer.raw("],\"next_cursor\":null}")
        return .json(writer)
    }

    private static func midnight(_ day: Int) -> Timestamp {
        Timestamp(microseconds: Int64(day) * 86_400_000_000)
    }

    private func sessions(
        _ request: Request, _ context: ServerContext, _ stream: StreamDefinition
    ) async throws -> Response {
        var scope = try ReadScope(request, context, directory, stream: stream.name)
        let hours = try request.queryInteger("hours", in: Self.sessionHours) ?? 24
        scope.from = time.now() - .seconds(hours * 3600)
        var sessions = AppSessions()
        try await forEachPage(scope.query(stream)) { sessions.take($0) }
        var writer = JSONWriter(capacity: 256 + sessions.active.count * 160)
        writer.raw("{\"items\":[")
        for (index, session) in sessions.active.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{")
            writer.member("device_id", session.device)
            writer.comma()
            writer.member("app_identifier", session.app)
            if let name = session.name {
                writer.comma()
                writer.member("app_name", name)
            }
            writer.comma()
            writer.member("event_type", session.event)
            writer.comma()
            writer.member("since", session.since)
            writer.raw("}")
        }
        writer.raw("],\"next_cursor\":null}")
        return .json(writer)
    }

    private func forEachPage(_ query: ReadingQuery, _ body: (ReadingBatch) -> Void) async throws {
        var position: ReadingPosition?
        while true {
            let page = try await store.page(query, after: position, limit: Self.pageSize)
            body(page)
            guard page.count == Self.pageSize, let last = page.heads.last else { return }
            position = ReadingPosition(last)
        }
    }
}

extension CivilDate {
    /// `2026-11-21`
    var text: String {
        var bytes: [UInt8] = []
        Timestamp(microseconds: Int64(daysSince1970) * 86_400_000_000).append(to: &bytes)
        return String(decoding: bytes.prefix(10), as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ apps: [AppUsage.App]) {
        let total = apps.reduce(0) { $0 &+ $1.foregroundMilliseconds }
        raw("[")
        for (index, app) in apps.enumerated() {
            if index > 0 { comma() }
            raw("{")
            member("package_name", app.package)
            if let name = app.name {
                comma()
                member("app_name", name)
            }
            raw(",\"total_foreground_time_ms\":")
            write(app.foregroundMilliseconds)
            raw(",\"launch_count\":")
            write(app.launches)
            raw(",\"last_time_used\":")
            if let used = app.lastUsed { write(used.description) } else { writeNull() }
            raw(",\"share\":")
            write(total > 0 ? (Double(app.foregroundMilliseconds) / Double(total) * 1e6).rounded() / 1e6 : 0)
            raw("}")
        }
        raw("]")
    }
}
