import Foundation
import HearthCore
import HearthInference
import HearthMedia
import HearthModelServers
import HearthPerceive
import HearthPipeline
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Logging
import OrderedCollections
import Testing

/// A store of blobs and a decoder in a folder of their own.
private struct Household {
    let folder: URL
    let blobs: BlobStore
    let store = MemoryReadingStore()
    let registry: StreamRegistry
    let decoder: DecoderClient

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "hearth-perceive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        blobs = try BlobStore(home: folder.path, ring: KeyRing(key: Array(0..<32)))
        registry = try StreamRegistry(StreamRegistry.shipped())
        try await store.install(registry.all)
        decoder = DecoderClient(
            DecoderConfiguration(program: BuiltProgram.decoder, limit: 1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func close() async {
        await decoder.shutDown()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A batch of one reading that names a file with these bytes.
    func batch(_ stream: String, _ bytes: [UInt8], format: String) throws -> ReadingBatch {
        let writer = try blobs.makeWriter()
        try writer.append(bytes)
        return try batch(stream, naming: try writer.finish().sha256, format: format)
    }

    func batch(_ stream: String, naming blob: String, format: String) throws -> ReadingBatch {
        let definition = try #require(registry[stream])
        var batch = ReadingBatch(stream: definition)
        let time = Timestamp(seconds: 1_700_000_000)
        batch.heads = [
            ReadingHead(person: .random(at: time), device: .random(at: time), timestamp: time, received: time)
        ]
        batch.cells = Array(repeating: .null, count: definition.columnCount)
        batch.cells[try #require(definition.blobColumn)] = batch.textCell(blob)
        batch.cells[try #require(definition.fieldIndex("format"))] = batch.textCell(format)
        return batch
    }

    var groups: LookalikeGroups {
        get throws {
            LookalikeGroups(
                store: store, stream: try #require(registry[PictureProcessor.described]),
                sources: try ["image", "screenshot"].map { try #require(registry[$0]) })
        }
    }

    var pictures: PictureProcessor {
        get throws {
            PictureProcessor(
                decoder: decoder, blobs: blobs,

                groups: try groups)
        }
    }
}

@Suite struct ProcessorTests {
    static let page = "ocr-tesseract/testing/phototest-rotated-180.png"

    @Test(.enabled(if: TestData.has(page), "test data of Tesseract")) func aPictureBecomesTextAndAThumbnail()
        async throws
    {
        let household = try await Household()
        let batch = try household.batch("screenshot", TestData.bytes(Self.page), format: "png")
        let result = try await household.pictures.process(batch)
        #expect(result.failures.isEmpty)
        #expect(result.readings.map(\.stream) == [PictureProcessor.described, PictureProcessor.extracted])
        for reading in result.readings {
            let definition = try #require(household.registry[reading.stream])
            for key in try #require(reading.payload.object).keys {
                #expect(definition.fieldIndex(key) != nil, "\(key)")
            }
        }
        let described = try #require(result.readings.first?.payload)
        let thumbnail = try household.blobs.open(try #require(described["blob"]?.string))
        #expect(try thumbnail.bytes(in: 0..<3) == [0xFF, 0xD8, 0xFF])
        #expect(described["group"] == described["source_blob"])
        #expect(result.readings.last?.payload["text"]?.string?.contains("quick brown dog") == true)
        let again = try await household.pictures.process(batch)
        #expect(again.readings.map(\.payload) == result.readings.map(\.payload))
        await household.close()
    }

    private static var readsEnglish: Bool {
        get async throws {
            let client = DecoderClient(
                DecoderConfiguration(program: BuiltProgram.decoder, limit: 1),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let capabilities = try await client.capabilities()
            await client.shutDown()
            return capabilities.contains { $0.choices.contains("eng") }
        }
    }

    @Test(.enabled("tesseract-ocr-eng") { try await readsEnglish }) func secretsAreMaskedBeforeAnythingIsStored()
        async throws
    {
        let household = try await Household()
        let lines = ["Settings of the router", "Password: hunter2", "Card 4111 1111 1111 1111", "Thank you"]
        var bytes: [UInt8] = []
        for case .file(let file) in try await household.decoder.answer(.paint(lines), .none) { bytes = file.bytes }
        let result = try await household.pictures.process(try household.batch("screenshot", bytes, format: "png"))
        let payload = try #require(result.readings.last?.payload)
        #expect(payload["text"]?.string?.contains("Thank you") == true)
        #expect(payload["text"]?.string?.contains("Password: [password]") == true)
        for part in ["text", "layout_text", "words"] {
            let text = try #require(payload[part]).text
            #expect(!text.contains("hunter2") && !text.contains("1111"), "\(part)")
        }
        #expect(payload["masked"]?.int64 == 2)
        await household.close()
    }

    /// Waiting for a decoder counts, and what takes too long is given up for good.
    @Test func aPictureMayWaitAsLongAsAnybodyForADecoder() async throws {
        let household = try await Household()
        let speech = SpeechProcessor(decoder: household.decoder, blobs: household.blobs)
        #expect(try household.pictures.stepLimit >= speech.stepLimit)
        await household.close()
    }

    /// Of a chain, in which neighbours look alike and ends do not, in two streams; taken in another order than they came in.
    @Test func groupsAreThoseOfTheFirstThatCameHoweverPicturesAreWorked() async throws {
        let household = try await Household()
        let start = Timestamp(seconds: 1_700_000_000)
        let (person, device) = (UniqueID.random(at: start), UniqueID.random(at: start))
        // Hash, stream, and seconds at which it was taken; in the order of arrival.
        let pictures: [(hash: UInt64, stream: String, taken: Double)] = [
            (0, "image", 3), (0x3f, "screenshot", 1), (0xfff, "image", 2), (0xffff_ffff, "screenshot", 0),
            (0xfff, "image", 2),
        ]
        func blob(_ index: Int) -> String { String(repeating: "0", count: 63) + String(index) }
        var heads: [ReadingHead] = []
        for (index, picture) in pictures.enumerated() {
            let definition = try #require(household.registry[picture.stream])
            var batch = ReadingBatch(stream: definition)
            heads.append(
                ReadingHead(
                    person: person, device: device, timestamp: Timestamp(seconds: 1_700_000_000 + picture.taken),
                    digest: UInt64(100 - index), received: Timestamp(seconds: 1_700_001_000 + Double(index))))
            batch.heads = [heads[index]]
            batch.cells = Array(repeating: .null, count: definition.columnCount)
            batch.cells[try #require(definition.blobColumn)] = batch.textCell(blob(index))
            batch.cells[try #require(definition.fieldIndex("format"))] = batch.textCell("png")
            _ = try await household.store.append([batch])
        }
        let described = try #require(household.registry[PictureProcessor.described])
        func group(_ index: Int) async throws -> String {
            try await household.groups.group(
                of: pictures[index].hash, blob: blob(index), head: heads[index], source: pictures[index].stream)
        }
        for index in pictures.indices {
            #expect(try await group(index) == (index == 3 ? blob(3) : blob(0)), "\(index)")
            var batch = ReadingBatch(stream: described)
            batch.heads = [heads[index]]
            batch.cells = Array(repeating: .null, count: described.columnCount)
            batch.cells[try #require(described.blobColumn)] = batch.textCell(blob(index))
            for side in ["width", "height"] { batch.cells[try #require(described.fieldIndex(side))] = .integer(8) }
            let source: JSONValue = [
                "stream": .string(pictures[index].stream), "id": .string(heads[index].recordID.description),
            ]
            for (name, text) in [
                ("perceptual_hash", LookalikeGroups.text(pictures[index].hash)), ("source_blob", blob(index)),
                ("group", blob(9)), ("source", source.text), ("format", "jpeg"),
            ] {
                batch.cells[try #require(described.fieldIndex(name))] = batch.textCell(text)
            }
            _ = try await household.store.append([batch])
        }
        for index in [3, 1, 4, 2, 0] {
            #expect(try await group(index) == (index == 3 ? blob(3) : blob(0)), "\(index) again")
        }
        await household.close()
    }

    @Test func aPictureWhoseReadingIsGoneIsLookedUpOnce() async throws {
        let household = try await Household()
        let described = try #require(household.registry[PictureProcessor.described])
        let sources = try ["image", "screenshot"].map { try #require(household.registry[$0]) }
        let counting = CountingReadingStore(household.store)
        let groups = LookalikeGroups(store: counting, stream: described, sources: sources)
        let start = Timestamp(seconds: 1_700_000_000)
        let (person, device) = (UniqueID.random(at: start), UniqueID.random(at: start))
        func head(_ second: Double) -> ReadingHead {
            ReadingHead(
                person: person, device: device, timestamp: Timestamp(seconds: 1_700_000_000 + second),
                received: Timestamp(seconds: 1_700_001_000 + second))
        }
        // The first is there, so that there is a second round; the readings of the other two are not.
        let image = sources[0]
        var source = ReadingBatch(stream: image)
        source.heads = [head(0)]
        source.cells = Array(repeating: .null, count: image.columnCount)
        source.cells[try #require(image.blobColumn)] = source.textCell(String(repeating: "0", count: 64))
        source.cells[try #require(image.fieldIndex("format"))] = source.textCell("png")
        _ = try await household.store.append([source])
        for second in 0..<3 {
            var batch = ReadingBatch(stream: described)
            batch.heads = [head(Double(second))]
            batch.cells = Array(repeating: .null, count: described.columnCount)
            let blob = String(repeating: "\(second)", count: 64)
            batch.cells[try #require(described.blobColumn)] = batch.textCell(blob)
            for side in ["width", "height"] { batch.cells[try #require(described.fieldIndex(side))] = .integer(8) }
            let from: JSONValue = [
                "stream": "image", "id": .string(head(Double(second)).recordID.description),
            ]
            for (name, text) in [
                ("perceptual_hash", LookalikeGroups.text(7)), ("source_blob", blob), ("group", blob),
                ("source", from.text), ("format", "jpeg"),
            ] {
                batch.cells[try #require(described.fieldIndex(name))] = batch.textCell(text)
            }
            _ = try await household.store.append([batch])
        }
        let group = try await groups.group(
            of: 7, blob: String(repeating: "9", count: 64), head: head(9), source: "image")
        #expect(group == String(repeating: "0", count: 64))
        #expect(counting.lookedUp == 3)
        await household.close()
    }

    @Test(arguments: ["image", "screenshot", "audio"]) func aFileThatIsNoneBecomesAFailure(_ stream: String)
        async throws
    {
        let household = try await Household()
        let batch = try household.batch(
            stream, Array("nothing of the kind".utf8), format: stream == "audio" ? "wav" : "png")
        let processors: [any Processor] =
            stream == "audio"
            ? [
                SpeechProcessor(decoder: household.decoder, blobs: household.blobs),
                TranscriptProcessor(decoder: household.decoder, blobs: household.blobs),
            ] : [try household.pictures]
        for processor in processors {
            let result = try await processor.process(batch)
            #expect(result.readings.isEmpty)
            #expect(result.failures.map(\.row) == [0])
            #expect(result.failures.first?.error.code == .mediaUnsupported)
        }
        await household.close()
    }

    @Test func aBlobThatIsGoneBecomesAFailure() async throws {
        let household = try await Household()
        let batch = try household.batch("image", naming: String(repeating: "ab", count: 32), format: "png")
        let result = try await household.pictures.process(batch)
        #expect(result.failures.first?.error.code == .notFound)
        await household.close()
    }

    /// Nobody knows whether the file did it: the runtime tries it again, a few times.
    @Test func aDecoderThatWasKilledIsTriedAgain() async throws {
        let household = try await Household()
        let program = household.folder.appending(path: "decoder")
        try Data("#!/bin/sh\nkill -9 $$\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        let killed = DecoderClient(
            DecoderConfiguration(program: program.path), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let batch = try household.batch("audio", [1, 2, 3], format: "wav")
        let error = await #expect(throws: HearthError.self) {
            try await SpeechProcessor(decoder: killed, blobs: household.blobs).process(batch)
        }
        #expect(error?.code == .decoderCrashed)
        await household.close()
    }

    /// Each is worked by one of two processors, so that what takes an hour does not hold up what takes a second.
    @Test(
        arguments: [(3, 5_000_000, .short), (1500, 5_000, .long), (nil, 48_000, .short), (nil, 24_000_000, .long)]
            as [(Double?, Int64, RecordingLane)])
    func aRecordingIsWorkedInOneLane(_ seconds: Double?, _ bytes: Int64, _ expected: RecordingLane) async throws {
        let household = try await Household()
        // Whoever works it notices that its file is gone.
        var batch = try household.batch("audio", naming: String(repeating: "ab", count: 32), format: "mp3")
        if let seconds {
            batch.cells[try #require(batch.stream.fieldIndex("duration_seconds"))] = .real(seconds)
        }
        batch.cells[try #require(batch.stream.fieldIndex("size_bytes"))] = .integer(bytes)
        for lane in RecordingLane.allCases {
            let processors: [any Processor] = [
                SpeechProcessor(decoder: household.decoder, blobs: household.blobs, lane: lane),
                TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, lane: lane),
            ]
            for processor in processors {
                let result = try await processor.process(batch)
                #expect(result.failures.map(\.error.code) == (lane == expected ? [.notFound] : []), "\(processor.name)")
            }
        }
        await household.close()
    }

    @Test func aDecoderThatIsEndedFromOutsideIsNotTheReadingsFault() async throws {
        let household = try await Household()
        let script = household.folder.appending(path: "ended")
        try Data("#!/bin/sh\nkill -KILL $$\n".utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.path)
        let batch = try household.batch("audio", [1, 2, 3], format: "wav")
        let ended = DecoderClient(DecoderConfiguration(program: script.path), logger: Logger(label: "test"))
        let processor = TranscriptProcessor(decoder: ended, blobs: household.blobs)
        let failure = await #expect(throws: HearthError.self) { try await processor.process(batch) }
        #expect(failure?.code == .decoderCrashed)
        // For a while; a recording that takes all memory each time must not hold up the others for hours.
        let attempts = try #require(failure.flatMap { processor.attempts(after: $0) })
        #expect((2...10).contains(attempts))
        await household.close()
    }

    @Test func aMissingDecoderIsNotTheReadingsFault() async throws {
        let household = try await Household()
        let batch = try household.batch("audio", [1, 2, 3], format: "wav")
        let missing = DecoderClient(DecoderConfiguration(program: "/nonexistent"), logger: Logger(label: "test"))
        await #expect(throws: HearthError.self) {
            try await SpeechProcessor(decoder: missing, blobs: household.blobs).process(batch)
        }
        await household.close()
    }

    static let model =
        (ProcessInfo.processInfo.environment["HOME"] ?? "") + "/.local/share/hearth/models/silero_vad_16k.safetensors"
    static let speech = "speech/other/goforward.wav"

    @Test(
        .enabled(if: TestData.has(speech), "recordings"),
        .enabled(if: FileManager.default.fileExists(atPath: model), "`make models` installs the model"))
    func aRecordingBecomesSpeechAndWords() async throws {
        let household = try await Household()
        let batch = try household.batch("audio", TestData.bytes(Self.speech), format: "wav")
        let found = try await SpeechProcessor(decoder: household.decoder, blobs: household.blobs).process(batch)
        #expect(found.readings.count == 1 && found.failures.isEmpty)
        let said = try await TranscriptProcessor(decoder: household.decoder, blobs: household.blobs).process(batch)
        #expect(said.readings.first?.payload["text"]?.string == "go forward ten meters")
        let start = try #require(said.readings.first?.payload["start_seconds"]?.double)
        #expect(start > 0.1 && start < 0.6)
        #expect(said.readings.first?.timestamp == Timestamp(seconds: 1_700_000_000 + start))
        await household.close()
    }

    static let otherSpeech = "speech/cards/001.wav"

    /// Neither the words nor how sure they are depend on what was heard before.
    @Test(
        .enabled(if: TestData.has(speech) && TestData.has(otherSpeech), "recordings"),
        .enabled(if: FileManager.default.fileExists(atPath: model), "`make models` installs the model"))
    func aRecordingIsWrittenDownTheSameWayEachTime() async throws {
        let household = try await Household()
        let transcribe = TranscriptProcessor(decoder: household.decoder, blobs: household.blobs)
        let recording = try household.batch("audio", TestData.bytes(Self.speech), format: "wav")
        let other = try household.batch("audio", TestData.bytes(Self.otherSpeech), format: "wav")
        let first = try await transcribe.process(recording)
        let between = try await transcribe.process(other)
        let again = try await transcribe.process(recording)
        #expect(!between.readings.isEmpty && !first.readings.isEmpty)
        #expect(again.readings.map(\.payload) == first.readings.map(\.payload))
        #expect(try await transcribe.process(other).readings.map(\.payload) == between.readings.map(\.payload))
        await household.close()
    }

    /// What a transcription server makes of the recording when it answers like this.
    private func written(
        _ steps: [ScriptedServer.Step]
    ) async throws -> (result: Result<ProcessorResult, any Error>, requests: Int, definition: StreamDefinition) {
        let household = try await Household()
        let server = try ScriptedServer(steps)
        let client = TranscriptionClient(
            endpoint: try ModelServerEndpoint(.transcription, base: server.url, model: "tiny", key: nil))
        let processor = TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, remote: client)
        let batch = try household.batch("audio", TestData.bytes(Self.speech), format: "wav")
        let result: Result<ProcessorResult, any Error>
        do { result = .success(try await processor.process(batch)) } catch { result = .failure(error) }
        try await client.shutdown()
        await household.close()
        return (result, server.received.count, try #require(household.registry[TranscriptProcessor.output]))
    }

    @Test(
        .enabled(if: TestData.has(speech), "recordings"),
        .enabled(if: FileManager.default.fileExists(atPath: model), "`make models` installs the model"))
    func aServerWritesDownWhatTheDetectorFound() async throws {
        let body = #"{"text": "Go forward.", "segments": [{"start": 0.2, "end": 1, "text": "Go forward."}]}"#
        let (result, requests, definition) = try await written([.send(ScriptedServer.answer("200 OK", body))])
        let readings = try result.get().readings
        #expect(requests == 1 && readings.count == 1)
        let payload = try #require(readings.first?.payload)
        #expect(payload["text"]?.string == "Go forward." && payload["engine"]?.string == "server/tiny")
        #expect(payload["timing"]?.string == "segments")
        let start = try #require(payload["start_seconds"]?.double)
        #expect(abs((payload["words"]?[0]?["start"]?.double ?? 0) - start - 0.2) < 1e-6)
        for key in try #require(payload.object).keys { #expect(definition.fieldIndex(key) != nil, "\(key)") }
    }

    @Test(
        .enabled(if: TestData.has(speech), "recordings"),
        .enabled(if: FileManager.default.fileExists(atPath: model), "`make models` installs the model"),
        .enabled(if: SherpaPrograms.folder != nil, "\(SherpaPrograms.reason)"))
    func aModelOnThisMachineWritesDownWhatTheDetectorFound() async throws {
        let household = try await Household()
        let transcriber = SherpaPrograms.transcriber(model: SherpaPrograms.model("tones-ctc"))
        let processor = TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, remote: transcriber)
        let batch = try household.batch("audio", TestData.bytes(Self.speech), format: "wav")
        let result = try await processor.process(batch)
        #expect(result.failures.isEmpty && result.readings.count == 1)
        let payload = try #require(result.readings.first?.payload)
        // The model hears vowels as its tones; what matters is where.
        #expect(payload["engine"]?.string == "sherpa-onnx/tones-ctc" && payload["timing"]?.string == "words")
        let (start, end) = (
            try #require(payload["start_seconds"]?.double), try #require(payload["end_seconds"]?.double)
        )
        let words = try #require(payload["words"]?.array)
        #expect(!words.isEmpty)
        for word in words {
            let (from, to) = (try #require(word["start"]?.double), try #require(word["end"]?.double))
            #expect(start <= from && from <= to && to <= end)
        }
        let definition = try #require(household.registry[TranscriptProcessor.output])
        for key in try #require(payload.object).keys { #expect(definition.fieldIndex(key) != nil, "\(key)") }
        let missing = SherpaPrograms.transcriber(model: "/nonexistent")
        let error = await #expect(throws: HearthError.self) {
            try await TranscriptProcessor(decoder: household.decoder, blobs: household.blobs, remote: missing)
                .process(batch)
        }
        #expect(error?.code == .modelUnavailable && error?.disposition == .retry)
        await household.close()
    }

    @Test(
        .enabled(if: TestData.has(speech), "recordings"),
        .enabled(if: FileManager.default.fileExists(atPath: model), "`make models` installs the model"))
    func aBusyServerKeepsTheRecordingWaitingAndNonsenseSetsItAside() async throws {
        let (busy, _, _) = try await written([.send(ScriptedServer.answer("429 Too Many Requests", "{}"))])
        let error = #expect(throws: HearthError.self) { try busy.get() }
        #expect(error?.code == .modelBusy && error?.disposition == .retry)
        let (nonsense, _, _) = try await written([.send(ScriptedServer.answer("200 OK", "<html></html>"))])
        let result = try nonsense.get()
        #expect(result.readings.isEmpty)
        #expect(result.failures.map(\.error.code) == [.modelAnswerUnreadable])
    }
}
