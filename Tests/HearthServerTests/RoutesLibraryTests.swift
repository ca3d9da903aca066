import HearthCore
import Hummingbird
import HummingbirdTesting
import Testing

/// Documents, search and questions through the router, on the library in memory and without a model.
@Suite struct LibraryRouteTests {
    private static let boat: JSONValue = [
        "title": "Boat", "text": "Grüße! The boat is free on the first weekend of May. The harbour fee is 12 euros.",
        "timestamp": "2026-04-02T10:00:00Z",
    ]

    @Test func aTextBecomesADocumentThatIsFoundAndRead() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let added = try await home.post("/documents", Self.boat)
            #expect(added.status == 201)
            let id = try #require(added.json["id"]?.string)
            #expect(added.json["passages"] == 1)
            let again = try await home.post("/documents", Self.boat)
            #expect(again.status == 200)
            #expect(again.json["documents"]?.array?.first?["change"] == "unchanged")

            let document = try await home.get("/documents/\(id)").json
            let text = Array((document["text"]?.string ?? "").unicodeScalars)
            let passage = try #require(document["passages"]?.array?.first)
            let range = Int(passage["start"]?.int64 ?? -1)..<Int(passage["end"]?.int64 ?? -1)
            #expect(String(String.UnicodeScalarView(text[range])) == passage["text"]?.string)

            let list = try await home.get("/documents?kind=note&from=2026-04-01T00:00:00Z").json
            #expect(list["total"] == 1)
            #expect(try await home.get("/documents?to=2026-04-01T00:00:00Z").json["total"] == 0)

            let found = try await home.get("/search?q=harbour%20fees&k=3").json
            #expect(found["mode"] == "text")
            #expect(found["hits"]?.array?.first?["document_id"]?.string == id)

