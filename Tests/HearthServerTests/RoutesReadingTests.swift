import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthTesting
import NIOCore
import Testing

@testable import HearthServer

@Suite struct ReadingRouteTests {
    @Test func readingIsStoredOnceHoweverOftenItComes() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let body = home.heartrate(61, minute: 3)
            let first = try await home.post("/sensor/heartrate", body)
            #expect(first.status == 201)
            #expect(first.json["stream"] == "heartrate")
            #expect(first.json["received_at"]?.string == RoutesHousehold.now.description)
            #expect(first.json["duplicate"] == nil)
            let second = try await home.post("/sensor/heartrate", body)
            #expect(second.status == 200)
            #expect(second.json["id"] == first.json["id"])
            #expect(second.json["duplicate"] == true)
            // The one that counts came at another time.
            #expect(second.json["received_at"] == nil)
            #expect(try await home.get("/streams/heartrate").json["items"]?.array?.count == 1)
        }
    }

    @Test func whatIsMissingIsNamedByItsPlace() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let empty = try await home.post("/sensor/heartrate", "{}")
            #expect(empty.status == 422)
            #expect(empty.pointers.sorted() == ["/bpm", "/device_id", "/timestamp"])
            let batch = try await home.post("/sensor/batch", #"{"readings": 5}"#)
            #expect(batch.json["errors"]?[0]?["message"] == "must be a list of readings")
            for encoding in ["gzip", "zstd"] {
                let damaged = try await home.send(
                    .post, "/sensor/heartrate", body: Array("no archive".utf8), headers: [.contentEncoding: encoding])
                #expect(damaged.status == 400)
                #expect(damaged.pointers == [""])
            }
        }
    }

    @Test func forbiddenStreamOfABatchIsNamed() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let time = RoutesHousehold.time(minute: 1)
            let items: JSONValue = [
                ["stream": "heartrate", "timestamp": .string(time), "bpm": 60],
                ["type": "gps", "timestamp": .string(time), "latitude": 1, "longitude": 1],
                ["stream": "power", "timestamp": .string(time), "battery_level": 60],
            ]
            let answer = try await home.post("/sensor/batch", items, as: .phoneOnly("heartrate"))
            #expect(answer.status == 207)
            let rejected = answer.json["rejected"]?.array ?? []
            #expect(rejected.map { $0["errors"]?[0]?["pointer"]?.string } == ["/type", "/stream"])
        }
    }

    @Test(arguments: ["application/x-ndjson", "application/json", "application/msgpack"])
    func aBatchHasALimitInEveryFormat(_ type: String) async throws {
        var limits = IngestLimits()
        limits.batchItems = 3
        try await RoutesHousehold.with(limits: limits) { (home) async throws in
            for (count, status) in [(3, 200), (4, 413)] {
                let items = (0..<count).map { home.heartrate(60, minute: $0) }
                let body: [UInt8] =
                    switch type {
                    case "application/json": Array(JSONValue.array(items).text.utf8)
                    case "application/x-ndjson": Array((items.map(\.text).joined(separator: "\n") + "\n\n").utf8)
                    default: Self.messagePack(items)
                    }
                let answer = try await home.send(.post, "/sensor/heartrate", body: body, type: type)
                #expect(answer.status == status, "\(answer.text)")
            }
            #expect(try await home.get("/streams/heartrate").json["items"]?.array?.count == 3)
        }
    }

    private static func messagePack(_ items: [JSONValue]) -> [UInt8] {
        var writer = MessagePackWriter()
        for item in items { writer.write(item) }
        return writer.bytes
    }

    @Test func pathsMayBePercentEncoded() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.post("/streams/heart%72ate", home.heartrate(61, minute: 3)).status == 201)
            #expect(try await home.get("/streams/%68eartrate").json["items"]?.array?.count == 1)
            #expect(try await home.get("/schemas/heart%72ate").status == 200)
            #expect(try await home.get("/streams/heart%7").status == 400)
        }
    }

    @Test func clientIdIsWhatMakesAReadingTheSame() async throws {
        try await RoutesHousehold.with { (home) async throws in
            var body = home.heartrate(61, minute: 3)
            body.set("id", "reading-1")
            let first = try await home.post("/sensor/heartrate", body)
            body.set("timestamp", .string(RoutesHousehold.time(minute: 9)))
            let second = try await home.post("/sensor/heartrate", body)
            #expect(second.status == 200)
            #expect(second.json["id"] == first.json["id"])
        }
    }

    @Test(arguments: [
        ("2026-11-21T10:30:00Z", ["clock_skew"]), ("2026-11-01T10:00:00Z", ["late"]), ("2026-11-21T10:04:00Z", []),
    ])
    func unusualTimesAreFlagged(_ time: String, _ flags: [String]) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post(
                "/sensor/heartrate",
                ["device_id": .string(home.watch.id.description), "timestamp": .string(time), "bpm": 60])
            #expect(answer.status == 201)
            #expect(answer.json["flags"]?.array?.compactMap(\.string) ?? [] == flags)
            let stored = try await home.get("/streams/heartrate").json["items"]?[0]
            #expect(stored?["flags"]?.array?.compactMap(\.string) ?? [] == flags)
        }
    }

    @Test(arguments: [
        "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "0", "1e15", "\"soon\"", "{}",
    ])
    func unbelievableTimesAreRefused(_ time: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let value = time.contains("T") ? "\"\(time)\"" : time
            let answer = try await home.post(
                "/sensor/heartrate", "{\"device_id\":\"\(home.watch.id)\",\"bpm\":60,\"timestamp\":\(value)}")
            #expect(answer.status == 422)
            #expect(answer.pointers == ["/timestamp"])
        }
    }

    @Test func severalReadingsAreTakenOneByOne() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let good = home.heartrate(60, minute: 1)
            let answer = try await home.post(
                "/sensor/heartrate",
                .array([good, home.heartrate(900, minute: 2), good, "text", home.heartrate(61, minute: 4)]))
            #expect(answer.status == 207)
            #expect(answer.json["accepted"] == 2)
            #expect(answer.json["duplicates"] == 1)
            #expect(answer.json["duplicate_items"]?[0]?["index"] == 2)
            let rejected = try #require(answer.json["rejected"]?.array)
            #expect(rejected.map { $0["index"]?.int64 } == [1, 3])
            #expect(rejected[0]["errors"]?[0]?["pointer"] == "/bpm")
            #expect(rejected[0]["code"] == "invalid-value")
        }
    }

    @Test func mixedBatchNamesItsStreams() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let time = JSONValue.string(RoutesHousehold.time(minute: 1))
            let body: JSONValue = [
                "device_id": .string(home.phone.id.description),
                "readings": [
                    ["stream": "gps", "timestamp": time, "latitude": 52.5, "longitude": 13.4],
                    ["type": "heart_rate", "timestamp": time, "bpm": 60],
                    ["stream": "nothing", "timestamp": time],
                    ["timestamp": time, "x": 1],
                    ["stream": "gps", "timestamp": time, "latitude": 91, "longitude": "east"],
                ],
            ]
            let answer = try await home.post("/sensor/batch", body)
            #expect(answer.status == 207)
            #expect(answer.json["accepted"] == 2)
            #expect(answer.json["rejected"]?.array?.map { $0["index"]?.int64 } == [2, 3, 4])
            let pointers = answer.json["rejected"]?[2]?["errors"]?.array?.compactMap { $0["pointer"]?.string }
            #expect(Set(pointers ?? []) == ["/latitude", "/longitude"])
            #expect(try await home.get("/streams/gps").json["items"]?.array?.count == 1)
            #expect(try await home.get("/streams/heart_rate").json["items"]?.array?.count == 1)
        }
    }

    @Test func batchOfAllWrongReadingsStillListsThem() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/sensor/batch", "[{},5]")
            #expect(answer.status == 207)
            #expect(answer.json["accepted"] == 0)
            #expect(answer.json["rejected"]?.array?.count == 2)
        }
    }

    @Test func emptyBatchIsFine() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for body in ["[]", "{\"readings\":[]}"] {
                let answer = try await home.post("/sensor/batch", body)
                #expect(answer.status == 200)
                #expect(answer.json == ["accepted": 0, "duplicates": 0, "rejected": []])
            }
        }
    }

    @Test func linesAreTakenEachForItself() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let lines = [
                home.heartrate(60, minute: 1).text, "{\"bpm\":", home.heartrate(61, minute: 2).text,
                "{\"a\":1,\"a\":2}",
            ]
            let answer = try await home.post(
                "/streams/heartrate", lines.joined(separator: "\n") + "\n\n", type: "application/x-ndjson")
            #expect(answer.status == 207)
            #expect(answer.json["accepted"] == 2)
            #expect(answer.json["rejected"]?.array?.map { $0["index"]?.int64 } == [1, 3])
            #expect(answer.json["rejected"]?[0]?["code"] == "malformed-body")
        }
    }

    @Test func compressedBodiesAreInflated() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for (minute, coding) in [ContentCoding.gzip, .zstd].enumerated() {
                let text = home.heartrate(60, minute: minute).text
                let body = try Compressor(coding).compress(ByteBuffer(string: text), isLast: true)
                let answer = try await home.send(
                    .post, "/sensor/heartrate", body: Array(body.readableBytesView),
                    headers: [.contentEncoding: coding.rawValue])
                #expect(answer.status == 201)
            }
        }
    }

    @Test func brokenCompressionIsRefusedAndNothingStored() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let text = JSONValue.array((0..<200).map { home.heartrate(60, minute: $0) }).text
            let whole = Array(try Compressor(.gzip).compress(ByteBuffer(string: text), isLast: true).readableBytesView)
            let truncated = try await home.send(
                .post, "/sensor/heartrate", body: Array(whole.prefix(whole.count / 2)),
                headers: [.contentEncoding: "gzip"])
            #expect(truncated.status == 400)
            let garbage = try await home.send(
                .post, "/sensor/heartrate", body: Array(text.utf8), headers: [.contentEncoding: "gzip"])
            #expect(garbage.status == 400)
            let unknown = try await home.send(
                .post, "/sensor/heartrate", body: whole, headers: [.contentEncoding: "br"])
            #expect(unknown.status == 415)
            #expect(try await home.get("/streams/heartrate").json["items"]?.array?.count == 0)
        }
    }

    @Test func bombIsDefusedByRatioAndSize() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let zeros = ByteBuffer(repeating: UInt8(ascii: " "), count: 64 << 20)
            let bomb = Array(try Compressor(.gzip).compress(zeros, isLast: true).readableBytesView)
            let answer = try await home.send(.post, "/sensor/batch", body: bomb, headers: [.contentEncoding: "gzip"])
            #expect(answer.status == 413)
            #expect(answer.code == "too-large")
        }
    }

    @Test func bodyOverTheLimitIsRefused() async throws {
        var limits = IngestLimits()
        limits.bodyBytes = 1000
        try await RoutesHousehold.with(limits: limits) { (home) async throws in
            let answer = try await home.post("/sensor/batch", "[\(String(repeating: " ", count: 1000))]")
            #expect(answer.status == 413)
            #expect(try await home.post("/sensor/batch", "[]").status == 200)
        }
    }

    @Test func batchOfTooManyItemsIsRefusedWhole() async throws {
        var limits = IngestLimits()
        limits.batchItems = 3
        try await RoutesHousehold.with(limits: limits) { (home) async throws in
            let four = JSONValue.array((0..<4).map { home.heartrate(60, minute: $0) })
            #expect(try await home.post("/sensor/heartrate", four).status == 413)
            #expect(try await home.get("/streams/heartrate").json["items"]?.array?.count == 0)
        }
    }

    @Test(arguments: ["text/plain", "application/xml", "image/png", "multipart/form-data; boundary=x"])
    func otherMediaTypesAreRefused(_ type: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/sensor/heartrate", home.heartrate(60, minute: 1).text, type: type)
            #expect(answer.status == 415)
            #expect(answer.code == "unsupported-media-type")
        }
    }

    static let hostile: [(String, Int)] = [
        ("", 400), ("nul", 400), ("{\"bpm\":NaN}", 400), ("{\"bpm\":Infinity}", 400), ("{\"bpm\":1e400}", 400),
        ("{\"bpm\":-1e400}", 400), ("{\"bpm\":60,\"bpm\":61}", 400), ("{\"a\":\"\\ud834\"}", 400),
        ("{\"a\":\"\\udd1e\\ud834\"}", 400), ("{\"a\":\"\u{1}\"}", 400), ("{\"bpm\":60}garbage", 400), ("[[[[", 400),
        (String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), 400),
        (String(repeating: "{\"a\":", count: 10_000) + "1" + String(repeating: "}", count: 10_000), 400),
        ("null", 422), ("5", 422), ("\"text\"", 422), ("{}", 422), ("{\"bpm\":-0.0}", 422), ("{\"readings\":5}", 422),
        ("{\"readings\":[],\"device_id\":7}", 422),
    ]

    @Test(arguments: hostile)
    func hostileBodiesAreProblems(_ body: String, _ status: Int) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/sensor/heartrate", body)
            #expect(answer.status == status)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.json["detail"]?.string?.isEmpty == false)
            #expect(answer.pointers.isEmpty == false)
        }
    }

    @Test func brokenUTF8IsMalformed() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let body = Array("{\"source\":\"".utf8) + [0xc3, 0x28, 0xff] + Array("\"}".utf8)
            #expect(try await home.send(.post, "/sensor/heartrate", body: body).status == 400)
        }
    }

    @Test func messagePackIsRead() async throws {
        try await RoutesHousehold.with { (home) async throws in
            // {"device_id": …, "timestamp": 1795248000, "bpm": 60}
            var body: [UInt8] =
                [0x83, 0xa9] + Array("device_id".utf8) + [0xd9, 36] + Array(home.watch.id.description.utf8)
            body +=
                [0xa9] + Array("timestamp".utf8) + [0xce, 0x6b, 0x01, 0x4f, 0x00] + [0xa3] + Array("bpm".utf8) + [60]
            let answer = try await home.send(.post, "/sensor/heartrate", body: body, type: "application/msgpack")
            #expect(answer.status == 201)
            let cut = try await home.send(
                .post, "/sensor/heartrate", body: Array(body.dropLast(3)), type: "application/msgpack")
            #expect(cut.status == 400)
        }
    }

    @Test func everyShippedStreamTakesItsExampleAtItsPath() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for stream in home.dependencies.registry.all where stream.blobColumn == nil {
                var body = ReadingShape.example(stream)
                body.set("device_id", .string(home.phone.id.description))
                let path = stream.path ?? "/streams/\(stream.name)"
                #expect(try await home.post(path, body).status == 201, "\(path)")
                #expect(try await home.post("/streams/\(stream.name)", body).status == 200, "\(stream.name)")
                for alias in stream.aliases {
                    #expect(try await home.post("/streams/\(alias)", body).status == 200, "\(alias)")
                }
            }
        }
    }

    @Test func deviceTokenNeedsNoDeviceAndWritesNoOther() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let time = JSONValue.string(RoutesHousehold.time(minute: 1))
            let own: JSONValue = ["timestamp": time, "bpm": 60]
            let answer = try await home.post("/sensor/heartrate", own, as: .phone)
            #expect(answer.status == 201)
            let other: JSONValue = ["timestamp": time, "bpm": 60, "device_id": .string(home.watch.id.description)]
            #expect(try await home.post("/sensor/heartrate", other, as: .phone).pointers == ["/device_id"])
            #expect(try await home.post("/sensor/heartrate", own, as: .phoneOnly("gps")).status == 403)
            #expect(try await home.post("/sensor/heartrate", own, as: .phoneOnly("heartrate")).status == 200)
            #expect(try await home.post("/sensor/heartrate", own, as: .auditor).status != 201)
            #expect(try await home.post("/sensor/heartrate", own, as: .nobody).status == 401)
            #expect(try await home.post("/sensor/heartrate", home.heartrate(70, minute: 2), as: .member).status == 403)
        }
    }

    @Test func filesCannotBeClaimedByTheirDigest() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let reading: JSONValue = [
                "device_id": .string(home.phone.id.description), "timestamp": .string(RoutesHousehold.time(minute: 1)),
                "blob": .string(String(repeating: "a", count: 64)), "format": "jpeg", "stream": "image",
            ]
            #expect(try await home.post("/streams/image", reading).pointers == ["/blob"])
            let batch = try await home.post("/sensor/batch", .array([reading]))
            #expect(batch.json["rejected"]?[0]?["errors"]?[0]?["pointer"] == "/blob")
        }
    }

    @Test func unknownStreamIsNotFound() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.post("/streams/nothing", "{}").status == 404)
            #expect(try await home.get("/streams/nothing").status == 404)
            #expect(try await home.get("/streams/nothing/aggregate?bucket=1h").status == 404)
        }
    }

    @Test func fullDiskAndFullQueueAreSaid() async throws {
        try await RoutesHousehold.with { (home) async throws in
            await home.store.failAppends(with: [HearthError(.storageFull, "full", disposition: .retry)])
            #expect(try await home.post("/sensor/heartrate", home.heartrate(60, minute: 1)).status == 507)
            #expect(try await home.post("/sensor/heartrate", home.heartrate(60, minute: 1)).status == 201)
            await home.store.failAppends(
                with: [HearthError(.overloaded, "busy", disposition: .retry, retryAfter: .seconds(2))])
            let busy = try await home.post("/sensor/heartrate", home.heartrate(60, minute: 2))
            #expect(busy.status == 429)
            #expect(busy.headers[.retryAfter] == "2")
        }
    }
}
