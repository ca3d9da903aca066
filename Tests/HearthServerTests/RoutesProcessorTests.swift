import HTTPTypes
import HearthCore
import HearthIngest
import HearthPipeline
import HearthStore
import Synchronization
import Testing

@testable import HearthServer

/// A board with one processor that writes down what was asked of it.
private final class NotedBoard: ProcessorBoard {
    static let letter = DeadLetter(
        id: UniqueID(high: 0x7000, low: 1 << 63 | 5), processor: "hear", stream: "audio",
        reading: RecordID(timestamp: RoutesHousehold.now, digest: 7), person: UniqueID(high: 0x7000, low: 1 << 63),
        device: UniqueID(high: 0x7000, low: 1 << 63 | 1), code: .invalidValue, message: "It is torn.", attempts: 3,
        firstFailedAt: RoutesHousehold.now, lastFailedAt: RoutesHousehold.now)

    let asked = Mutex<[String]>([])
    let counts = [(processor: "hear", counts: ProcessorCounts())]

    private func check(_ name: String) throws {
        if name != "hear" { throw HearthError(.notFound, "There is no processor \(name).") }
    }

    func overviews() async throws -> [ProcessorOverview] { [try await overview(of: "hear")] }

    func overview(of processor: String) async throws -> ProcessorOverview {
        try check(processor)
        return ProcessorOverview(
            name: "hear", summary: "Hears", inputs: [.init(stream: "audio", cursor: "5", lag: 2)], outputs: ["words"],
            state: .retrying, lag: .seconds(90), isLagCut: false, rate: 0.5, worked: 10, failed: 1, failedSteps: 4,
            deadLetters: 1, lastError: .init(code: .invalidValue, message: "It is torn.", at: RoutesHousehold.now),
            run: nil)
    }

    func run(_ processor: String, from time: Timestamp?) async throws -> ProcessorOverview {
        asked.withLock { $0.append("run from \(time.map(\.description) ?? "now")") }
        return try await overview(of: processor)
    }

    func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter] {
        try check(processor)
        return id == nil ? [Self.letter] : []
    }

    func replay(_ letter: UniqueID, of processor: String) async throws {
        try check(processor)
        asked.withLock { $0.append("replay \(letter)") }
    }

    func discard(_ letter: UniqueID, of processor: String) async throws {
        try check(processor)
        asked.withLock { $0.append("discard \(letter)") }
    }
}

@Suite("Processor routes")
struct ProcessorRouteTests {
    @Test func theOwnerSeesAndSteersWhatWorksInTheBackground() async throws {
        let board = NotedBoard()
        try await RoutesHousehold.with(processors: board) { (home) async throws in
            let list = try await home.get("/processors")
            let item = try #require(list.json["items"]?.array?.first)
            #expect(list.status == 200 && item["name"] == "hear" && item["state"] == "retrying")
            #expect(
                item["lag"] == 2 && item["lag_seconds"]?.double == 90 && item["last_error"]?["code"] == "invalid-value")
            #expect(item["inputs"]?.array?.first?["cursor"] == "5" && item["run"] == .null)

            #expect(try await home.send(.post, "/processors/hear/run").status == 202)
            #expect(try await home.send(.post, "/processors/hear/run", body: []).status == 202)
            // As clients do that name a type for every request.
            #expect(try await home.post("/processors/hear/run", "").status == 202)
            let again = try await home.post("/processors/hear/run", #"{"from":"2026-03-01T00:00:00+01:00"}"#)
            #expect(again.status == 202)
            let letters = try await home.get("/processors/hear/dead-letters")
            let letter = try #require(letters.json["items"]?.array?.first)
            #expect(letter["reading_id"]?.string == NotedBoard.letter.reading.description && letter["attempts"] == 3)
            let id = NotedBoard.letter.id
            #expect(try await home.send(.post, "/processors/hear/dead-letters/\(id)/replay").status == 202)
            #expect(try await home.send(.delete, "/processors/hear/dead-letters/\(id)").status == 204)
            #expect(
                board.asked.withLock { $0 } == [
                    "run from now", "run from now", "run from now", "run from 2026-02-28T23:00:00Z", "replay \(id)",
                    "discard \(id)",
                ])
        }
    }

    @Test func whatIsNotKnownOrNotAllowedIsRefused() async throws {
        try await RoutesHousehold.with(processors: NotedBoard()) { (home) async throws in
            #expect(try await home.send(.post, "/processors/nobody/run").status == 404)
            #expect(try await home.post("/processors/hear/run", #"{"from":"soon"}"#).pointers == ["/from"])
            #expect(
                try await home.post("/processors/hear/run", #"{"form":"2026-03-01T00:00:00Z"}"#).pointers == ["/form"])
            for caller in [RoutesHousehold.Caller.member, .phone, .auditor] {
                #expect(try await home.get("/processors", as: caller).status == 403)
                #expect(try await home.send(.post, "/processors/hear/run", as: caller).status == 403)
                #expect(try await home.get("/processors/hear/dead-letters", as: caller).status == 403)
            }
        }
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.get("/processors").json["items"]?.array == [])
            #expect(try await home.send(.post, "/processors/hear/run").status == 404)
        }
    }

    @Test func metricsSayHowFarBehindProcessorsAre() async throws {
        try await RoutesHousehold.with(processors: NotedBoard()) { (home) async throws in
            let page = try await home.get("/metrics", as: .auditor).text
            #expect(page.contains(#"hearth_processor_lag_records{processor="hear"} 2"#))
            #expect(page.contains(#"hearth_dead_letters{processor="hear"} 1"#))
            #expect(page.contains(#"processing_latency_seconds_count{processor="hear"} 0"#))
            #expect(page.components("# TYPE processing_latency_seconds histogram") == 1)
        }
    }
}

extension String {
    /// How often a text stands in this one.
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
