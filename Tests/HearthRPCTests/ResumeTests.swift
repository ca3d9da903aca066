import GRPCCore
import HearthCore
import HearthProtocols
import HearthServer
import HearthStore
import HearthTesting
import SwiftProtobuf
import Testing

@testable import HearthRPC

/// Calls that end before their sender is done.
@Suite struct ResumeTests {
    /// Leaves a call on purpose.
    private struct Cut: Error {}

    /// Opens a call, sends frames one by one as they are answered, and then leaves it without a goodbye.
    private func cutCall(_ household: RPCHousehold, _ messages: [Ingestion_V1_IngestRequest]) async throws {
        let metadata = household.metadata(.phone)
        await #expect(throws: (any Error).self) {
            try await household.connected { client in
                let service = Ingestion_V1_IngestionService.Client(wrapping: client)
                let (answered, next) = AsyncStream.makeStream(of: Void.self)
                try await service.streamReadings(metadata: metadata) { writer in
                    var turns = answered.makeAsyncIterator()
                    for message in messages {
                        try await writer.write(message)
                        await turns.next()
                    }
                    throw Cut()
                } onResponse: { response in
                    for try await _ in response.messages { next.yield() }
                }
            }
        }
    }

    @Test func cutCallGoesOnWhereItWas() async throws {
        try await RPCHousehold.with { household in
            let frames = (0..<6).map { Sending.columns(Int64($0 + 1), from: $0 * 10, count: 10) }
            let opening = Sending.opening("accelerometer", token: "walk-7")
            try await cutCall(household, [opening] + frames.prefix(4))
            let point = try await household.connected { client in
                try await Ingestion_V1_IngestionService.Client(wrapping: client).getResumePoint(
                    .with { $0.resumeToken = "walk-7" }, metadata: household.metadata(.phone))
            }
            #expect(point.known)
            #expect(point.acknowledged == 4)
            // The sender is careful and repeats one frame.
            let answers = try await household.stream([opening] + frames.dropFirst(3))
            #expect(answers[0].opened.resumed)
            #expect(answers[0].opened.acknowledged == 4)
            #expect(answers.dropFirst().map(\.result.duplicates) == [10, 0, 0])
            #expect(answers.dropFirst().map(\.result.accepted) == [0, 10, 10])
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 60)
        }
    }

    @Test func frameSentTwiceIsStoredOnce() async throws {
        try await RPCHousehold.with { household in
            let frame = Sending.columns(5, from: 0, count: 40)
            let answers = try await household.stream([Sending.opening("accelerometer"), frame, frame, frame])
            #expect(answers.dropFirst().map(\.result.accepted) == [40, 0, 0])
            #expect(answers.dropFirst().map(\.result.duplicates) == [0, 40, 40])
            #expect(answers.dropFirst().map(\.result.sequence) == [5, 5, 5])
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 40)
        }
    }

    @Test func tokenOfOneCallerSaysNothingToAnother() async throws {
        try await RPCHousehold.with { household in
            _ = try await household.stream([
                Sending.opening("accelerometer", token: "shared"), Sending.columns(9, from: 0, count: 1),
            ])
            let point = try await household.connected { client in
                try await Ingestion_V1_IngestionService.Client(wrapping: client).getResumePoint(
                    .with { $0.resumeToken = "shared" }, metadata: household.metadata(.member))
            }
            #expect(!point.known)
        }
    }

    @Test func runsAreRememberedOnDisk() async throws {
        let catalogue = MemoryCatalogueStore()
        let (caller, other) = (UniqueID.random(at: SystemTime().now()), UniqueID.random(at: SystemTime().now()))
        let runs = UploadRuns(catalogue)
        #expect(try await runs.acknowledged("a", of: caller) == nil)
        for number in 1...20 { runs.advance("run-\(number)", of: caller, to: Int64(number), isNewRun: true) }
        runs.advance("run-19", of: caller, to: 7, isNewRun: false)
        try await runs.save(caller)
        let later = UploadRuns(catalogue)
        #expect(try await later.acknowledged("run-20", of: caller) == 20)
        #expect(try await later.acknowledged("run-19", of: caller) == 19)
        #expect(try await later.acknowledged("run-1", of: caller) == nil)
        #expect(try await later.acknowledged("run-20", of: other) == nil)
    }

    @Test func oldTokenOfANewRunStartsAnew() async throws {
        try await RPCHousehold.with { household in
            let opening = Sending.opening("accelerometer", token: "reused")
            _ = try await household.stream([opening, Sending.columns(50, from: 0, count: 10)])
            // Other readings under numbers that were acknowledged: the sender counts from one again.
            _ = try await household.stream([opening, Sending.columns(1, from: 100, count: 10)])
            let answers = try await household.stream([opening])
            #expect(answers[0].opened.acknowledged == 1)
        }
    }

    @Test func openingComesFirstOrNotAtAll() async throws {
        try await RPCHousehold.with { household in
            let error = await #expect(throws: RPCError.self) {
                _ = try await household.stream([
                    Sending.opening("accelerometer"), Sending.columns(1, from: 0, count: 1),
                    Sending.opening("accelerometer"),
                ])
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.hearthCode == "invalid-value")
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 1)
        }
    }

    @Test func shutdownAnswersWhatItTookAndSaysWhy() async throws {
        try await RPCHousehold.with { household in
            let metadata = household.metadata(.phone)
            let error = await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    let (answered, next) = AsyncStream.makeStream(of: Void.self)
                    try await Ingestion_V1_IngestionService.Client(wrapping: client).streamReadings(
                        metadata: metadata
                    ) { writer in
                        var turns = answered.makeAsyncIterator()
                        try await writer.write(Sending.opening("accelerometer", token: "stopped"))
                        try await writer.write(Sending.columns(1, from: 0, count: 10))
                        await turns.next()
                        await turns.next()
                        await household.beginShutdown()
                        // Stays open: the server has to end it.
                        while await turns.next() != nil {}
                    } onResponse: { response in
                        defer { next.finish() }
                        for try await _ in response.messages { next.yield() }
                    }
                }
            }
            #expect(error?.code == .unavailable)
            #expect(error?.hearthCode == "shutting-down")
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 10)
            let later = UploadRuns(household.catalogue)
            let caller = household.phoneTokenID
            let acknowledged = try await later.acknowledged("stopped", of: caller)
            #expect(acknowledged == 1)
        }
    }

    @Test func deadlineEndsACallThatWouldNotEnd() async throws {
        try await RPCHousehold.with { household in
            let metadata = household.metadata(.phone)
            let options = Sending.options(timeout: .milliseconds(400))
            let error = await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    _ = try await Ingestion_V1_IngestionService.Client(wrapping: client).sendReadings(
                        metadata: metadata, options: options
                    ) { writer in
                        try await writer.write(Sending.opening("accelerometer"))
                        try await writer.write(Sending.columns(1, from: 0, count: 10))
                        try await Task.sleep(for: .seconds(60))
                    }
                }
            }
            #expect(error?.code == .deadlineExceeded || error?.code == .cancelled, "\(String(describing: error))")
            // The server is free again, and has what it took.
            let summary = try await household.send([
                Sending.opening("accelerometer"), Sending.columns(1, from: 0, count: 10),
            ])
            #expect(summary.accepted + summary.duplicates == 10)
        }
    }

    @Test func revokedTokenEndsItsCalls() async throws {
        try await RPCHousehold.with { household in
            let metadata = household.metadata(.phone)
            let error = await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    let (answered, next) = AsyncStream.makeStream(of: Void.self)
                    try await Ingestion_V1_IngestionService.Client(wrapping: client).streamReadings(
                        metadata: metadata
                    ) { writer in
                        var turns = answered.makeAsyncIterator()
                        try await writer.write(Sending.opening("accelerometer"))
                        await turns.next()
                        try await household.dependencies.authenticator.revoke(household.phoneTokenID)
                        try await writer.write(Sending.columns(1, from: 0, count: 10))
                        while await turns.next() != nil {}
                    } onResponse: { response in
                        defer { next.finish() }
                        for try await _ in response.messages { next.yield() }
                    }
                }
            }
            #expect(error?.code == .unauthenticated)
            #expect(error?.hearthCode == "unauthorized")
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 0)
        }
    }
}
