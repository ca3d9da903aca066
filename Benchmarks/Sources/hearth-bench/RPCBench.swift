import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import HearthCore
import HearthProtocols
import SwiftProtobuf
import Synchronization

/// Sends acceleration readings to a running server over gRPC: one call per connection, all frames made before the clock
/// starts, each answered when it is durable.
enum RPCBench {
    /// Ten milliseconds, a phone's rate.
    private static let step: Int64 = 10_000

    struct Load {
        var port: Int
        var token: String
        /// One connection for each.
        var devices: [String]
        /// Of one connection.
        var frames: Int
        var readings: Int
        /// Microseconds of the first reading.
        var start: Int64
        /// Whether every frame is answered, or the call.
        var isAnsweredEach: Bool
    }

    static func run(_ load: Load) async throws -> JSONValue {
        let connections = try load.devices.map { try frames(load, device: $0) }
        let accepted = Atomic<Int>(0)
        let seconds = try await Stopwatch.seconds {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for frames in connections {
                    group.addTask { try await send(frames, load) }
                }
                for try await count in group { accepted.add(count, ordering: .relaxed) }
            }
        }
        let count = accepted.load(ordering: .relaxed)
        guard count == load.devices.count * load.frames * load.readings else {
            throw HearthError(.internalError, "\(count) readings were accepted, not all that were sent.")
        }
        return [
            "accepted": .integer(Int64(count)), "seconds": .real(seconds), "per_second": .real(Double(count) / seconds),
            "client_processor_seconds": .real(Stopwatch.processorSeconds()),
        ]
    }

    private static func frames(_ load: Load, device: String) throws -> [[UInt8]] {
        var messages: [[UInt8]] = [
            try Ingestion_V1_IngestRequest.with {
                $0.opening.stream = "accelerometer"
                $0.opening.deviceID = device
            }.serializedBytes()
        ]
        for frame in 0..<load.frames {
            let rows = (0..<load.readings).map { load.start + Int64(frame * load.readings + $0) * step }
            messages.append(
                try Ingestion_V1_IngestRequest.with {
                    $0.frame.sequence = Int64(frame + 1)
                    $0.frame.columns.times = rows
                    $0.frame.columns.columns = ["x", "y", "z"].enumerated().map { axis, name in
                        .with {
                            $0.field = name
                            $0.doubles.values = rows.map { sin(Double($0) / 500_000 + Double(axis)) * 9.81 }
                        }
                    }
                }.serializedBytes())
        }
        return messages
    }

    /// - Returns: Readings that were accepted.
    private static func send(_ frames: [[UInt8]], _ load: Load) async throws -> Int {
        let request = StreamingClientRequest<[UInt8]>(metadata: ["authorization": "Bearer \(load.token)"]) { writer in
            for frame in frames { try await writer.write(frame) }
        }
        typealias Method = Ingestion_V1_IngestionService.Method
        return try await withGRPCClient(
            transport: try .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: load.port), transportSecurity: .plaintext)
        ) { client in
            if load.isAnsweredEach {
                return try await client.bidirectionalStreaming(
                    request: request, descriptor: Method.StreamReadings.descriptor, serializer: MadeBytes(),
                    deserializer: ProtobufDeserializer<Ingestion_V1_IngestResponse>(), options: .defaults
                ) { response in
                    var count = 0
                    for try await answer in response.messages { count += Int(answer.result.accepted) }
                    return count
                }
            }
            return try await client.clientStreaming(
                request: request, descriptor: Method.SendReadings.descriptor, serializer: MadeBytes(),
                deserializer: ProtobufDeserializer<Ingestion_V1_IngestSummary>(), options: .defaults
            ) { Int(try $0.message.accepted) }
        }
    }
}

private struct MadeBytes: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
}
