import HearthCore
import HearthPipeline
import HearthStore
import HearthTesting
import Testing

@Suite("Pipeline", .timeLimit(.minutes(2)))
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
}
