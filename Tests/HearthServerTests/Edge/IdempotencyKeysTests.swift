import HTTPTypes
import HearthCore
import HearthStore
import Testing

@testable import HearthServer

@Suite struct IdempotencyKeysTests {
    private func post(
        _ household: RoutesHousehold, _ body: String, key: String, as caller: RoutesHousehold.Caller = .owner
    ) async throws -> RoutesHousehold.Answer {
        try await household.send(
            .post, "/devices", as: caller, body: Array(body.utf8), headers: [.idempotencyKey: key])
    }

    @Test func theSecondRequestGetsTheFirstAnswer() async throws {
        try await RoutesHousehold.with { household in
            let body = "{\"name\":\"Tablet\",\"kind\":\"tablet\"}"
            let first = try await post(household, body, key: "k1")
            let second = try await post(household, body, key: "k1")
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(second.json == first.json)
            #expect(first.headers[.idempotencyReplayed] == nil)
            #expect(second.headers[.idempotencyReplayed] == "true")
            let other = try await post(household, body, key: "k2")
            #expect(other.json["id"] != first.json["id"])
            // Keys of one caller mean nothing to another.
            let member = try await post(household, body, key: "k1", as: .member)
            #expect(member.json["id"] != first.json["id"])
        }
    }

    @Test func aKeyBelongsToItsRequest() async throws {
        try await RoutesHousehold.with { household in
            _ = try await post(household, "{\"name\":\"A\",\"kind\":\"tablet\"}", key: "k")
            let reused = try await post(household, "{\"name\":\"B\",\"kind\":\"tablet\"}", key: "k")
            #expect(reused.status == 422)
            #expect(reused.code == "idempotency-key-reused")
        }
    }

    @Test func aNewTokenIsNeverKept() async throws {
        try await RoutesHousehold.with { household in
            let body = Array("{\"name\":\"Scraper\",\"role\":\"auditor\"}".utf8)
            let first = try await household.send(.post, "/tokens", body: body, headers: [.idempotencyKey: "k"])
            let second = try await household.send(.post, "/tokens", body: body, headers: [.idempotencyKey: "k"])
            #expect(first.status == 201)
            #expect(second.json["token"] != first.json["token"])
            #expect(second.headers[.idempotencyReplayed] == nil)
        }
    }

    @Test func aFailureIsNotKept() async throws {
        try await RoutesHousehold.with { household in
            let refused = try await post(household, "{\"kind\":\"tablet\"}", key: "k")
            #expect(refused.status >= 400)
            let taken = try await post(household, "{\"name\":\"A\",\"kind\":\"tablet\"}", key: "k")
            #expect(taken.status == 201)
        }
    }

    @Test(arguments: ["", " ", "a b", String(repeating: "a", count: 256), "\u{e4}"])
    func aBadKeyIsRefused(_ key: String) async throws {
        try await RoutesHousehold.with { household in
            let answer = try await post(household, "{\"name\":\"A\",\"kind\":\"tablet\"}", key: key)
            #expect(answer.status == 400)
        }
    }

    @Test func ofTwoAtOnceOneWaits() async throws {
        try await RoutesHousehold.with { household in
            let body = "{\"name\":\"A\",\"kind\":\"tablet\"}"
            let statuses = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let answer = try await post(household, body, key: "same")
                        return (answer.status, answer.code)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (status, code) in statuses {
                #expect(status == 201 || status == 409 && code == "idempotency-key-in-use")
            }
            let devices = try await household.get("/devices")
            #expect(devices.json["items"]?.array?.count { $0["kind"] == "tablet" } == 1)
        }
    }
}
