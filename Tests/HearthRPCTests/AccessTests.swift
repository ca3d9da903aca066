import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import HearthCore
import HearthIngest
import HearthProtocols
import HearthServer
import HearthStore
import HearthVault
import SwiftProtobuf
import Testing

@testable import HearthRPC

/// Who is let in, and what is read: the rules of HTTP at the door for gRPC.
@Suite struct AccessTests {
    private func resumePoint(
        _ household: RPCHousehold, as caller: RPCHousehold.Caller, metadata: Metadata? = nil
    ) async throws {
        let metadata = metadata ?? household.metadata(caller)
        _ = try await household.connected { client in
            try await Ingestion_V1_IngestionService.Client(wrapping: client).getResumePoint(
                .with { $0.resumeToken = "any" }, metadata: metadata)
        }
    }

    @Test(arguments: [RPCHousehold.Caller.nobody, .stranger]) func wrongTokenIsRefused(
        _ caller: RPCHousehold.Caller
    ) async throws {
        try await RPCHousehold.with { household in
            let error = await #expect(throws: RPCError.self) { try await resumePoint(household, as: caller) }
            #expect(error?.code == .unauthenticated)
            #expect(error?.hearthCode == "unauthorized")
            let stream = await #expect(throws: RPCError.self) {
                _ = try await household.stream(as: caller, [Sending.opening("accelerometer")])
            }
            #expect(stream?.code == .unauthenticated)
            let basic = await #expect(throws: RPCError.self) {
                try await resumePoint(household, as: caller, metadata: ["authorization": "Basic YTpi"])
            }
            #expect(basic?.hearthCode == "unauthorized")
        }
    }

    @Test func detailsOfAnErrorCanBeRead() async throws {
        try await RPCHousehold.with { household in
            let error = await #expect(throws: RPCError.self) {
                _ = try await household.stream(as: .heartOnly, [Sending.opening("accelerometer")])
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.hearthCode == "stream-not-allowed")
            let status = try #require(try error?.unpackGoogleRPCStatus())
            #expect(status.details.compactMap(\.errorInfo).map(\.reason) == ["stream-not-allowed"])
            #expect(
                status.details.compactMap(\.badRequest).flatMap { $0.violations.map(\.field) } == ["/opening/stream"])
        }
    }

    @Test func streamsOfATokenBindEveryReading() async throws {
        try await RPCHousehold.with { household in
            let time = Timestamp(microseconds: Sending.start)
            let json = """
                [{"stream":"heartrate","timestamp":"\(time)","bpm":60},
                 {"stream":"accelerometer","timestamp":"\(time)","x":0,"y":0,"z":9.8}]
                """
            let answers = try await household.stream(
                as: .heartOnly,
                [Sending.frame(1) { $0.json = .init(json.utf8) }, Sending.frame(2) { $0.stream = "accelerometer" }])
            #expect(answers[0].result.accepted == 1)
            #expect(answers[0].result.rejections.map(\.error.code) == ["stream-not-allowed"])
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 0)
        }
    }

    @Test func devicesOfOthersDoNotExist() async throws {
        try await RPCHousehold.with { household in
            let other = household.bensPhone.id.description
            let error = await #expect(throws: RPCError.self) {
                _ = try await household.stream([Sending.opening("accelerometer", device: other)])
            }
            #expect(error?.code == .notFound)
            let answers = try await household.stream([
                Sending.frame(1) {
                    $0.stream = "accelerometer"
                    $0.deviceID = other
                    $0.columns = Sending.accelerations(from: 0, count: 1)
                }
            ])
            #expect(answers[0].result.rejections.map { $0.error.fields.map(\.pointer) } == [["/device_id"]])
            // The owner may write for every device.
            let summary = try await household.send(
                as: .owner, [Sending.opening("accelerometer", device: other), Sending.columns(1, from: 0, count: 4)])
            #expect(summary.accepted == 4)
        }
    }

    @Test func guesserIsLockedOutAndAGoodTokenIsNot() async throws {
        try await RPCHousehold.with {
            $0.rates.failuresBeforeLockout = 3
        } _: { household in
            var codes: [String] = []
            for _ in 0..<6 {
                let error = await #expect(throws: RPCError.self) { try await resumePoint(household, as: .stranger) }
                codes.append(error?.hearthCode ?? "none")
            }
            #expect(codes.last == "locked-out", "\(codes)")
            #expect(codes.first == "unauthorized")
            try await resumePoint(household, as: .phone)
        }
    }

    @Test func callsAreHeldToTheRate() async throws {
        try await RPCHousehold.with {
            $0.rates.perRole[.device] = RateSettings.Rate(perSecond: 0.001, burst: 3)
        } _: { household in
            for _ in 0..<3 { try await resumePoint(household, as: .phone) }
            let error = await #expect(throws: RPCError.self) { try await resumePoint(household, as: .phone) }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.hearthCode == "rate-limited")
            let status = try #require(try error?.unpackGoogleRPCStatus())
            let waits = status.details.compactMap(\.retryInfo).map(\.delay)
            #expect(waits.count == 1 && waits[0] > .seconds(1))
            // Others are not concerned.
            try await resumePoint(household, as: .owner)
        }
    }

    @Test func framesBeyondTheRateComeLaterAndAllCome() async throws {
        try await RPCHousehold.with {
            $0.rates.perRole[.device] = RateSettings.Rate(perSecond: 100, burst: 5)
        } _: { household in
            let frames = (0..<30).map { Sending.columns(Int64($0 + 1), from: $0, count: 1) }
            let answers = try await household.stream([Sending.opening("accelerometer")] + frames)
            #expect(answers[0].opened.limits.framesPerSecond == 100)
            #expect(answers.dropFirst().map(\.result.accepted) == frames.map { _ in 1 })
        }
    }

    @Test func messageThatIsNoneConcernsItselfAlone() async throws {
        try await RPCHousehold.with { household in
            let answers = try await household.raw([
                [0xff, 0xff, 0xff], try Sending.columns(2, from: 0, count: 5).bytesFor("accelerometer"),
                [0x12, 0x7f, 0x00],
            ])
            #expect(answers.map(\.result.error.code) == ["malformed-body", "", "malformed-body"])
            #expect(answers[1].result.accepted == 5)
        }
    }

    @Test func messageThatIsTooLargeConcernsItselfAlone() async throws {
        try await RPCHousehold.with {
            $0.limits.messageBytes = 10_000
        } _: { household in
            let answers = try await household.stream([
                Sending.opening("accelerometer"), Sending.columns(1, from: 0, count: 1000),
                Sending.columns(2, from: 0, count: 10),
            ])
            #expect(answers[1].result.error.code == "too-large")
            #expect(answers[2].result.accepted == 10)
        }
    }

    @Test func frameOfTooManyReadingsIsRefused() async throws {
        var limits = IngestLimits()
        limits.batchItems = 100
        try await RPCHousehold.with(limits: limits) { household in
            let answers = try await household.stream([
                Sending.opening("accelerometer"), Sending.columns(1, from: 0, count: 101),
                Sending.columns(2, from: 0, count: 100),
            ])
            #expect(answers[1].result.error.code == "too-large")
            #expect(answers[2].result.accepted == 100)
        }
    }

    @Test func messageBeyondTheTransportEndsOnlyItsCall() async throws {
        try await RPCHousehold.with { household in
            await #expect(throws: RPCError.self) {
                _ = try await household.stream([
                    Sending.opening("accelerometer"),
                    Sending.frame(1) { $0.json = .init(repeating: 0x20, count: (4 << 20) + RPCLimits.excessBytes) },
                ])
            }
            try await resumePoint(household, as: .phone)
        }
    }

    @Test func methodThatIsNotThereIsUnimplemented() async throws {
        try await RPCHousehold.with { household in
            let error = await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    try await client.unary(
                        request: ClientRequest(message: Query_V1_TopKEventsRequest()),
                        descriptor: MethodDescriptor(fullyQualifiedService: "query.v1.QueryService", method: "Guess"),
                        serializer: ProtobufSerializer<Query_V1_TopKEventsRequest>(),
                        deserializer: ProtobufDeserializer<Query_V1_TopKEventsResponse>(), options: .defaults
                    ) { _ = try $0.message }
                }
            }
            #expect(error?.code == .unimplemented)
        }
    }
}

extension Ingestion_V1_IngestRequest {
    /// As bytes, with the stream in the frame.
    fileprivate func bytesFor(_ stream: String) throws -> [UInt8] {
        var copy = self
        copy.frame.stream = stream
        return try copy.serializedBytes()
    }
}

extension RPCHousehold {
    /// Sends bytes that need not be messages.
    fileprivate func raw(_ messages: [[UInt8]]) async throws -> [Ingestion_V1_IngestResponse] {
        let metadata = metadata(.phone)
        return try await connected { client in
            try await client.bidirectionalStreaming(
                request: StreamingClientRequest(metadata: metadata) { writer in
                    for message in messages { try await writer.write(message) }
                }, descriptor: Ingestion_V1_IngestionService.Method.StreamReadings.descriptor,
                serializer: RawBytes(), deserializer: ProtobufDeserializer<Ingestion_V1_IngestResponse>(),
                options: .defaults
            ) { response in
                var answers: [Ingestion_V1_IngestResponse] = []
                for try await answer in response.messages { answers.append(answer) }
                return answers
            }
        }
    }
}

private struct RawBytes: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
}
