import HTTPTypes
import HearthCore
import HearthStore
import Testing

@testable import HearthServer

@Suite struct TokenRouteTests {
    @Test func tokenIsShownOnceWorksAndEnds() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post(
                "/tokens", ["name": "Watch", "role": "device", "device_id": .string(home.watch.id.description)])
            #expect(made.status == 201)
            let token = try #require(made.json["token"]?.string)
            let id = try #require(made.json["id"]?.string)
            #expect(made.json["person_id"]?.string == home.ada.id.description)
            #expect(made.headers[.cacheControl] == "no-store")
            let reading: JSONValue = ["timestamp": .string(RoutesHousehold.time(minute: 1)), "bpm": 60]
            #expect(try await home.post("/sensor/heartrate", reading, as: .bearer(token)).status == 201)

            let listed = try await home.get("/tokens")
            #expect(listed.json["items"]?.array?.contains { $0["id"]?.string == id } == true)
            #expect(!listed.text.contains(token))
            #expect(!listed.text.contains("hash"))

            #expect(try await home.send(.delete, "/tokens/\(id)").status == 204)
            #expect(try await home.post("/sensor/heartrate", reading, as: .bearer(token)).status == 401)
            let rest = try await home.get("/tokens").json["items"]?.array
            #expect(rest?.contains { $0["id"]?.string == id } == false)
            let all = try await home.get("/tokens?include_revoked=true").json["items"]?.array
            #expect(all?.first { $0["id"]?.string == id }?["revoked_at"]?.string == RoutesHousehold.now.description)
        }
    }

    @Test(arguments: [
        (#"{}"#, ["/name", "/role"]), (#"{"name":"a","role":"king"}"#, ["/role"]),
        (#"{"name":"a","role":"device"}"#, ["/device_id"]),
        (#"{"name":"a","role":"member","streams":[]}"#, ["/streams"]),
        (#"{"name":"a","role":"member","streams":["gps","gps"]}"#, ["/streams"]),
        (#"{"name":"a","role":"member","streams":["nothing"]}"#, ["/streams"]),
        (#"{"name":"a","role":"member","expires_at":"2020-01-01T00:00:00Z"}"#, ["/expires_at"]),
        (#"{"name":"a","role":"member","expires_at":5}"#, ["/expires_at"]),
        (#"{"name":"a","role":"member","token":"mine"}"#, ["/token"]),
        (#"{"name":"a","role":"device","device_id":"01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60"}"#, ["/device_id"]),
    ])
    func wrongTokensAreRefusedByPointer(_ body: String, _ pointers: [String]) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/tokens", body)
            #expect(answer.status == 422)
            #expect(answer.pointers == pointers)
        }
    }

    @Test func nobodyGrantsMoreThanTheyHave() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.post("/tokens", ["name": "a", "role": "owner"], as: .member).status == 403)
            let forAda: JSONValue = ["name": "a", "role": "service", "person_id": .string(home.ada.id.description)]
            #expect(try await home.post("/tokens", forAda, as: .member).status == 403)
            let adasPhone: JSONValue = ["name": "a", "role": "device", "device_id": .string(home.phone.id.description)]
            #expect(try await home.post("/tokens", adasPhone, as: .member).status == 422)
            let own: JSONValue = ["name": "a", "role": "device", "device_id": .string(home.bensPhone.id.description)]
            #expect(try await home.post("/tokens", own, as: .member).status == 201)
            #expect(try await home.post("/tokens", ["name": "a", "role": "service"], as: .phone).status == 403)
        }
    }

    @Test func othersTokensDoNotExist() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post("/tokens", ["name": "mine", "role": "service"])
            let id = try #require(made.json["id"]?.string)
            #expect(try await home.send(.delete, "/tokens/\(id)", as: .member).status == 404)
            let names = try await home.get("/tokens", as: .member).json["items"]?.array?.compactMap {
                $0["name"]?.string
            }
            #expect(names == ["Ben"])
            #expect(try await home.get("/tokens?person_id=\(home.ada.id)", as: .member).status == 403)
            #expect(try await home.send(.delete, "/tokens/01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60").status == 404)
        }
    }

    @Test func streamsAreNamedAsTheRegistryDoes() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post(
                "/tokens", ["name": "a", "role": "service", "streams": ["hrv", "location"]])
            #expect(made.json["streams"] == ["gps", "heart_rate_variability"])
        }
    }
}
