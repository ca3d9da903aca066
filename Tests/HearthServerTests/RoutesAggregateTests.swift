import HearthCore
import HearthStore
import Testing

@testable import HearthServer

@Suite struct AggregateRouteTests {
    @Test func functionsAreWhatTheySay() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let readings = [60.0, 62, 70, 50].enumerated().map { home.heartrate($1, minute: $0 * 30) }
            #expect(try await home.post("/sensor/heartrate", .array(readings)).status == 200)
            let answer = try await home.get(
                "/streams/heartrate/aggregate?bucket=1h&field=bpm,confidence&fn=avg,min,max,count,sum,first,last")
            #expect(answer.status == 200)
            let items = try #require(answer.json["items"]?.array)
            #expect(items.count == 2)
            #expect(items[0]["start"]?.string == RoutesHousehold.time(minute: 0))
            #expect(items[0]["readings"] == 2)
            #expect(
                items[0]["bpm"] == ["avg": 61, "min": 60, "max": 62, "count": 2, "sum": 122, "first": 60, "last": 62])
            #expect(
                items[1]["confidence"]
                    == ["avg": nil, "min": nil, "max": nil, "count": 0, "sum": 0, "first": nil, "last": nil])
            let whole = try await home.get("/streams/heartrate/aggregate?bucket=all&field=bpm")
            #expect(whole.json["items"]?[0]?["bpm"] == ["avg": 60.5, "min": 50, "max": 70, "count": 4])
        }
    }

    @Test func daysFollowTheZone() async throws {
        try await RoutesHousehold.with { (home) async throws in
            // 22:30 and 23:30 UTC: one evening in UTC, two days in Berlin.
            for time in ["2026-11-20T22:30:00Z", "2026-11-20T23:30:00Z"] {
                let body: JSONValue = [
                    "device_id": .string(home.watch.id.description), "timestamp": .string(time), "bpm": 60,
                ]
                #expect(try await home.post("/sensor/heartrate", body).status == 201)
            }
            func starts(_ query: String) async throws -> [String] {
                let answer = try await home.get("/streams/heartrate/aggregate?field=bpm&\(query)")
                return answer.json["items"]?.array?.compactMap { $0["start"]?.string } ?? []
            }
            #expect(try await starts("bucket=1d") == ["2026-11-20T00:00:00+01:00", "2026-11-21T00:00:00+01:00"])
            #expect(try await starts("bucket=1d&tz=UTC") == ["2026-11-20T00:00:00Z"])
            #expect(try await starts("bucket=1w") == ["2026-11-16T00:00:00+01:00"])
            #expect(try await starts("bucket=1mo&tz=America/New_York") == ["2026-11-01T00:00:00-04:00"])
            #expect(try await starts("bucket=30m") == ["2026-11-20T22:30:00Z", "2026-11-20T23:30:00Z"])
        }
    }

    @Test(arguments: [
        ("field=bpm", "?bucket"), ("bucket=0s", "?bucket"), ("bucket=5", "?bucket"), ("bucket=h", "?bucket"),
        ("bucket=2d", "?bucket"), ("bucket=999999999999h", "?bucket"), ("bucket=1h&field=pulse", "?field"),
        ("bucket=1h&field=source", "?field"), ("bucket=1h&fn=median", "?fn"), ("bucket=1d&tz=Mars/Base", "?tz"),
    ])
    func wrongQuestionsAreAnsweredPrecisely(_ query: String, _ pointer: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.get("/streams/heartrate/aggregate?\(query)")
            #expect(answer.status == 400)
            #expect(answer.pointers == [pointer])
        }
    }

    @Test func unknownFieldIsToldWhichThereAre() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.get("/streams/heartrate/aggregate?bucket=1h&field=pulse")
            #expect(answer.json["hint"]?.string?.contains("bpm, confidence") == true)
        }
    }

    @Test func othersNumbersAreNotCounted() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.post("/sensor/heartrate", home.heartrate(60, minute: 1)).status == 201)
            #expect(try await home.get("/streams/heartrate/aggregate?bucket=1h", as: .member).json["items"] == [])
            #expect(try await home.get("/streams/heartrate/aggregate?bucket=1h", as: .phone).json["items"] == [])
        }
    }

    @Test func widthsAreParsed() throws {
        #expect(try BucketWidth.parse("30s", timeZone: "UTC") == .fixed(microseconds: 30_000_000))
        #expect(try BucketWidth.parse("250ms", timeZone: "UTC") == .fixed(microseconds: 250_000))
        #expect(try BucketWidth.parse("1mo", timeZone: "Asia/Tokyo") == .months(timeZone: "Asia/Tokyo"))
        #expect(throws: HearthError.self) { try BucketWidth.parse("١h", timeZone: "UTC") }
    }
}