            #expect(try await home.send(.delete, "/documents/\(id)").status == 204)
            #expect(try await home.get("/documents/\(id)").status == 404)
            #expect(try await home.get("/search?q=harbour").json["hits"]?.array?.isEmpty == true)
        }
    }

    @Test func anAnswerQuotesExactlyWhatItCites() async throws {
        try await RoutesHousehold.with { (home) async throws in
            _ = try await home.post("/documents", Self.boat)
            let answer = try await home.post("/chat", ["query": "How much is the harbour fee?"]).json
            #expect(answer["answered"] == true)
            let citation = try #require(answer["citations"]?.array?.first)
            let document = try await home.get("/documents/\(citation["document_id"]?.string ?? "")").json
            let passage = try #require(
                document["passages"]?.array?.first { $0["id"] == citation["passage_id"] }?["text"]?.string)
            let points = Array(passage.unicodeScalars)
            let range = Int(citation["start"]?.int64 ?? -1)..<Int(citation["end"]?.int64 ?? -1)
            #expect(String(String.UnicodeScalarView(points[range])) == citation["quote"]?.string)

            let session = try #require(answer["session"]?.string)
            let turns = try await home.get("/chat/sessions/\(session)").json["turns"]?.array
            let turn = try #require(turns?.first)
            #expect(turn["query"] == "How much is the harbour fee?")
            for member in Self.answerMembers { #expect(turn[member] == answer[member], "\(member)") }
            #expect(try await home.get("/chat/sessions").json["items"]?.array?.count == 1)
        }
    }

    /// What an answer has, whether it was just given or is read again.
    private static let answerMembers = [
        "answer", "confidence", "answered", "cite_ids", "citations", "nearest", "author", "notice", "session",
        "turn_id",
    ]

    @Test func whatIsNotStoredIsNotKnown() async throws {
        try await RoutesHousehold.with { (home) async throws in
            _ = try await home.post("/documents", Self.boat)
            let answer = try await home.post("/chat", ["query": "Which planet has the largest harbour?"]).json
            #expect(answer["answered"] == false)
            #expect(answer["citations"]?.array?.isEmpty == true)
            #expect(try await home.get("/gaps").json["items"]?.array?.first?["count"] == 1)
            #expect(answer["nearest"]?.array?.isEmpty == false)
            let session = try #require(answer["session"]?.string)
            let turn = try #require(try await home.get("/chat/sessions/\(session)").json["turns"]?.array?.first)
            for member in Self.answerMembers { #expect(turn[member] == answer[member], "\(member)") }
        }
    }

    @Test(arguments: [
        ("{}", "/text"), (#"{"text": " "}"#, "/text"), (#"{"text": "a", "html": "b"}"#, "/html"),
        (#"{"text": "a", "titel": "b"}"#, "/titel"), (#"{"text": 7}"#, "/text"),
    ])
    func aWrongDocumentIsRefusedWithItsPlace(_ body: String, _ pointer: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.post("/documents", try JSONValue(parsing: Array(body.utf8)))
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.array?.first?["pointer"]?.string == pointer)
            #expect(try await home.get("/documents").json["total"] == 0)
        }
    }

    @Test(arguments: [
        "javascript:alert(1)", "JavaScript://example.org/%0aalert(1)", "data:text/html,hello", "file:///etc/passwd",
        "//example.org/a", "example.org", "http:example.org", "http://", "https://:80/", "https://user@/",
        "http://a b/", "mailto:ada@example.org", "https://example.org/\u{85}",
    ])
    func onlyTheWebIsAPlaceToOpen(_ address: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let member = try await home.post("/documents", ["text": "The boat is free.", "url": .string(address)])
            #expect(member.status == 422)
            #expect(member.code == "invalid-value")
            #expect(member.pointers == ["/url"])
            let encoded = address.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let parameter = try await home.post("/documents?url=\(encoded)", "The boat is free.", type: "text/plain")
            #expect(parameter.status == 422)
            #expect(parameter.code == "invalid-value")
            #expect(parameter.pointers == ["?url"])
            #expect(try await home.get("/documents").json["total"] == 0)
        }
    }

    @Test func aTextOverTheLimitIsRefusedWithItsSize() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let text = String(repeating: "The boat lies in the harbour. ", count: 300_000)
            let answer = try await home.post("/documents", ["text": .string(text)])
            #expect(answer.status == 413)
            #expect(answer.code == "too-large")
            #expect(answer.json["detail"]?.string?.contains("9000000 bytes") == true)
            #expect(try await home.get("/documents").json["total"] == 0)
        }
    }

    @Test(arguments: ["https://example.org", "HTTP://[::1]:8080/a?b#c", "http://münchen.example/straße"])
    func placesOfTheWebAreKept(_ address: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post("/documents", ["text": "The boat is free.", "url": .string(address)])
            let id = try #require(made.json["id"]?.string)
            #expect(try await home.get("/documents/\(id)").json["source"]?["url"]?.string == address)
        }
    }

    @Test func whatWasCitedOnceCanAlwaysBeOpened() async throws {
        try await RoutesHousehold.with { (home) async throws in
            func put(_ text: String) async throws -> String {
                try #require(
                    try await home.post("/documents", ["text": .string(text), "source": "notes", "key": "boat"])
                        .json["id"]?.string)
            }
            let id = try await put("The harbour fee is 12 euros.")
            let first = try await home.get("/documents/\(id)").json
            #expect(first["version"] == 1 && first["current_version"] == 1)
            let passage = try #require(first["passages"]?[0]?["id"]?.string)
            #expect(try await put("The harbour fee is 15 euros now.") == id)

            let cited = try await home.get("/documents/\(id)?passage=\(passage)").json
            #expect(cited["text"]?.string == "The harbour fee is 12 euros.")
            #expect(cited["passages"]?[0]?["id"]?.string == passage)
            #expect(cited["version"] == 1 && cited["current_version"] == 2)
            #expect(try await home.get("/documents/\(id)?version=1").json == cited)
            let current = try await home.get("/documents/\(id)").json
            #expect(current["version"] == 2 && current["passages"]?[0]?["id"]?.string != passage)

            #expect(try await home.get("/documents/\(id)?version=3").status == 404)
            #expect(try await home.get("/documents/\(id)?version=2&passage=\(passage)").status == 400)
            #expect(try await home.get("/documents/\(id)?passage=\(id)").status == 404)
            #expect(try await home.get("/documents/\(id)?passage=\(passage)", as: .member).status == 404)
        }
    }

    @Test(arguments: ["/search", "/search?q=%20", "/search?q=a&mode=magic", "/search?q=a&k=0", "/documents?kind=poem"])
    func aWrongQueryIsRefused(_ path: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.get(path).status == 400)
        }
    }

    @Test func devicesAndStrangersSeeNoDocuments() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let id = try #require(try await home.post("/documents", Self.boat).json["id"]?.string)
            for path in ["/documents", "/documents/\(id)", "/search?q=boat", "/chat/sessions", "/gaps"] {
                #expect(try await home.get(path, as: .phone).status == 403, "\(path)")
                #expect(try await home.get(path, as: .nobody).status == 401, "\(path)")
            }
            #expect(try await home.get("/documents", as: .member).json["total"] == 0)
            #expect(try await home.get("/documents/\(id)", as: .member).status == 404)
        }
    }

    @Test func aTimelineTellsOfItsDays() async throws {
        try await RoutesHousehold.with { (home) async throws in
            _ = try await home.post("/documents", Self.boat)
            let day = try await home.get("/timeline?from=2026-04-02T00:00:00Z&to=2026-04-03T00:00:00Z").json
            #expect(day["documents"]?.array?.count == 1)
            let other = try await home.get("/timeline?from=2026-05-02T00:00:00Z&to=2026-05-03T00:00:00Z").json
            #expect(other["documents"]?.array?.isEmpty == true)
            #expect(other["nearest"]?.string?.hasPrefix("2026-04-02") == true)
            #expect(try await home.get("/timeline?from=2026-04-02T00:00:00Z").status == 400)
        }
    }
}
