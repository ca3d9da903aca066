import Foundation
import HTTPTypes
import HearthCore
import HearthIngest
import HearthKnow
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Testing

@testable import HearthServer

/// What erasing, exporting, counting and sweeping do with the library.
@Suite struct LibraryUpkeepTests {
    private static func id(_ number: UInt64) -> UniqueID { UniqueID(high: 0x7000, low: 1 << 63 | number) }

    /// Two documents and a conversation with an open question for a person.
    private static func fill(_ home: RoutesHousehold, _ person: Person) async throws {
        let services = try #require(home.dependencies.library)
        _ = try await services.intake.add(
            ["Boat", "Boiler"].map { (title: String) in
                DocumentDraft(
                    person: person.id, kind: .note, title: title, text: "What \(person.name) knows: \(title)",
                    source: DraftSource(name: "notes", key: title), timestamp: RoutesHousehold.now)
            })
        for number in 1...3 as ClosedRange<UInt64> {
            let turn = Turn(
                id: id(number + (person.id == home.ada.id ? 0 : 100)), session: id(person.id == home.ada.id ? 50 : 150),
                person: person.id, timestamp: RoutesHousehold.now, user: "Question \(number)", assistant: "Answer",
                confidence: 0.5, answered: number > 1, citations: [], author: .extractive)
            try await services.journal.append(turn, timeZone: person.timeZone)
            try await home.library.append(turn)
        }
        try await home.library.file(
            Gap(
                id: id(person.id == home.ada.id ? 70 : 170), person: person.id, turn: nil, question: "Where is it?",
                confidence: 0.1, openedAt: RoutesHousehold.now))
    }

    @Test func erasingForgetsTheLibraryAndItsJournal() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for person in [home.ada, home.ben] { try await Self.fill(home, person) }
            let before = home.libraryChanges.value
            let answer = try await home.send(
                .delete, "/people/\(home.ada.id)/data", body: Array(#"{"confirm":"Ada"}"#.utf8))
            #expect(answer.json == ["readings": 0, "files": 0, "documents": 2, "turns": 3, "segments": 0])
            #expect(home.libraryChanges.value == before + 1)
            #expect(try await home.get("/documents").json["total"] == 0)
            #expect(try await home.get("/chat/sessions").json["items"] == [])
            #expect(try await home.get("/gaps").json["items"] == [])
            #expect(try await home.get("/documents", as: .member).json["total"] == 2)
            let journal = try #require(home.dependencies.library).journal
            #expect(try await journal.erase(person: home.ada.id) == 0)
            #expect(try await journal.erase(person: home.ben.id) == 3)
        }
    }

