import HearthCore
import HearthIngest
import HearthPipeline
import HearthStore
import HearthStoreSQLite
import HearthTesting
import Synchronization
import Testing

@Suite("Pipeline", .timeLimit(.minutes(3)))
struct PipelineTests {
    @Test func newReadingsAreWorkedWhenTheyAreCommittedWithoutTheClockMoving() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(["one two"])
        try await home.whileRunning([WordProcessor(), LetterProcessor()]) { _ in
            try await eventually { try await home.values(of: home.letters) == ["3", "3"] }
            try await home.write(["three"], at: 10)
            try await eventually { try await home.values(of: home.letters) == ["3", "3", "5"] }
        }
        #expect(try await home.values(of: home.words) == ["one", "two", "three"])
        #expect(home.clock.now.offset == .zero)
    }

    @Test func outputsNameTheirSource() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(["one"])
        try await home.whileRunning([WordProcessor()]) { _ in
            try await eventually { try await home.values(of: home.words) == ["one"] }
        }
        let note = try await home.store.changes(of: home.note, after: nil, limit: 1).batch
        let word = try await home.store.changes(of: home.words, after: nil, limit: 1).batch
        #expect(word.string(word[0, 1]) == #"{"id":"\#(note.heads[0].recordID)","stream":"note"}"#)
        #expect(word.heads[0].device == note.heads[0].device && word.heads[0].person == note.heads[0].person)
    }

    @Test func twoRuntimesOnOneStoreNeverWorkTheSame() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        let (first, second) = (WordProcessor(batchLimit: 3), WordProcessor(batchLimit: 3))
        let inside = Mutex(0)
        let overlaps = Mutex(0)
        for processor in [first, second] {
            processor.before.withLock {
                $0 = { _ in
                    if inside.withLock({
                        $0 += 1
                        return $0
                    }) > 1 {
                        overlaps.withLock { $0 += 1 }
                    }
                    await Task.yield()
                    inside.withLock { $0 -= 1 }
                }
            }
        }
        let texts = (0..<60).map { "note \($0)" }
        try await home.whileRunning([first], seed: 1) { _ in
            try await home.whileRunning([second], seed: 2) { _ in
                for (number, text) in texts.enumerated() { try await home.write([text], at: number) }
                try await eventually { try await home.values(of: home.words).count == 120 }
            }
        }
        let seen = first.seen.withLock { $0 } + second.seen.withLock { $0 }
        #expect(seen.sorted() == texts.sorted())
        #expect(overlaps.withLock { $0 } == 0)
    }

    @Test func aWorkerThatStopsGivesItsLeaseBackSoThatAnotherGoesOn() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.whileRunning([WordProcessor()], seed: 1) { _ in
            try await home.write(["one"])
            try await eventually { try await home.values(of: home.words) == ["one"] }
        }
        try await home.write(["two"], at: 10)
        try await home.whileRunning([WordProcessor()], seed: 2) { _ in
            try await eventually { try await home.values(of: home.words) == ["one", "two"] }
        }
    }

    @Test func aReadingThatCannotBeWorkedIsSetAsideAndCanBeWorkedLater() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        let processor = WordProcessor()
        processor.isUnreadable.withLock { $0 = { text in text == "torn" } }
        try await home.write(["one", "torn", "two"])
        try await home.whileRunning([processor]) { pipeline in
            try await eventually { try await home.values(of: home.words) == ["one", "two"] }
            let letter = try #require(try await pipeline.deadLetters(of: "words", after: nil, limit: 9).first)
            #expect(letter.code == .invalidValue && letter.attempts == 1 && letter.stream == "note")
            // Still torn: the letter stays.
            try await pipeline.replay(letter.id, of: "words")
            try await eventually {
                try await pipeline.deadLetters(of: "words", after: nil, limit: 9).first?.attempts == 2
            }
            processor.isUnreadable.withLock { $0 = { _ in false } }
            try await pipeline.replay(letter.id, of: "words")
            try await eventually { try await home.values(of: home.words) == ["one", "torn", "two"] }
            #expect(try await pipeline.deadLetters(of: "words", after: nil, limit: 9) == [])
            await #expect(throws: HearthError.self) { try await pipeline.replay(letter.id, of: "words") }
        }
    }

    @Test func anOutputThatDoesNotFitMakesItsSourceADeadLetter() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(["short", "waytoolongforthestreamofwords", "fine"])
        try await home.whileRunning([WordProcessor()]) { pipeline in
            try await eventually { try await home.values(of: home.words) == ["short", "fine"] }
            let letters = try await pipeline.deadLetters(of: "words", after: nil, limit: 9)
            #expect(letters.map(\.code) == [.invalidOutput])
        }
    }

    @Test func aBatchThatFailsIsTriedAgainAndThenSearchedForTheOneToBlame() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        let processor = WordProcessor()
        processor.before.withLock {
            $0 = { batch in
                for row in 0..<batch.count where batch.string(batch[row, 0]) == "poison" {
                    throw HearthError(.internalError, "It broke.", disposition: .defect)
                }
            }
        }
        try await home.write(["a", "b", "poison", "c", "d"])
        try await home.whileRunning([processor]) { pipeline in
            // Two waits, then halving without any.
            for _ in 0..<2 {
                try await eventually { home.clock.waits.contains { $0 < .seconds(5) } }
                home.clock.advance(by: .seconds(5))
            }
            try await eventually { try await home.values(of: home.words) == ["a", "b", "c", "d"] }
            let letters = try await pipeline.deadLetters(of: "words", after: nil, limit: 9)
            #expect(letters.map(\.message) == ["It broke."])
        }
        // Each of the others was worked once: failed steps made nothing.
        #expect(processor.seen.withLock { $0 }.sorted() == ["a", "b", "c", "d"])
    }

    @Test func aStepThatHangsIsCancelledAndItsReadingSetAside() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        let processor = WordProcessor(batchLimit: 1, stepLimit: .seconds(10))
        processor.before.withLock {
            $0 = { batch in
                if batch.string(batch[0, 0]) == "hang" { try await Task.sleep(for: .seconds(86_400)) }
            }
        }
        try await home.write(["hang", "on"])
        try await home.whileRunning([processor]) { pipeline in
            try await eventually { home.clock.waits.contains(.seconds(10)) }
            home.clock.advance(by: .seconds(10))
            try await eventually { try await home.values(of: home.words) == ["on"] }
            #expect(try await pipeline.deadLetters(of: "words", after: nil, limit: 9).map(\.code) == [.stepTimeout])
        }
    }

    @Test func aStepThatIgnoresItsCancellationIsLeftBehind() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        let processor = WordProcessor(batchLimit: 1, stepLimit: .seconds(10))
        let isReleased = Mutex(false)
        processor.before.withLock {
            $0 = { batch in
                guard batch.string(batch[0, 0]) == "deaf" else { return }
                while !isReleased.withLock({ $0 }) { await Task.yield() }
            }
        }
        try await home.write(["deaf", "on"])
        try await home.whileRunning([processor]) { _ in
            try await eventually { home.clock.waits.contains(.seconds(10)) }
            home.clock.advance(by: .seconds(10))
            try await eventually { home.clock.waits.contains(.seconds(5)) }
            home.clock.advance(by: .seconds(5))
            try await eventually { try await home.values(of: home.words) == ["on"] }
            isReleased.withLock { $0 = true }
        }
    }

    @Test func aStoreThatFailsForAWhileCostsNothing() async throws {
        let store = MemoryReadingStore()
        let home = try await PipelineHousehold(store)
        try await home.write(["one"])
        await store.failAppends(with: [HearthError(.storageFull, "The disk is full.", disposition: .retry)])
        try await home.whileRunning([WordProcessor()]) { pipeline in
            try await eventually { try await pipeline.overview(of: "words").state == .retrying }
            #expect(try await pipeline.overview(of: "words").lastError?.code == .storageFull)
            // A person need not wait for the next try.
            _ = try await pipeline.run("words", from: nil)
            try await eventually { try await home.values(of: home.words) == ["one"] }
            #expect(try await pipeline.overview(of: "words").deadLetters == 0)
        }
    }

    @Test func anEmptyPipelineRunsUntilItIsStopped() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.whileRunning([]) { (pipeline) async throws in
            #expect(try await pipeline.overviews().isEmpty)
            await #expect(throws: HearthError.self) { try await pipeline.overview(of: "nobody") }
        }
    }

    @Test func theOverviewTellsHowFarBehindAProcessorIs() async throws {
        let home = try await PipelineHousehold(MemoryReadingStore())
        try await home.write(["one", "two", "three"])
        let service = try PipelineService([WordProcessor()], context: home.context())
        home.time.advance(by: .seconds(90))
        let overview = try await service.overview(of: "words")
        #expect(overview.state == .stopped && overview.waiting == 3 && overview.lag == .seconds(90))
        try await home.whileRunning([WordProcessor()]) { pipeline in
            try await eventually { try await pipeline.overview(of: "words").state == .idle }
            let after = try await pipeline.overview(of: "words")
            #expect(after.waiting == 0 && after.lag == .zero && after.worked == 3 && after.rate == 3.0 / 60)
            let latency = try #require(pipeline.counts.first).counts.latency
            #expect(latency.cumulative.last == 3 && latency.sum == 270)
        }
    }
}
