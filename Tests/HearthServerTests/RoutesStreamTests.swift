import HTTPTypes
import HearthCore
import HearthSchema
import HearthStore
import Testing

@testable import HearthServer

@Suite struct StreamRouteTests {
    /// Sends heart rates of minutes 0 to `count` - 1.
    private func fill(_ home: RoutesHousehold, _ count: Int) async throws {
        let readings = JSONValue.array((0..<count).map { home.heartrate(60 + Double($0) / 4, minute: $0) })
        let answer = try await home.post("/sensor/heartrate", readings)
        try #require(answer.status == 200)
    }

    @Test func newestComesFirstAndPagesMeet() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home, 25)
            var seen: [String] = []
            var path: String? = "/streams/heartrate?limit=10"
            var pages = 0
            while let current = path, pages < 10 {
                let page = try await home.get(current)
                #expect(page.status == 200)
                seen += page.json["items"]?.array?.compactMap { $0["timestamp"]?.string } ?? []
                path = page.json["next_cursor"]?.string.map { "/streams/heartrate?limit=10&cursor=\($0)" }
                pages += 1
            }
            #expect(pages == 3)
            #expect(seen == (0..<25).reversed().map { RoutesHousehold.time(minute: $0) })
            let exact = try await home.get("/streams/heartrate?limit=25")
            #expect(exact.json["next_cursor"] == .null)
            let oldest = try await home.get("/streams/heartrate?order=asc&limit=1")
            #expect(oldest.json["items"]?[0]?["timestamp"]?.string == RoutesHousehold.time(minute: 0))
        }
    }

    @Test func rangeIsHalfOpen() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home, 10)
            let from = RoutesHousehold.time(minute: 2)
            let to = RoutesHousehold.time(minute: 5)
            let answer = try await home.get("/streams/heartrate?from=\(from)&to=\(to)&order=asc")
            let minutes = (2..<5).map { RoutesHousehold.time(minute: $0) }
            #expect(answer.json["items"]?.array?.compactMap { $0["timestamp"]?.string } == minutes)
            let offset = try await home.get("/streams/heartrate?from=2026-11-21T09:09:00%2B01:00")
            #expect(offset.json["items"]?.array?.count == 1)
            let epoch = try await home.get("/streams/heartrate?from=1795248540")
            #expect(epoch.json["items"]?.array?.count == 1)
        }
    }

    @Test func everythingSentComesBack() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let sent: JSONValue = [
                "device_id": .string(home.phone.id.description), "timestamp": "2026-11-21T08:00:00.123456Z",
                "sensor_type": "a \"quoted\" \\ name\u{1F600}", "value": ["x": [1, 2.5, nil, true]], "unit": "m/s²",
                "accuracy": 1e-9, "extra_text": "line\nbreak\ttab", "received_at": "mine", "flags": [1], "zero": 0,
                "deep": ["a": ["b": "}],\""]],
            ]
            #expect(try await home.post("/sensor/generic", sent).status == 201)
            let page = try await home.get("/streams/generic")
            let item = try #require(page.json["items"]?[0])
            for name in [
                "sensor_type", "value", "unit", "accuracy", "extra_text", "zero", "deep", "timestamp", "device_id",
            ] {
                #expect(item[name] == sent[name], "\(name)")
            }
            // What Hearth itself says keeps its name.
            #expect(item["received_at"]?.string == RoutesHousehold.now.description)
            #expect(item["_received_at"] == "mine")
            #expect(item["_flags"] == [1])
            let id = try #require(item["id"]?.string)
            #expect(try await home.get("/streams/generic/\(id)").json == item)
            #expect(try await home.get("/streams/generic?format=ndjson").lines == [item])
        }
    }

    @Test func booleansStayBooleans() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let stream = try #require(home.dependencies.registry["power"])
            var sent = ReadingShape.example(stream)
            sent.set("device_id", .string(home.phone.id.description))
            #expect(try await home.post("/sensor/power", sent).status == 201)
            let item = try #require(try await home.get("/streams/power").json["items"]?[0])
            for field in stream.fields where field.type == .boolean { #expect(item[field.name] == sent[field.name]) }
        }
    }

    @Test(arguments: [nil, "application/x-ndjson"] as [String?])
    func linesHoldTheWholeRange(_ accept: String?) async throws {
        try await RoutesHousehold.with { (home) async throws in
            for start in stride(from: 0, to: 110, by: 10) {
                let batch = JSONValue.array(
                    (0..<1000).map { index in
                        [
                            "device_id": .string(home.phone.id.description),
                            "timestamp": .integer(1_795_240_000_000 + Int64(start * 100 + index)),
                            "x": .real(Double(index) / 3),
                            "y": -0.5, "z": 9.81,
                        ]
                    })
                #expect(try await home.post("/sensor/accelerometer", batch).status == 200)
            }
            let path =
                accept == nil ? "/streams/accelerometer?format=ndjson&order=asc" : "/streams/accelerometer?order=asc"
            let answer = try await home.get(path, accept: accept)
            #expect(answer.headers[.contentType] == "application/x-ndjson")
            let lines = answer.lines
            #expect(lines.count == 11_000)
            #expect(lines.first?["timestamp"] == "2026-11-21T05:46:40Z")
            #expect(lines.last?["timestamp"] == "2026-11-21T05:46:50.999Z")
            #expect(lines[1]["x"] == .real(1.0 / 3))
            #expect(Set(lines.map { $0["id"] }).count == 11_000)
            let few = try await home.get("/streams/accelerometer?format=ndjson&limit=5000")
            #expect(few.lines.count == 5000)
        }
    }

    @Test func tableQuotesWhatNeedsIt() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let time = JSONValue.string(RoutesHousehold.time(minute: 1))
            let sent: JSONValue = [
                "device_id": .string(home.phone.id.description), "timestamp": time, "sensor_type": "a,\"b\"\r\nc",
                "value": [1, 2], "unit": "plain", "more": "x",
            ]
            #expect(try await home.post("/sensor/generic", sent).status == 201)
            let answer = try await home.get("/streams/generic", accept: "text/csv")
            #expect(answer.headers[.contentType]?.hasPrefix("text/csv") == true)
            let text = answer.text
            #expect(
                text.hasPrefix(
                    "id,device_id,timestamp,received_at,flags,sensor_type,value,unit,accuracy,metadata,extra\r\n"))
            #expect(text.contains(",,\"a,\"\"b\"\"\r\nc\",\"[1,2]\",plain,,,\"{\"\"more\"\":\"\"x\"\"}\"\r\n"))
            #expect(try await home.get("/streams/generic?format=csv").text == text)
        }
    }

    @Test(arguments: [
        "limit=0", "limit=10001", "limit=x", "from=yesterday", "to=x", "order=up", "format=xml", "cursor=zzz",
        "device_id=x",
        "from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z", "devise=1",
    ])
    func wrongParametersAreNamed(_ query: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.get("/streams/heartrate?\(query)")
            #expect(answer.status == 400)
            #expect(answer.pointers.first?.hasPrefix("?") == true)
        }
    }

    @Test func othersReadingsAreOutOfReach() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post("/sensor/heartrate", home.heartrate(60, minute: 1))
            let id = try #require(made.json["id"]?.string)
            #expect(try await home.get("/streams/heartrate", as: .member).json["items"] == [])
            #expect(try await home.get("/streams/heartrate/\(id)", as: .member).status == 404)
            #expect(try await home.get("/streams/heartrate?person_id=\(home.ada.id)", as: .member).status == 403)
            #expect(try await home.get("/streams/heartrate?device_id=\(home.watch.id)", as: .member).status == 404)
            #expect(try await home.get("/streams/heartrate?person_id=\(home.ben.id)").json["items"] == [])
            #expect(try await home.get("/streams/heartrate", as: .phone).json["items"] == [])
            #expect(try await home.get("/streams/heartrate/\(id)", as: .phone).status == 404)
            #expect(try await home.get("/streams/heartrate?device_id=\(home.watch.id)", as: .phone).status == 404)
            #expect(try await home.get("/streams/heartrate", as: .phoneOnly("gps")).status == 403)
            #expect(try await home.get("/streams/heartrate", as: .auditor).status == 403)
            #expect(try await home.get("/streams/heartrate").json["items"]?.array?.count == 1)
        }
    }

    @Test func devicesCanBeChosen() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home, 3)
            let time = JSONValue.string(RoutesHousehold.time(minute: 1))
            #expect(try await home.post("/sensor/heartrate", ["timestamp": time, "bpm": 99], as: .phone).status == 201)
            func count(_ query: String) async throws -> Int? {
                try await home.get("/streams/heartrate?\(query)").json["items"]?.array?.count
            }
            #expect(try await count("device_id=\(home.watch.id)") == 3)
            #expect(try await count("device_id=\(home.watch.id),\(home.phone.id)") == 4)
            #expect(try await count("device_id=\(home.watch.id)&device_id=\(home.phone.id)") == 4)
            #expect(try await home.get("/streams/heartrate?device_id=\(home.bensPhone.id)").json["items"] == [])
            let mixed = try await home.get("/streams/heartrate?device_id=\(home.bensPhone.id),\(home.phone.id)")
            #expect(mixed.status == 400)
        }
    }

    @Test func registryTellsWhatIsThere() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home, 4)
            let answer = try await home.get("/streams")
            let items = try #require(answer.json["items"]?.array)
            #expect(items.count == home.dependencies.registry.all.count)
            let heartrate = try #require(items.first { $0["stream"] == "heartrate" })
            #expect(heartrate["count"] == 4)
            #expect(heartrate["devices"] == 1)
            #expect(heartrate["path"] == "/sensor/heartrate")
            #expect(heartrate["retention_days"] == 90)
            #expect(heartrate["first"]?.string == RoutesHousehold.time(minute: 0))
            #expect(heartrate["last"]?.string == RoutesHousehold.time(minute: 3))
            let forMember = try await home.get("/streams", as: .member).json["items"]?.array
            #expect(forMember?.first { $0["stream"] == "heartrate" }?["count"] == 0)
            let forPhone = try await home.get("/streams", as: .phone).json["items"]?.array
            #expect(forPhone?.first { $0["stream"] == "heartrate" }?["count"] == 0)
            #expect(try await home.get("/streams", as: .auditor).status == 403)
        }
    }

    @Test(arguments: ["x", "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60", "01948f0e-7c3a-4d21-9b6f-3f1d2a4c5e60"])
    func readingThatIsNotThereIsNotFound(_ id: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let status = try await home.get("/streams/heartrate/\(id)").status
            #expect(status == 404 || id == "x" && status == 400)
        }
    }
}
