import HTTPTypes
import HearthCore
import HearthStore
import Testing

@testable import HearthServer

@Suite struct AppUsageRouteTests {
    private func report(
        _ home: RoutesHousehold, at time: String, from: String, to: String, _ apps: [(String, Int64, Int64)]
    ) async throws {
        let body: JSONValue = [
            "device_id": .string(home.phone.id.description), "timestamp": .string(time),
            "aggregation_period_start": .string(from), "aggregation_period_end": .string(to),
            "app_usage_stats": .array(
                apps.map { app in
                    [
                        "package_name": .string(app.0), "app_name": .string("The " + app.0),
                        "total_foreground_time_ms": .integer(app.1), "launch_count": .integer(app.2),
                        "last_time_used": .string(to),
                    ]
                }),
        ]
        let answer = try await home.post("/system/apps/android/usage", body)
        try #require(answer.status == 201)
    }

    @Test func summaryAddsUpAndLaterReportsReplaceEarlierOnes() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await report(
                home, at: "2026-11-21T08:30:00Z", from: "2026-11-21T08:00:00Z", to: "2026-11-21T08:30:00Z",
                [("a", 500, 1)])
            // The same period, further on.
            try await report(
                home, at: "2026-11-21T09:00:00Z", from: "2026-11-21T08:00:00Z", to: "2026-11-21T09:00:00Z",
                [("a", 1000, 2), ("b", 3000, 1)])
            try await report(
                home, at: "2026-11-21T10:00:00Z", from: "2026-11-21T09:00:00Z", to: "2026-11-21T10:00:00Z",
                [("a", 4000, 5)])
            let answer = try await home.get("/system/apps/android/usage/summary")
            #expect(answer.json["total_foreground_time_ms"] == 8000)
            let items = try #require(answer.json["items"]?.array)
            #expect(items.map { $0["package_name"]?.string } == ["a", "b"])
            #expect(items[0]["total_foreground_time_ms"] == 5000)
            #expect(items[0]["launch_count"] == 7)
            #expect(items[0]["share"] == 0.625)
            #expect(items[0]["last_time_used"] == "2026-11-21T10:00:00Z")
            #expect(items[0]["app_name"] == "The a")
            let some = try await home.get("/system/apps/android/usage/summary?from=2026-11-21T09:30:00Z")
            #expect(some.json["total_foreground_time_ms"] == 4000)
            #expect(try await home.get("/system/apps/android/usage/summary", as: .member).json["items"] == [])
        }
    }

    @Test func daysAreLocal() async throws {
        try await RoutesHousehold.with { (home) async throws in
            // 22:30 to 23:00 UTC is still the 20th in Berlin (23:30); 23:00 to 23:30 is the 21st there.
            try await report(
                home, at: "2026-11-20T23:00:00Z", from: "2026-11-20T22:30:00Z", to: "2026-11-20T23:00:00Z",
                [("a", 100, 1)])
            try await report(
                home, at: "2026-11-20T23:30:00Z", from: "2026-11-20T23:00:00Z", to: "2026-11-20T23:30:00Z",
                [("a", 200, 1)])
            func days(_ query: String = "") async throws -> [String: Int64] {
                let items = try await home.get("/system/apps/android/usage/daily\(query)").json["items"]?.array ?? []
                return Dictionary(
                    uniqueKeysWithValues: items.map {
                        ($0["date"]?.string ?? "", $0["total_foreground_time_ms"]?.int64 ?? 0)
                    })
            }
            #expect(try await days() == ["2026-11-20": 100, "2026-11-21": 200])
            #expect(try await days("?tz=UTC") == ["2026-11-20": 300])
            #expect(try await days("?days=1") == ["2026-11-21": 200])
            #expect(try await days("?from=2026-11-20T00:00:00Z&to=2026-11-20T23:00:00Z") == ["2026-11-20": 100])
            #expect(try await home.get("/system/apps/android/usage/daily?days=0").status == 400)
            #expect(try await home.get("/system/apps/android/usage/daily?tz=x").status == 400)
        }
    }

    @Test func appsAreActiveUntilTheyGoAway() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let events: [(String, String, Int)] = [
                ("mail", "launch", 1), ("mail", "foreground", 2), ("map", "foreground", 3), ("map", "background", 4),
                ("game", "foreground", 5), ("game", "crash", 6), ("music", "background", 7), ("music", "foreground", 8),
            ]
            for (app, event, minute) in events {
                let body: JSONValue = [
                    "device_id": .string(home.phone.id.description),
                    "timestamp": .string(RoutesHousehold.time(minute: minute)), "app_identifier": .string(app),
                    "event_type": .string(event),
                ]
                #expect(try await home.post("/os-events/app-lifecycle", body).status == 201)
            }
            let items = try await home.get("/system/apps/android/sessions/active").json["items"]?.array ?? []
            #expect(items.map { $0["app_identifier"]?.string } == ["music", "mail"])
            #expect(items[0]["since"]?.string == RoutesHousehold.time(minute: 8))
            #expect(items[0]["device_id"]?.string == home.phone.id.description)
            let recent = try await home.get("/system/apps/android/sessions/active?hours=1").json["items"]?.array
            #expect(recent?.isEmpty == true)
        }
    }
}
