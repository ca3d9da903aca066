import Foundation
import HearthCore
import HearthMedia
import HearthPerceive
import HearthPipeline
import HearthSchema
import HearthStore
import HearthVault
import Logging
import Synchronization
import Testing

/// A decoder that finds speech in three stretches, whatever it is given, up to four times.
private struct Household {
    let folder: URL
    let blobs: BlobStore
    let registry: StreamRegistry
    let decoder: DecoderClient

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "hearth-long-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        blobs = try BlobStore(home: folder.path, ring: KeyRing(key: Array(0..<32)))
        registry = try StreamRegistry(StreamRegistry.shipped())
        let events: [DecoderEvent] =
            (0..<3).map { .speech(SpeechSegment(start: Double($0) * 60, end: Double($0) * 60 + 30, probability: 0.9)) }
            + [.audioEnd(AudioEnd(seconds: 180, speechSeconds: 90))]
        let frames = events.map { Frame(.event, $0.wireForm.payload) } + [Frame(.done)]
        let answer = folder.appending(path: "answer")
        try Data(frames.flatMap { $0.header + $0.payload }).write(to: answer)
        let program = folder.appending(path: "decoder")
        try Data("#!/bin/sh\ncat\(String(repeating: " '\(answer.path)'", count: 4))\nexec sleep 600\n".utf8).write(
            to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        decoder = DecoderClient(
            DecoderConfiguration(program: program.path, limit: 1, idle: .zero),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func close() async {
        await decoder.shutDown()
        try? FileManager.default.removeItem(at: folder)
    }

    func recording() throws -> ReadingBatch {
        let writer = try blobs.makeWriter()
        try writer.append([1, 2, 3])
        let definition = try #require(registry["audio"])
        var batch = ReadingBatch(stream: definition)
        let time = Timestamp(seconds: 1_700_000_000)
        batch.heads = [
            ReadingHead(person: .random(at: time), device: .random(at: time), timestamp: time, received: time)
        ]
        batch.cells = Array(repeating: .null, count: definition.columnCount)
        batch.cells[try #require(definition.blobColumn)] = batch.textCell(try writer.finish().sha256)
        batch.cells[try #require(definition.fieldIndex("format"))] = batch.textCell("wav")
        return batch
    }
}

/// Writes down at which second a stretch begins.
private final class SlowServer: RemoteTranscriber {
    private struct State {
        var asked: [Double] = []
        var failures: [Double]
    }

    private let state: Mutex<State>

    /// - Parameter failures: Stretches that fail once, by the second at which they begin.
    init(failures: [Double] = []) { state = Mutex(State(failures: failures)) }

    var asked: [Double] { state.withLock { $0.asked } }

    let batchLimits = SpeechBatch.Limits(seconds: 60, stretches: 1)

    func shutdown() async throws {}

    func transcribe(_ segments: [SpeechSegment], language: String?) async throws -> [Transcript] {
        try segments.map(transcript)
    }

    private func transcript(of segment: SpeechSegment) throws -> Transcript {
        let fails = state.withLock { state in
            state.asked.append(segment.start)
            guard let index = state.failures.firstIndex(of: segment.start) else { return false }
            state.failures.remove(at: index)
            return true
        }
        if fails { throw HearthError(.overloaded, "Busy.", disposition: .retry) }
        return Transcript(
            words: [], timing: .stretch, text: "At \(Int(segment.start)).", language: "en", engine: "test")
    }
}

struct LongRecordingTests {
    @Test func whatThereIsNoTimeForIsLeftOutAndSaid() async throws {
        let household = try Household()
        let (server, start) = (SlowServer(), ContinuousClock.now)
        let processor = TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, remote: server) {
            start + .seconds(2 * 3600) * server.asked.count
        }
        let result = try await processor.process(try household.recording())
        #expect(result.failures.isEmpty)
        #expect(result.readings.map { $0.payload["text"]?.string } == ["At 0.", "At 60."])
        #expect(result.readings.allSatisfy { $0.payload["incomplete"]?.string?.contains("first 90 seconds") == true })
        await household.close()
    }

    @Test func aRecordingThatCannotBeWrittenDownInTimeIsRefused() async throws {
        let household = try Household()
        let asked = Mutex(0.0)
        let start = ContinuousClock.now
        let processor = TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, remote: SlowServer()) {
            asked.withLock { count in
                defer { count += 1 }
                return start + .seconds(4 * 3600 * count)
            }
        }
        let result = try await processor.process(try household.recording())
        #expect(result.readings.isEmpty && result.failures.map(\.error.code) == [.mediaTooSlow])
        await household.close()
    }

    @Test func whatWasWrittenDownIsNotAskedForAgainAfterAFailure() async throws {
        let household = try Household()
        let server = SlowServer(failures: [60])
        let processor = TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, remote: server)
        let recording = try household.recording()
        await #expect(throws: HearthError.self) { try await processor.process(recording) }
        #expect(server.asked == [0, 60])
        let result = try await processor.process(recording)
        #expect(server.asked == [0, 60, 60, 120])
        #expect(result.readings.map { $0.payload["text"]?.string } == ["At 0.", "At 60.", "At 120."])
        // What was finished is forgotten: a run again asks anew.
        _ = try await processor.process(recording)
        #expect(server.asked.count == 7)
        await household.close()
    }
}
