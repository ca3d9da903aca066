import Foundation
import HTTPTypes
import HearthCore
import HearthIngest
import HearthStore
import Logging
import Testing

@testable import HearthServer

@Suite("Spool routes")
struct SpoolRouteTests {
    /// Runs `body` with a spool over the household's stores, in a folder of its own.
    private func withSpool(
        _ body: @Sendable @escaping (RoutesHousehold, SpoolService, String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-spool-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/spool/incoming", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await RoutesHousehold.with(spool: { dependencies, store in
            var settings = SpoolSettings()
            settings.minimumFiles = 1
            return SpoolService(
                home: folder, settings: settings, store: store, ingest: dependencies.ingest,
                catalogue: dependencies.catalogue, time: SystemTime(), logger: Logger(label: "test"),
                counted: { dependencies.metrics.count($0) })
        }) { home in
            guard let spool = home.dependencies.spool else { throw CancellationError() }
            try await body(home, spool, folder + "/spool/incoming/")
        }
    }

    private func segment(_ device: UniqueID, bad: Int) -> Data {
        let readings: [JSONValue] = (0..<10).map { ["timestamp": .integer(1_795_000_000 + $0), "bpm": 60] }
        let refused: [JSONValue] = (0..<bad).map { _ in ["timestamp": 1_795_000_000, "bpm": "fast"] }
        var writer = MessagePackWriter()
        writer.write([
            "stream": "heartrate", "device_id": .string(device.description), "readings": .array(readings + refused),
        ])
        return Data(writer.bytes)
    }

    @Test func theOwnerSeesBatchesWithTheirFilesAndRefusals() async throws {
        try await withSpool { (home, spool, incoming) async throws in
            try segment(home.watch.id, bad: 0).write(to: URL(fileURLWithPath: incoming + "good.msgpack"))
            while try await spool.round() == .zero {}
            try segment(home.watch.id, bad: 2).write(to: URL(fileURLWithPath: incoming + "bad.msgpack"))
            try Data([1]).write(to: URL(fileURLWithPath: incoming + "other.txt"))
            while try await spool.round() == .zero {}

            let page = try await home.get("/spool?limit=1")
            #expect(page.status == 200 && page.json["state"] == "idle")
            #expect(page.json["ignored"]?["names"]?.array == [["name": "other.txt", "reason": "name"]])
            let newest = try #require(page.json["items"]?.array?.first)
            #expect(page.json["items"]?.array?.count == 1)
            #expect(newest["status"] == "failed" && newest["failed_count"] == 1)
            #expect(newest["readings"] == ["accepted": 0, "duplicates": 10, "rejected": 2])
            let cursor = try #require(page.json["next_cursor"]?.string)
            let older = try await home.get("/spool?cursor=\(cursor)")
            #expect(older.json["items"]?.array?.map { $0["status"] } == ["done"])
            #expect(older.json["next_cursor"] == .null)

            let tag = try #require(newest["batch"]?.string)
            let detail = try await home.get("/spool/\(tag)")
            let file = try #require(detail.json["files"]?.array?.first)
            #expect(file["name"] == "bad.msgpack" && file["status"] == "failed")
            #expect(file["reason"]?["code"] == "readings-rejected")
            #expect(file["rejected"]?.array?.map { $0["reading"]?.int64 } == [10, 11])
            #expect(try await home.get("/spool/20261121").status == 404)

            let metrics = try await home.get("/metrics").text
            #expect(metrics.contains("hearth_spool_readings_total{outcome=\"stored\"} 10\n"))
            #expect(metrics.contains("hearth_spool_files_total{outcome=\"failed\"} 1\n"))
            #expect(metrics.contains("records_processed_total{stream=\"heartrate\",outcome=\"duplicate\"} 10\n"))
        }
    }

    @Test func otherProgramsHaveTheGateOpened() async throws {
        try await withSpool { (home, spool, incoming) async throws in
            try segment(home.watch.id, bad: 0).write(to: URL(fileURLWithPath: incoming + "a.msgpack"))
            #expect(try await home.post("/gate", "any webhook at all", type: "text/plain").status == 202)
            while try await spool.round() == .zero {}
            let gate = try await home.get("/gate")
            #expect(gate.status == 200 && gate.json["latest"]?["status"] == "done")
            #expect(try await home.post("/gate", "", as: .nobody).status == 401)
            #expect(try await home.post("/gate", "", as: .phone).status == 403)
            #expect(try await home.get("/gate", as: .auditor).status == 403)
            #expect(try await home.post("/gate", "{}", as: .member).status == 202)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { try await home.post("/gate", "{}").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.contains(429))
        }
    }

    @Test func theOwnerRetriesPausesAndResumes() async throws {
        try await withSpool { (home, spool, incoming) async throws in
            try segment(home.watch.id, bad: 1).write(to: URL(fileURLWithPath: incoming + "bad.msgpack"))
            while try await spool.round() == .zero {}
            let tag = try #require(try await home.get("/spool").json["items"]?.array?.first?["batch"]?.string)
            #expect(try await home.send(.post, "/spool/pause").status == 204)
            #expect(try await home.get("/spool").json["state"] == "paused")
            let retry = try await home.send(.post, "/spool/\(tag)/retry")
            #expect(retry.status == 202 && retry.json["files"] == ["bad.msgpack"])
            #expect(try await spool.round() > .zero)
            #expect(try await home.get("/spool").json["waiting"]?["files"] == 1)
            #expect(try await home.send(.post, "/spool/resume").status == 204)
            while try await spool.round() == .zero {}
            #expect(try await home.get("/spool").json["items"]?.array?.count == 2)
            #expect(try await home.send(.post, "/spool/nothing/retry").status == 404)
        }
    }

    @Test func nobodyElseSeesOrSteersIt() async throws {
        try await withSpool { (home, _, _) async throws in
            for caller in [RoutesHousehold.Caller.member, .phone, .auditor] {
                #expect(try await home.get("/spool", as: caller).status == 403)
                #expect(try await home.get("/spool/x", as: caller).status == 403)
                for path in ["/spool/x/retry", "/spool/pause", "/spool/resume"] {
                    #expect(try await home.send(.post, path, as: caller).status == 403)
                }
            }
            #expect(try await home.get("/spool", as: .nobody).status == 401)
        }
    }

    @Test func aServerWithoutASpoolSaysSo() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let answer = try await home.get("/spool")
            #expect(answer.status == 404 && answer.code == "not-found")
        }
    }

    @Test func erasingAPersonTakesTheirSegmentsAlong() async throws {
        try await withSpool { (home, spool, incoming) async throws in
            try segment(home.watch.id, bad: 0).write(to: URL(fileURLWithPath: incoming + "good.msgpack"))
            while try await spool.round() == .zero {}
            let answer = try await home.send(
                .delete, "/people/\(home.ada.id)/data", body: Array(#"{"confirm":"\#(home.ada.name)"}"#.utf8))
            #expect(answer.json["segments"] == 1 && answer.json["readings"] == 10)
        }
    }
}
