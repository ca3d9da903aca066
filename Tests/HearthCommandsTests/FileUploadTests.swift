import Foundation
import HearthCore
import NIOCore
import Synchronization
import Testing

@testable import HearthCommands

@Suite struct FileUploadTests {
    private func write(_ path: String, _ count: Int) throws -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try Data(bytes).write(to: URL(filePath: path))
        return bytes
    }

    @Test func aFileGoesOutInBoundedPieces() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let bytes = try write(folder + "/a", 3 * FileUpload.pieceBytes + 7)
            let told = Mutex<[Int]>([])
            let upload = try FileUpload(path: folder + "/a") { sent in told.withLock { $0.append(sent) } }
            #expect(upload.size == bytes.count)
            var pieces: [[UInt8]] = []
            try await upload.send { pieces.append(Array($0.readableBytesView)) }
            #expect(Array(pieces.joined()) == bytes)
            #expect(pieces.map(\.count).max() == FileUpload.pieceBytes)
            #expect(told.withLock { $0 } == (1...3).map { $0 * FileUpload.pieceBytes } + [bytes.count])
        }
    }

    @Test func aFileThatGrowsIsSentAsItWas() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let bytes = try write(folder + "/a", 1000)
            let upload = try FileUpload(path: folder + "/a")
            let handle = try #require(FileHandle(forWritingAtPath: folder + "/a"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("more".utf8))
            try handle.close()
            var sent: [UInt8] = []
            try await upload.send { sent += Array($0.readableBytesView) }
            #expect(sent == bytes)
        }
    }

    @Test func aFileThatShrinksIsAnErrorToTryAgain() async throws {
        try await TemporaryFolder.useWaiting { folder in
            _ = try write(folder + "/a", 1000)
            let upload = try FileUpload(path: folder + "/a")
            #expect(truncate(folder + "/a", 10) == 0)
            let error = await #expect(throws: HearthError.self) { try await upload.send { _ in } }
            #expect(error?.disposition == .retry)
        }
    }

    @Test func aFileThatIsGoneIsNamed() throws {
        let error = #expect(throws: HearthError.self) { _ = try FileUpload(path: "/nowhere/a.wav") }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("/nowhere/a.wav") == true)
    }

    // MARK: Against a server

    private func call(_ upload: FileUpload, _ device: String, type: String = "audio/wav") -> HTTPCall {
        HTTPCall(
            method: .post, path: type == "audio/wav" ? "/audio/upload" : "/images/upload",
            query: [("device_id", device), ("timestamp", "2026-01-01T00:00:00Z")],
            headers: [("Accept", "application/json"), ("Content-Type", type)], upload: upload)
    }

    private func client(of hearth: RunningHearth) throws -> ServerClient {
        let token = try String(contentsOf: URL(filePath: hearth.home + "/keys/owner.token"), encoding: .utf8)
        return ServerClient(address: hearth.address, token: token.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Larger than the buffers of both sides together.
    private static let manyBytes = 24 << 20

    /// A second of silence behind a chunk of `count` bytes that players pass over.
    private static func wave(_ count: Int) -> Data {
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
        func chunk(_ name: String, _ content: Data) -> Data {
            Data(Array(name.utf8) + little(content.count)) + content
        }
        let format = Data([1, 0, 1, 0] + little(16_000) + little(32_000) + [2, 0, 16, 0])
        let body =
            Data("WAVE".utf8) + chunk("fmt ", format) + chunk("JUNK", Data(repeating: 0x55, count: count))
            + chunk("data", Data(count: 32_000))
        return chunk("RIFF", body)
    }

    @Test func aLongRecordingArrivesWholeAndTheConnectionGoesOn() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Recorder").id
            let path = hearth.home + "/long.wav"
            let sound = Self.wave(Self.manyBytes)
            try sound.write(to: URL(filePath: path))
            let client = try client(of: hearth)
            try await client.withConnection { connection in
                let made = try await connection.perform(call(try FileUpload(path: path), device))
                #expect(made.status == 201)
                #expect(connection.isReusable)
                let value = try JSONValue(parsing: made.body)
                #expect(value["size_bytes"]?.int64 == Int64(sound.count))
                let file = try await connection.perform(.get(value["href"]?.string ?? ""))
                #expect(Data(file.body) == sound)
            }
        }
    }

    /// The server answers long before it has the whole file.
    @Test func aRefusalOfALargeFileIsHeard() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Camera").id
            let path = hearth.home + "/not-a-picture.png"
            try Data(repeating: 0x20, count: Self.manyBytes).write(to: URL(filePath: path))
            let client = try client(of: hearth)
            let answer = try await client.perform(call(try FileUpload(path: path), device, type: "image/png"))
            #expect(answer.status == 422)
            #expect(try JSONValue(parsing: answer.body)["code"] == "invalid-value")
        }
    }
}
