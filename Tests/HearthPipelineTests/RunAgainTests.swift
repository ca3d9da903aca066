import HearthCore
import HearthPipeline
import HearthStore
import HearthTesting
import Synchronization
import Testing

@Suite("Working again from a date", .timeLimit(.minutes(3)))
struct RunAgainTests {
    private static let texts = (0..<40).map { "note \($0)" }
    private static func time(_ second: Int) -> Timestamp { PipelineHousehold.now - .seconds(3600) + .seconds(second) }

    @Test func theSameProcessorGivesTheSameAndNothingIsAChange() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(Self.texts)
        let processor = WordProcessor()
        try await home.whileRunning([processor, LetterProcessor()]) { pipeline in
            try await eventually { try await home.values(of: home.letters).count == 80 }
            let (before, cursor) = try await home.store.changes(of: home.words, after: nil, limit: 1000)
            _ = try await pipeline.run("words", from: Self.time(0))
            try await eventually { try await pipeline.overview(of: "words").run == nil }
            #expect(processor.seen.withLock { $0 } == Self.texts + Self.texts)
            let (after, _) = try await home.store.changes(of: home.words, after: nil, limit: 1000)
            #expect(after.heads == before.heads)
            #expect(try await home.store.changes(of: home.words, after: cursor, limit: 1000).batch.isEmpty)
        }
    }

    @Test func outputsFromThatTimeOnAreWhatTheProcessorSaysNow() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(["a b", "c d", "e f", "g h"])
        let processor = WordProcessor(batchLimit: 1)
        try await home.whileRunning([processor, LetterProcessor()]) { pipeline in
            try await eventually { try await home.values(of: home.letters).count == 8 }
            // Now only the first word counts, and it is longer.
            processor.transform.withLock { $0 = { [$0.split(separator: " ")[0] + "!"].map { String($0) } } }
            _ = try await pipeline.run("words", from: Self.time(2))
            try await eventually { try await pipeline.overview(of: "words").run == nil }
            #expect(try await home.values(of: home.words) == ["a", "b", "c", "d", "e!", "g!"])
            // Those who read the outputs follow.
            try await eventually { try await home.values(of: home.letters) == ["1", "1", "1", "1", "2", "2"] }
        }
    }

    @Test func aRunThatWasInterruptedGoesOnWhereItWas() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(Self.texts)
        let first = WordProcessor()
        try await home.whileRunning([first]) { pipeline in
            try await eventually { try await pipeline.overview(of: "words").state == .idle }
            first.before.withLock {
                $0 = { batch in
                    // In the middle of the run the step waits until it is cancelled.
                    if batch.string(batch[0, 0]) == "note 16" { try await Task.sleep(for: .seconds(86_400)) }
                }
            }
            _ = try await pipeline.run("words", from: Self.time(0))
            try await eventually { try await pipeline.overview(of: "words").run?.worked == 16 }
        }
        let second = WordProcessor()
        try await home.whileRunning([second], seed: 2) { pipeline in
            // What is new comes first.
            try await home.write(["new"], at: 3000)
            try await eventually { try await pipeline.overview(of: "words").run == nil }
        }
        let seen = second.seen.withLock { $0 }
        #expect(seen.filter { $0 != "new" } == Array(Self.texts[16...]))
        #expect(seen.contains("new"))
        #expect(try await home.values(of: home.words).count == 81)
    }

    @Test func readingsOfAllPeopleAreWorkedAgain() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        var batch = ReadingBatch(stream: home.note)
        for number in 1...3 {
            let person = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0010 | UInt64(number))
            batch.heads.append(
                ReadingHead(person: person, device: person, timestamp: Self.time(number), received: Self.time(number)))
            batch.cells.append(batch.textCell("of \(number)"))
        }
        ContractReadings.digest.seal(&batch)
        _ = try await home.store.append([batch])
        let processor = WordProcessor(batchLimit: 1)
        try await home.whileRunning([processor]) { pipeline in
            try await eventually { try await pipeline.overview(of: "words").state == .idle }
            _ = try await pipeline.run("words", from: Self.time(2))
            try await eventually { try await pipeline.overview(of: "words").run == nil }
        }
        #expect(processor.seen.withLock { $0 } == ["of 1", "of 2", "of 3", "of 2", "of 3"])
    }
}
