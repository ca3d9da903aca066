import Foundation
import HearthCore
import HearthMedia
import HearthTesting
import Logging

/// The real program, and programs that behave badly in its place.
enum Decoders {
    static var hasVoiceModel: Bool {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["HEARTH_MODELS"] ?? (environment["HOME"] ?? "") + "/.local/share/hearth/models"
        return FileManager.default.fileExists(atPath: folder + "/silero_vad_16k.safetensors")
    }

    static func real(limit: Int = 1, timeLimit: Duration? = nil, idle: Duration = .seconds(60)) -> DecoderClient {
        DecoderClient(
            DecoderConfiguration(program: BuiltProgram.decoder, limit: limit, idle: idle, timeLimit: timeLimit),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs `body` with a client of a shell script.
    static func scripted<Result>(
        _ script: String, limit: Int = 1, timeLimit: Duration? = nil, _ body: (DecoderClient) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "hearth-decoder-\(UUID().uuidString)")
        try Data(("#!/bin/sh\n" + script + "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
        let client = DecoderClient(
            DecoderConfiguration(program: file.path, limit: limit, timeLimit: timeLimit),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await body(client)
    }

    /// The failure that `body` throws.
    static func failure(_ body: () async throws -> Void) async -> HearthError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? HearthError
        }
    }

    /// 16-bit mono.
    static func wav(_ samples: [Int16], rate: UInt32 = 16_000) -> [UInt8] {
        let data = samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        return wav(data, tag: 1, rate: rate, bytesPerSecond: rate * 2, block: 2, bits: 16)
    }

    /// G.722 in the clothes of a WAV: 64 kbit/s, 16 kHz.
    static func wav(g722: [UInt8]) -> [UInt8] {
        wav(g722, tag: 0x028F, rate: 16_000, bytesPerSecond: 8000, block: 1, bits: 4)
    }

    private static func wav(
        _ data: [UInt8], tag: UInt16, rate: UInt32, bytesPerSecond: UInt32, block: UInt16, bits: UInt16
    ) -> [UInt8] {
        func two(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        func four(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let format = two(tag) + two(1) + four(rate) + four(bytesPerSecond) + two(block) + two(bits)
        return Array("RIFF".utf8) + four(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + four(16) + format
            + Array("data".utf8) + four(UInt32(data.count)) + data
    }
}
