import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import HearthCore
import HearthProtocols
import HearthServer
import NIOCore
import SwiftProtobuf
import Testing

@testable import HearthRPC

/// Methods that take no token: what anybody may send them stays small.
@Suite struct OpenCallTests {
    private typealias Health = Grpc_Health_V1_Health
    private typealias Asked = Grpc_Health_V1_HealthCheckRequest

    /// A call that lasts holds what comes and is not read.
    @Test func messagesBehindTheFirstEndTheCall() async throws {
        try await RPCHousehold.with { household in
            var configuration = HTTP2ClientTransport.Posix.Config.defaults
            configuration.compression.algorithm = .gzip
            configuration.compression.enabledAlgorithms = [.gzip]
            // Without its type: a client that knows of one message sends nothing before its own end.
            let watch = MethodDescriptor(
                fullyQualifiedService: Health.descriptor.fullyQualifiedService,
                method: Health.Method.Watch.descriptor.method)
            let (ended, end) = AsyncStream.makeStream(of: Void.self)
            let error = await #expect(throws: RPCError.self) {
                try await withGRPCClient(
                    transport: try .http2NIOPosix(
                        target: .ipv4(address: "127.0.0.1", port: household.port), transportSecurity: .plaintext,
                        config: configuration)
                ) { client in
                    try await client.bidirectionalStreaming(
                        request: StreamingClientRequest<Asked> { writer in
                            try await writer.write(.init())
                            let large = Asked.with { $0.service = String(repeating: "a", count: 4 << 20) }
                            for _ in 0..<20 { try await writer.write(large) }
                            // Without an end of its own: only the server's word ends the call.
                            for await _ in ended {}
                        }, descriptor: watch, serializer: ProtobufSerializer<Asked>(),
                        deserializer: ProtobufDeserializer<Grpc_Health_V1_HealthCheckResponse>(),
                        options: Sending.options(timeout: .seconds(60))
                    ) { response in
                        defer { end.finish() }
                        for try await _ in response.messages {}
                    }
                }
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.hearthCode == "malformed-body")
        }
    }

    @Test func messageThatNobodyNeedsIsRefused() async throws {
        try await RPCHousehold.with { household in
            let error = await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    let long = String(repeating: "a", count: RPCLimits.openMessageBytes)
                    _ = try await Health.Client(wrapping: client).check(.with { $0.service = long })
                }
            }
            #expect(error?.hearthCode == "too-large")
        }
    }

    @Test func oneAddressHasOnlySomeCallsAtOnce() async throws {
        try await RPCHousehold.with { household in
            @Sendable func watch(_ left: Int) async throws {
                try await household.connected { client in
                    try await Health.Client(wrapping: client).watch(.init()) { response in
                        for try await _ in response.messages {
                            if left > 1 { return try await watch(left - 1) }
                            let error = await #expect(throws: RPCError.self) {
                                _ = try await household.connected {
                                    try await Health.Client(wrapping: $0).check(.init())
                                }
                            }
                            #expect(error?.hearthCode == "rate-limited")
                            return
                        }
                    }
                }
            }
            try await watch(RPCLimits.openCalls)
        }
    }

    @Test func callsThatHaveEndedMakeRoomForOthers() throws {
        let calls = OpenCalls(maximum: 2)
        let here = try SocketAddress(ipAddress: "192.0.2.1", port: 1)
        let there = try SocketAddress(ipAddress: "192.0.2.2", port: 1)
        var seats = try [calls.enter(from: here), calls.enter(from: here)]
        #expect(throws: HearthError.self) { _ = try calls.enter(from: here) }
        seats.append(try calls.enter(from: there))
        seats.removeFirst()
        seats.append(try calls.enter(from: here))
        #expect(throws: HearthError.self) { _ = try calls.enter(from: here) }
    }

    @Test func callWithoutAMessageIsNotWaitedFor() async throws {
        let (stream, _) = AsyncThrowingStream.makeStream(of: ReceivedMessage<Asked>.self)
        let error = await #expect(throws: HearthError.self) {
            try await OnlyMessage.use(of: RPCAsyncSequence(wrapping: stream), within: .milliseconds(20)) { _ in }
        }
        #expect(error?.code == .requestTimeout)
    }

    @Test func callThatEndsWithoutAMessageIsRefused() async throws {
        let (stream, end) = AsyncThrowingStream.makeStream(of: ReceivedMessage<Asked>.self)
        end.finish()
        let error = await #expect(throws: HearthError.self) {
            try await OnlyMessage.use(of: RPCAsyncSequence(wrapping: stream), within: nil) { _ in }
        }
        #expect(error?.code == .malformedBody)
    }
}
