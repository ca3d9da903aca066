import HTTPTypes
import HearthCore
import HearthStore
import Testing

@testable import HearthServer

@Suite struct DeviceRouteTests {
    @Test func deviceIsRegisteredReadChangedRemovedAndRestored() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post(
                "/devices", ["name": "Tablet", "kind": "tablet", "metadata": ["color": "red"]])
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.string)
            #expect(made.json["deleted"] == false)
            #expect(made.json["platform"] == .null)
            #expect(made.json["metadata"] == ["color": "red"])
            #expect(try await home.get("/devices/\(id)").json == made.json)

            let changed = try await home.send(
                .patch, "/devices/\(id)", body: Array(#"{"name":"Old tablet","platform":"android"}"#.utf8))
            #expect(changed.json["name"] == "Old tablet")
            #expect(changed.json["kind"] == "tablet")
            #expect(changed.json["platform"] == "android")

            #expect(try await home.send(.delete, "/devices/\(id)").status == 204)
            #expect(try await home.send(.delete, "/devices/\(id)").status == 204)
            #expect(try await home.get("/devices/\(id)").json["deleted"] == true)
            func listed(_ query: String) async throws -> Bool {
                try await home.get("/devices\(query)").json["items"]?.array?.contains { $0["id"]?.string == id }
                    ?? false
            }
            #expect(try await listed("") == false)
            #expect(try await listed("?include_deleted=true"))

            let refused = try await home.post(
                "/sensor/heartrate",
                [
                    "device_id": .string(id), "timestamp": .string(RoutesHousehold.time(minute: 1)), "bpm": 60,
                ])
            #expect(refused.status == 422)
            #expect(refused.pointers == ["/device_id"])
            #expect(refused.json["detail"]?.string?.contains("removed") == true)

            #expect(try await home.send(.post, "/devices/\(id)/restore").json["deleted"] == false)
            #expect(try await home.send(.delete, "/devices/\(id)").status == 204)
            let back = try await home.send(.patch, "/devices/\(id)", body: Array(#"{"deleted":false}"#.utf8))
            #expect(back.json["deleted"] == false)
            #expect(try await listed(""))
        }
    }

    @Test(arguments: [
        (#"{}"#, ["/name", "/kind"]), (#"{"name":"","kind":"phone"}"#, ["/name"]),
        (#"{"name":"   ","kind":"phone"}"#, ["/name"]), (#"{"name":5,"kind":"phone"}"#, ["/name"]),
        (#"{"name":"a","kind":null}"#, ["/kind"]), (#"{"name":"a","kind":"phone","colour":1}"#, ["/colour"]),
        (#"{"name":"a\u0007","kind":"phone"}"#, ["/name"]),
        (#"{"name":"a","kind":"phone","metadata":[]}"#, ["/metadata"]),
        (#"{"name":"a","kind":"phone","id":"x"}"#, ["/id"]), (#"[]"#, [""]), (#""text""#, [""]),
        (#"{"name":"a","kind":"phone","a/b~c":1}"#, ["/a~1b~0c"]),
    ])
    func wrongDevicesAreRefusedByPointer(_ body: String, _ pointers: [String]) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/devices", body)
            #expect(answer.status == 422)
            #expect(answer.code == "invalid-value")
            #expect(answer.pointers == pointers)
        }
    }

    @Test(arguments: [
        (#"{"name":5}"#, "must be a string"), (#"{"name":""}"#, "must have 1 to 200 characters"),
        (#"{"name":null}"#, "must not be null"), (#"{"deleted":1}"#, "must be true or false"),
        ("[]", "must be an object"), (#"{"colour":1}"#, "is not known here"),
    ])
    func messagesSayWhatIsAskedFor(_ body: String, _ message: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.send(.patch, "/devices/\(home.phone.id)", body: Array(body.utf8))
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?[0]?["message"]?.string == message)
        }
    }

    @Test func namesAreCountedInCharactersNotBytes() async throws {
        try await RoutesHousehold.with { (home) async throws in
            func make(_ count: Int) async throws -> Int {
                try await home.post(
                    "/devices", ["name": .string(String(repeating: "ö", count: count)), "kind": "phone"]
                ).status
            }
            #expect(try await make(200) == 201)
            #expect(try await make(201) == 422)
        }
    }

    @Test(arguments: [
        "", "{", #"{"name":"a","name":"b","kind":"phone"}"#, #"{"name":"\ud800","kind":"phone"}"#, "NaN",
        "{\"a\":1e400}",
        String(repeating: "[", count: 10_000), "{} {}",
    ])
    func brokenBodiesAreMalformed(_ body: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/devices", body)
            #expect(answer.status == 400)
            #expect(answer.code == "malformed-body")
        }
    }

    @Test func bodyOfAnotherTypeOrSizeIsRefused() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.post("/devices", "<device/>", type: "text/xml").status == 415)
            let large = #"{"name":"\#(String(repeating: "a", count: 300_000))","kind":"phone"}"#
            #expect(try await home.post("/devices", large).status == 413)
        }
    }

    @Test func registeringAgainWithAnIdIsOneDevice() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let body: JSONValue = ["id": "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60", "name": "Clock", "kind": "sensor"]
            #expect(try await home.post("/devices", body).status == 201)
            let again = try await home.post("/devices", body)
            #expect(again.status == 200)
            #expect(again.json["id"] == body["id"])
            let other = try await home.post(
                "/devices", ["id": "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60", "name": "Another", "kind": "sensor"])
            #expect(other.status == 409)
            #expect(other.pointers == ["/id"])
            let count = try await home.get("/devices").json["items"]?.array?.filter { $0["name"] == "Clock" }.count
            #expect(count == 1)
        }
    }

    @Test func othersDevicesDoNotExist() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.get("/devices/\(home.phone.id)", as: .member).status == 404)
            #expect(try await home.send(.delete, "/devices/\(home.phone.id)", as: .member).status == 404)
            let names = try await home.get("/devices", as: .member).json["items"]?.array?.compactMap {
                $0["name"]?.string
            }
            #expect(names == ["Ben's phone"])
            #expect(try await home.get("/devices?person_id=\(home.ada.id)", as: .member).status == 403)
            #expect(try await home.get("/devices?person_id=\(home.ben.id)").json["items"]?.array?.count == 1)
        }
    }

    @Test func whoMayNotIsToldSo() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.get("/devices", as: .nobody).status == 401)
            #expect(try await home.get("/devices", as: .phone).status == 403)
            #expect(try await home.post("/devices", ["name": "a", "kind": "b"], as: .auditor).status == 403)
        }
    }

    @Test func listGoesOnWhereAPageEnds() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for index in 0..<5 {
                _ = try await home.post("/devices", ["name": .string("D\(index)"), "kind": "sensor"])
            }
            var names: [String] = []
            var path = "/devices?limit=3"
            var pages = 0
            while pages < 10 {
                let page = try await home.get(path)
                names += page.json["items"]?.array?.compactMap { $0["name"]?.string } ?? []
                pages += 1
                guard let cursor = page.json["next_cursor"]?.string else { break }
                path = "/devices?limit=3&cursor=\(cursor)"
            }
            #expect(pages == 3)
            #expect(Set(names) == ["Phone", "Watch", "D0", "D1", "D2", "D3", "D4"])
            #expect(names.count == 7)
            #expect(try await home.get("/devices?cursor=01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60").status == 400)
            #expect(try await home.get("/devices?limit=0").status == 400)
        }
    }

    @Test func misspeltParametersAreNamed() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.get("/devices?include_delete=true")
            #expect(answer.status == 400)
            #expect(answer.pointers == ["?include_delete"])
            #expect(answer.json["hint"]?.string?.contains("include_deleted") == true)
        }
    }

    @Test(arguments: ["x", "00000000-0000-0000-0000-00000000000g", "../etc", "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60"])
    func idsThatNameNothingAreNotFoundOrMalformed(_ id: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let status = try await home.get("/devices/\(id)").status
            #expect(status == 404 || status == 400)
        }
    }

    @Test func activitySaysWhoSentWhatAndWhen() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for minute in 0..<3 {
                #expect(try await home.post("/sensor/heartrate", home.heartrate(60, minute: minute)).status == 201)
            }
            let answer = try await home.get("/devices/activity")
            let items = try #require(answer.json["items"]?.array)
            #expect(items.map { $0["name"]?.string } == ["Watch", "Phone"])
            #expect(items[0]["readings"] == 3)
            #expect(items[0]["first_seen"]?.string == RoutesHousehold.time(minute: 0))
            #expect(items[0]["last_seen"]?.string == RoutesHousehold.time(minute: 2))
            #expect(items[0]["last_received_at"]?.string == RoutesHousehold.now.description)
            #expect(items[0]["streams"]?[0]?["stream"] == "heartrate")
            #expect(items[1]["last_seen"] == .null)
            let one = try await home.get("/devices/activity?device_id=\(home.phone.id)")
            #expect(one.json["items"]?.array?.count == 1)
        }
    }
}
