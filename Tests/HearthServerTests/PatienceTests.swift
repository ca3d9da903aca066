import HearthCore
import Testing

@testable import HearthServer

@Suite struct PatienceTests {
    @Test func whatEndsInTimeIsHandedOver() async throws {
        let value = try await Patience.wait(.seconds(600)) { 7 }
        #expect(value == 7)
        let failure = await #expect(throws: HearthError.self) {
            try await Patience.wait(.seconds(600)) { throw HearthError(.notFound, "There is none.") }
        }
        #expect(failure?.code == .notFound)
    }

    /// A mailbox of years is read to its end although nobody waits for it any more.
    @Test func workGoesOnWhenPatienceEnds() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let (ends, teller) = AsyncStream<Int>.makeStream()
        let value = try await Patience.wait(.milliseconds(1)) {
            for await _ in gate { break }
            teller.yield(7)
            return 7
        }
        #expect(value == nil)
        opener.yield()
        var end = ends.makeAsyncIterator()
        #expect(await end.next() == 7)
    }
}
