import Foundation
import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Testing

@testable import HearthServer

@Suite struct AudioSocketTests {
    private func path(_ server: LiveServer) -> String { "/audio/stream/\(server.watch.id)" }

    private func field(_ name: String, _ row: Int, of batch: ReadingBatch) -> Cell {
        batch.stream.fieldIndex(name).map { batch[row, $0] } ?? .null
    }

    private func blob(_ server: LiveServer, _ row: Int, of batch: ReadingBatch) throws -> [UInt8] {
        let name = try #require(batch.string(field("blob", row, of: batch)))
        let reader = try server.dependencies.blobs.open(name)
        var bytes: [UInt8] = []
        while let chunk = try reader.nextChunk() { bytes += chunk }
        return bytes
    }

    @Test func aFileInATextMessageIsStored() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                let sound = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
                let message: JSONValue = [
                    "seq": 5, "timestamp": "2026-10-01T08:00:00Z", "format": "webm", "sample_rate": 48000,
                    "data": .string(Base64.encode(sound)),
                ]
                try await peer.send(message)
                try await peer.send(message)
                let answers = try await peer.receive(2).map(\.json)
                #expect(answers[0]["ack"] == 5)
                #expect(answers[0]["duplicate"] == nil)
                #expect(answers[1]["duplicate"] == true)
                let stored = try await server.stored("audio")
                #expect(stored.count == 1)
                #expect(field("size_bytes", 0, of: stored) == .integer(1000))
                let bytes = try blob(server, 0, of: stored)
                #expect(bytes == sound)
            }
        }
    }

    @Test func samplesAreCutIntoFilesThatPlay() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send([
                    "format": "pcm", "sample_rate": 8000, "timestamp": "2026-10-01T08:00:00Z",
                ])
                let begun = try await peer.receive()
                #expect(begun.first?.json["ack"] == 1)
                let recording = try #require(begun.first?.json["file_id"]?.string)
                // 65 seconds of 16 000 bytes each, in messages of one second, and half a sample too many.
                let samples = (0..<65 * 16_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                for second in 0..<65 {
                    try await peer.send(binary: Array(samples[second * 16_000..<(second + 1) * 16_000]))
                }
                try await peer.send(binary: [1])
                let two = try await peer.receive(2).map(\.json)
                #expect(two.map { $0["chunk_index"]?.int64 } == [0, 1])
                #expect(two.map { $0["ack"]?.int64 } == [31, 61])
                try await peer.sendClose()
                let rest = try await peer.receiveAll()
                #expect(rest.first?.json["duration_seconds"] == 5)
                #expect(rest.last?.closeCode == 1000)
                let stored = try await server.stored("audio")
                #expect(stored.count == 3)
                #expect(
                    stored.heads.map(\.timestamp.description) == [
                        "2026-10-01T08:00:00Z", "2026-10-01T08:00:30Z", "2026-10-01T08:01:00Z",
                    ])
                var sound: [UInt8] = []
                for row in 0..<3 {
                    #expect(stored.string(field("file_id", row, of: stored)) == recording)
                    #expect(stored.string(field("format", row, of: stored)) == "wav")
                    let file = try blob(server, row, of: stored)
                    #expect(Array(file[0..<4]) == Array("RIFF".utf8))
                    #expect(Array(file[8..<16]) == Array("WAVEfmt ".utf8))
                    #expect(Array(file[24..<28]) == [0x40, 0x1f, 0, 0])
                    let length = (0..<4).reduce(0) { $0 | Int(file[40 + $1]) << ($1 * 8) }
                    #expect(length == file.count - 44)
                    sound += file[44...]
                }
                #expect(sound == samples)
            }
        }
    }

    @Test func whatIsWrongIsSaid() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                let messages = [
                    "{", "[]", "{\"seq\":3}", "{\"seq\":4,\"format\":\"pcm\"}",
                    "{\"seq\":5,\"format\":\"mp3\",\"sample_rate\":8000}",
                    "{\"seq\":6,\"format\":\"pcm\",\"sample_rate\":7}",
                    "{\"seq\":7,\"format\":\"wav\",\"timestamp\":1792663200,\"data\":\"not base64\"}",
                    "{\"seq\":8,\"format\":\"tape\",\"timestamp\":1792663200,\"data\":\"AAAA\"}",
                    "{\"seq\":9,\"format\":\"wav\",\"data\":\"AAAA\"}",
                ]
                for message in messages { try await peer.send(text: message) }
                let answers = try await peer.receive(messages.count).map(\.json)
                let pointers = answers.map { $0["error"]?["errors"]?[0]?["pointer"]?.string ?? "" }
                #expect(
                    pointers == [
                        "", "", "/data", "/sample_rate", "/format", "/sample_rate", "/data", "/format", "/timestamp",
                    ])
                #expect(answers.dropFirst(2).map { $0["seq"]?.int64 } == [3, 4, 5, 6, 7, 8, 9])
                try await peer.send(binary: [0, 0])
                let frames = try await peer.receiveAll()
                #expect(frames.last?.closeCode == 1003)
            }
            let stored = try await server.stored("audio")
            #expect(stored.isEmpty)
        }
    }

    @Test func aNewFormatBeginsANewRecording() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.owner) { peer in
                for rate in [8000, 16_000] {
                    try await peer.send(["format": "pcm", "sample_rate": .integer(Int64(rate)), "channels": 2])
                    try await peer.send(binary: [UInt8](repeating: 1, count: rate * 4))
                }
                try await peer.send(["type": "end"])
                let answers = try await peer.receive(4).map(\.json)
                #expect(answers.map { $0["duration_seconds"]?.double } == [nil, 1, nil, 1])
                #expect(answers[0]["file_id"] == answers[1]["file_id"])
                #expect(answers[0]["file_id"] != answers[2]["file_id"])
            }
            let stored = try await server.stored("audio")
            #expect(stored.count == 2)
        }
    }
}
