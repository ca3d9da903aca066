import HearthCore
import HearthMedia
import Logging
import Testing

@Suite struct DecoderClientTests {
    @Test func theRealProgramTellsWhatItCan() async throws {
        let client = Decoders.real()
        let capabilities = try await client.capabilities()
        #expect(capabilities.contains { $0.name == "sound" && $0.isAvailable })
        #expect(capabilities.allSatisfy { $0.isAvailable || $0.remedy != nil })
        await client.shutDown()
    }

    @Test func oneProcessServesManyRequests() async throws {
        let client = Decoders.real()
        for _ in 0..<5 {
            let failure = await Decoders.failure {
                _ = try await client.answer(.see(SeeOptions()), DecoderInput([1, 2, 3]))
            }
            #expect(failure?.code == .mediaUnsupported)
            #expect(await client.running == 1)
        }
        await client.shutDown()
        #expect(await client.running == 0)
        #expect(await Decoders.failure { _ = try await client.capabilities() }?.code == .shuttingDown)
    }

    @Test func requestsAtOnceShareThePool() async throws {
        let client = Decoders.real(limit: 2)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { try await client.capabilities().count } }
            for try await count in group { #expect(count > 0) }
        }
        #expect(await client.running <= 2)
        await client.shutDown()
    }

    /// Two recordings for one place: the second waits, and what is short does not.
    @Test func longRecordingsLeaveAPlaceToWhatIsShort() async throws {
        try await Decoders.scripted("exec sleep 600") { client in
            let hearing = (0..<2).map { _ in
                Task { try await client.answer(.hear(HearOptions()), DecoderInput([1, 2, 3])) }
            }
            while await client.running == 0 { await Task.yield() }
            let short = Task { try await client.capabilities() }
            while await client.running < 2 { await Task.yield() }
            short.cancel()
            await #expect(throws: CancellationError.self) { try await short.value }
            #expect(await client.running == 1)
            for task in hearing { task.cancel() }
            for task in hearing { await #expect(throws: CancellationError.self) { try await task.value } }
            #expect(await client.running == 0)
        }
    }

    @Test func aMemoNeedNotWaitForLongRecordings() async throws {
        try await Decoders.scripted("exec sleep 600") { client in
            let request = DecoderRequest.hear(HearOptions())
            let long = Task { try await client.answer(request, DecoderInput([1, 2, 3])) { _ in } }
            while await client.running == 0 { await Task.yield() }
            let memo = Task { try await client.answer(request, DecoderInput([1, 2, 3]), isLong: false) { _ in } }
            while await client.running < 2 { await Task.yield() }
            for task in [long, memo] {
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }

    @Test func anIdleDecoderEnds() async throws {
        let client = Decoders.real(idle: .milliseconds(1))
        _ = try await client.capabilities()
        while await client.running > 0 { try await Task.sleep(for: .milliseconds(2)) }
        // And a new one takes its place.
        #expect(try await !client.capabilities().isEmpty)
        await client.shutDown()
    }

    @Test func aCrashNamesTheSignalAndWhatWasSaid() async throws {
        let failure = try await Decoders.scripted("echo the last words >&2; kill -SEGV $$") { client in
            await Decoders.failure { _ = try await client.capabilities() }
        }
        #expect(failure?.code == .decoderCrashed && failure?.disposition == .caller)
        #expect(failure?.message.contains("signal 11") == true)
        #expect(failure?.cause?.contains("the last words") == true)
    }

    @Test func aDecoderThatIsEndedFromOutsideMayBeTriedAgain() async throws {
        let failure = try await Decoders.scripted("kill -KILL $$") { client in
            await Decoders.failure { _ = try await client.capabilities() }
        }
        #expect(failure?.code == .decoderCrashed && failure?.disposition == .retry)
        #expect(failure?.message.contains("from outside") == true)
    }

    @Test func aDecoderThatHangsIsEnded() async throws {
        let failure = try await Decoders.scripted("exec sleep 600", timeLimit: .seconds(1)) { client in
            await Decoders.failure { _ = try await client.capabilities() }
        }
        #expect(failure?.code == .mediaTooSlow)
        #expect(failure?.message.contains("longer than 1 seconds") == true)
    }

    @Test func nonsenseIsNotBelieved() async throws {
        let failure = try await Decoders.scripted("head -c 100 /dev/zero; exec sleep 600") { client in
            await Decoders.failure { _ = try await client.capabilities() }
        }
        #expect(failure?.code == .decoderProtocol)
    }

    @Test func aMissingProgramIsNamed() async {
        let client = DecoderClient(
            DecoderConfiguration(program: "/nonexistent/hearth-decoder"), logger: .init(label: "test"))
        let failure = await Decoders.failure { _ = try await client.capabilities() }
        #expect(failure?.code == .decoderMissing)
        #expect(failure?.hint?.contains("/nonexistent/hearth-decoder") == true)
        #expect(await client.running == 0)
    }

    @Test func cancellationEndsTheDecoder() async throws {
        try await Decoders.scripted("exec sleep 600") { client in
            let task = Task { try await client.capabilities() }
            while await client.running == 0 { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(await client.running == 0)
        }
    }

    @Test func anInputThatFailsIsTheCallersFailure() async throws {
        let client = Decoders.real()
        let input = DecoderInput { throw HearthError(.notFound, "gone") }
        #expect(await Decoders.failure { _ = try await client.answer(.see(SeeOptions()), input) }?.code == .notFound)
        #expect(try await !client.capabilities().isEmpty)
        await client.shutDown()
    }
}
