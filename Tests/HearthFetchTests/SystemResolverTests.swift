import Dispatch
import HearthCore
import Synchronization
import Testing

@testable import HearthFetch

/// A look-up blocks a thread for as long as the name server is silent; those who wait do not.
@Suite struct SystemResolverTests {
    /// Look-ups that go on until they are let go.
    private final class SilentServer: Sendable {
        let started: AsyncStream<Void>
        private let start: AsyncStream<Void>.Continuation
        private let gate = DispatchSemaphore(value: 0)

        init() { (started, start) = AsyncStream.makeStream(of: Void.self) }

        func lookUp() -> [InternetAddress] {
            start.yield()
            gate.wait()
            return [.v4(0x7f00_0001)]
        }

        func letGo(_ count: Int) { for _ in 0..<count { gate.signal() } }
    }

    @Test func aTaskThatIsCancelledDoesNotWaitForItsLookUp() async throws {
        let server = SilentServer()
        let resolver = SystemResolver(desk: .init()) { _ in server.lookUp() }
        let task = Task { try await resolver.addresses(of: "site.example") }
        for await _ in server.started { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        server.letGo(1)
    }

    @Test func whoWasCancelledBeforehandDoesNotWaitEither() async throws {
        let server = SilentServer()
        let resolver = SystemResolver(desk: .init()) { _ in server.lookUp() }
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await resolver.addresses(of: "site.example")
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        server.letGo(1)
    }

    @Test func lookUpsUnderWayAreBounded() async throws {
        let server = SilentServer()
        let desk = SystemResolver.Desk(maximum: 2)
        let resolver = SystemResolver(desk: desk) { _ in server.lookUp() }
        let tasks = (0..<2).map { _ in Task { try await resolver.addresses(of: "site.example") } }
        var started = 0
        for await _ in server.started {
            started += 1
            if started == 2 { break }
        }
        // Nobody waits for them any more, and yet each holds a thread.
        tasks[0].cancel()
        let refused = await #expect(throws: HearthError.self) { _ = try await resolver.addresses(of: "other.example") }
        #expect(refused?.code == .fetchFailed && refused?.disposition == .retry)
        server.letGo(2)
        #expect(try await tasks[1].value == [.v4(0x7f00_0001)])
        var isFree = false
        while !isFree { isFree = desk.start {} }
    }

    @Test func theSystemKnowsItself() async throws {
        let addresses = try await SystemResolver().addresses(of: "localhost")
        #expect(addresses.contains(.v4(0x7f00_0001)) || addresses.contains(.v6(high: 0, low: 1)))
    }
}