    @Test func forgettingADocumentWakesWhoFollows() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await Self.fill(home, home.ada)
            let items = try await home.get("/documents").json["items"]?.array ?? []
            let document = try #require(items.first?["id"]?.string)
            let before = home.libraryChanges.value
            #expect(try await home.send(.delete, "/documents/\(document)").status == 204)
            #expect(home.libraryChanges.value == before + 1)
            #expect(try await home.send(.delete, "/documents/\(document)").status == 404)
            #expect(home.libraryChanges.value == before + 1)
        }
    }

    @Test(.enabled(if: ExportRouteTests.hasPython, "needs python3"))
    func exportHoldsTheLibraryOfOnePerson() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for person in [home.ada, home.ben] { try await Self.fill(home, person) }
            // More than one page of them.
            let services = try #require(home.dependencies.library)
            _ = try await services.intake.add(
                (0..<450).map { index in
                    DocumentDraft(
                        person: home.ada.id, kind: .note, text: "Note number \(index).",
                        source: DraftSource(name: "many", key: String(index)), timestamp: RoutesHousehold.now)
                })
            func lines(_ name: String, _ path: String = "/export") async throws -> [JSONValue] {
                let entries = try ExportRouteTests.unzip(try await home.get(path).bytes)
                return try String(decoding: entries["library/\(name).ndjson"] ?? [], as: UTF8.self)
                    .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            }
            let documents = try await lines("documents")
            #expect(documents.count == 452)
            #expect(Set(documents.compactMap { $0["id"]?.string }).count == 452)
            let texts = documents.compactMap { $0["text"]?.string }.filter { $0.hasPrefix("What") }
            #expect(texts.sorted() == ["What Ada knows: Boat", "What Ada knows: Boiler"])
            #expect(!documents.contains { $0["text"]?.string?.contains("Ben") ?? true })
            #expect(try await lines("turns").map { $0["user"] } == ["Question 1", "Question 2", "Question 3"])
            #expect(try await lines("gaps").map { $0["question"] } == ["Where is it?"])
            let entries = try ExportRouteTests.unzip(try await home.get("/export").bytes)
            let manifest = try JSONValue(parsing: entries["manifest.json"] ?? [])
            #expect(manifest["library"] == ["documents": 452, "turns": 3, "gaps": 1])
            let later = "/export?from=2026-11-21T10:00:01Z"
            for name in ["documents", "turns", "gaps"] { #expect(try await lines(name, later) == []) }
        }
    }

    @Test func searchAndAnswersAreCounted() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let boat: JSONValue = ["title": "Boat", "text": "The boat is free in May."]
            #expect(try await home.post("/documents", boat).status == 201)
            #expect(try await home.post("/documents", boat).status == 200)
            #expect(try await home.get("/search?q=boat").status == 200)
            let answer = try await home.post("/chat", ["query": "Who won the chess game in Reykjavik?"])
            #expect(answer.json["answered"] == false)
            let metrics = home.dependencies.metrics
            metrics.indexed(vectors: 7)
            metrics.lags(changes: 9)
            metrics.lags(changes: 2)
            metrics.queriedVectors(seconds: 0.25)
            let lines = Set(try await home.get("/metrics").text.split(separator: "\n"))
            for line: Substring in [
                "articles_ingested_total 1", #"chat_answers_total{answered="false"} 1"#,
                #"chat_answers_total{answered="true"} 0"#, #"retrieval_latency_seconds_count{mode="text"} 2"#,
                #"retrieval_latency_seconds_count{mode="hybrid"} 0"#, "vector_query_seconds_sum 0.25",
                "vector_query_seconds_count 1", "vectors_indexed_total 7", "vector_index_lag_changes 2",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }

    @Test func readinessLooksAtTheLibrary() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let ready = try await home.get("/readyz", as: .nobody)
            #expect(ready.json["checks"]?["library"]?["status"] == "ok")
            await home.library.close()
            let broken = try await home.get("/readyz", as: .nobody)
            #expect(broken.status == 503)
            #expect(broken.json["checks"]?["library"]?["status"] == "failed")
            #expect(broken.json["checks"]?["store"]?["status"] == "ok")
        }
    }

    // MARK: Blobs

    @Test func theSweepKeepsThumbnailsAndFilesAndNoSources() async throws {
        try await RoutesHousehold.with { (home) async throws in
            func blob(_ text: String) throws -> String {
                let writer = try home.blobs.makeWriter()
                try writer.append(Array(text.utf8))
                return try writer.finish().sha256
            }
            let (thumbnail, file, source) = (try blob("thumbnail"), try blob("file"), try blob("source"))
            func store(_ name: String, _ texts: [String: String]) async throws {
                let stream = try #require(home.dependencies.registry[name])
                var batch = ReadingBatch(stream: stream)
                batch.heads.append(
                    ReadingHead(
                        person: home.ada.id, device: home.phone.id, timestamp: RoutesHousehold.now, digest: 1,
                        received: RoutesHousehold.now))
                for column in 0..<batch.width {
                    let field = column < stream.fields.count ? stream.fields[column] : nil
                    switch (field.flatMap { texts[$0.name] }, field?.type) {
                    case (let text?, _): batch.cells.append(batch.textCell(text))
                    case (nil, .text?) where field?.isRequired == true: batch.cells.append(batch.textCell("jpeg"))
                    case (nil, _): batch.cells.append(field?.isRequired == true ? .integer(1) : .null)
                    }
                }
                _ = try await home.store.append([batch])
            }
            try await store("media_image_described", ["blob": thumbnail, "source_blob": source])
            try await store("file", ["blob": file])
            // Files carry the system's time; two hours from now they are older than the sweep's grace.
            let later = FixedTime(time: SystemTime().now() + .seconds(7200))
            let dependencies = home.dependencies
            let maintenance = MaintenanceService(
                registry: dependencies.registry, store: home.store, catalogue: dependencies.catalogue,
                blobs: home.blobs, time: later, interval: .seconds(3600), logger: dependencies.logger)
            #expect(try await maintenance.runOnce().blobsRemoved == 1)
            #expect(try home.blobs.exists(thumbnail))
            #expect(try home.blobs.exists(file))
            #expect(try home.blobs.exists(source) == false)
            #expect(try await home.get("/blobs/\(thumbnail)").status == 200)
            #expect(try await home.get("/blobs/\(file)").status == 200)
            #expect(try await home.get("/blobs/\(file)", as: .member).status == 404)
        }
    }
}
