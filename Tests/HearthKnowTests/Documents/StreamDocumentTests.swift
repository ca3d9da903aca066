import HearthCore
import HearthPipeline
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@testable import HearthKnow

struct StreamDocumentTests {
    private let person = UniqueID(high: 1, low: 1)
    private let device = UniqueID(high: 1, low: 2)
    private let store = KeepingStore()

    private var intake: DocumentIntake { DocumentIntake(store: store) }

    /// Readings of a stream with these fields, all of them text but the numbers.
    private func stream(_ name: String, _ fields: [(String, String)]) throws -> StreamDefinition {
        let properties = fields.map { "\"\($0.0)\": {\"type\": \"\($0.1)\"}" }.joined(separator: ", ")
        let file = """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://hearth.invalid/schemas/\(name)/1",
            "title": "T", "description": "D.", "type": "object", "properties": {\(properties)}, "required": [],
            "additionalProperties": false, "x-hearth": {"stream": "\(name)", "version": 1, "table": "\(name)",
            "aliases": [], "path": null, "device_kinds": [], "retention": "forever", "rate": "normal", "private": [],
            "dedupe": ["*"], "indexed": [], "time": {"oldest": "1900-01-01T00:00:00Z", "future_seconds": 86400,
            "skew_seconds": 300, "late_seconds": 604800}, "example": {}}}
            """
        return try StreamDefinition(JSONValue(parsing: file), file: name)
    }

    private func batch(_ stream: StreamDefinition, _ rows: [[String: Any]]) -> ReadingBatch {
        var batch = ReadingBatch(stream: stream)
        for (index, row) in rows.enumerated() {
            let time = Timestamp(microseconds: Int64(index) * 1_000_000)
            batch.heads.append(
                ReadingHead(person: person, device: device, timestamp: time, digest: UInt64(index + 1), received: time))
            for field in stream.fields {
                let cell: Cell =
                    switch row[field.name] {
                    case let text as String: batch.textCell(text)
                    case let number as Int: .integer(Int64(number))
                    case let number as Double: .real(number)
                    default: .null
                    }
                batch.cells.append(cell)
            }
        }
        return batch
    }

    @Test func aNoteThatWasErasedMeanwhileMakesNoDocument() async throws {
        let notes = try stream("note", [("text", "string"), ("title", "string"), ("tags", "array")])
        let intake = DocumentIntake(store: store, sourceExists: { _, stream, id in stream == "note" && id.digest != 2 })
        let result = try await NoteDocumentProcessor(intake: intake).process(
            batch(notes, [["text": "One."], ["text": "Two."], ["text": "Three."]]))
        #expect(result.failures.isEmpty)
        #expect(store.entries.map(\.document.text).sorted() == ["One.", "Three."])
    }

    @Test func notesBecomeDocumentsAndAnEmptyOneIsSetAside() async throws {
        let notes = try stream("note", [("text", "string"), ("title", "string"), ("tags", "array")])
        let result = try await NoteDocumentProcessor(intake: intake).process(
            batch(notes, [["text": "Ask Ada.", "title": "Boat", "tags": "[\"friends\"]"], ["text": " \n "]]))
        #expect(result.failures.map(\.row) == [1])
        let document = try #require(store.entries.first?.document)
        #expect(document.title == "Boat" && document.text == "Ask Ada." && document.kind == .note)
        #expect(document.metadata == ["tags": ["friends"]])
        #expect(document.source.record?.digest == 1 && document.source.stream == "note")
    }

    @Test func thePictureIsTheDocument() async throws {
        let texts = try stream(
            "media_text_ocr_extracted", [("source_blob", "string"), ("text", "string"), ("masked", "integer")])
        let processor = ScreenshotDocumentProcessor(intake: intake)
        _ = try await processor.process(
            batch(
                texts,
                [
                    ["source_blob": "ab", "text": "Platform 4", "masked": 2],
                    ["source_blob": "ab", "text": "Platform 4"],
                ]))
        #expect(store.entries.count == 1)
        #expect(store.entries.first?.document.kind == .screenshot)
        #expect(store.entries.first?.document.source.blob == "ab")
        #expect(store.entries.first?.document.metadata["masked"] == 2)
    }

    @Test func whatCouldHardlyBeReadIsNoDocument() async throws {
        let texts = try stream(
            "media_text_ocr_extracted", [("source_blob", "string"), ("text", "string"), ("confidence", "number")])
        _ = try await ScreenshotDocumentProcessor(intake: intake).process(
            batch(
                texts,
                [
                    ["source_blob": "ab", "text": "Yds SOINS ST", "confidence": 0.52],
                    ["source_blob": "cd", "text": "Platform 4", "confidence": 0.78],
                ]))
        #expect(store.entries.map(\.document.text) == ["Platform 4"])
    }

    @Test func stretchesOfARecordingAreOneDocumentThatKnowsItsTimes() async throws {
        let words = try stream(
            "media_text_transcribed_words",
            [
                ("source_blob", "string"), ("file_id", "string"), ("chunk_index", "integer"),
                ("start_seconds", "number"),
                ("end_seconds", "number"), ("text", "string"), ("words", "array"), ("language", "string"),
                ("engine", "string"),
            ])
        let readings = MemoryReadingStore()
        try await readings.install([words])
        func row(_ chunk: Int, _ start: Double, _ text: String) -> [String: Any] {
            let parts = text.split(separator: " ").enumerated().map { index, word in
                "{\"text\": \"\(word)\", \"start\": \(start + Double(index)), \"end\": \(start + Double(index) + 0.5)}"
            }
            return [
                "source_blob": "ab\(chunk)", "file_id": "one", "chunk_index": chunk, "start_seconds": start,
                "end_seconds": start + 5, "text": text, "words": "[\(parts.joined(separator: ", "))]", "language": "en",
            ]
        }
        let all = batch(words, [row(1, 10, "the second part"), row(0, 0, "the first part")])
        var stored = all
        ReadingDigest(key: SipHash.Key(first: 1, second: 2)).seal(&stored)
        _ = try await readings.append([stored])
        var late = ReadingBatch(stream: words)
        late.append(row: 0, of: stored)
        let processor = TranscriptDocumentProcessor(intake: intake, readings: readings)
        _ = try await processor.process(late)
        let entry = try #require(store.entries.first)
        #expect(store.entries.count == 1)
        #expect(entry.document.text == "the first part\n\nthe second part")
        #expect(entry.document.source.key == "one" && entry.document.kind == .transcript)
        #expect(entry.document.language == "en")
        #expect(entry.passages.map(\.spoken) == [0...12.5])
    }

    /// So that working it again, with other words, brings nothing back that was forgotten since.
    @Test func aTranscriptCountsFromWhenItsRecordingCameIn() async throws {
        let audio = try stream("audio", [("blob", "string")])
        let words = try stream(
            "media_text_transcribed_words", [("source_blob", "string"), ("text", "string"), ("source", "object")])
        let readings = MemoryReadingStore()
        try await readings.install([audio, words])
        var recording = batch(audio, [["blob": "ab"]])
        recording.heads[0].received = Timestamp(seconds: 100)
        _ = try await readings.append([recording])
        let source = "{\"stream\":\"audio\",\"id\":\"\(recording.heads[0].recordID)\"}"
        var made = batch(words, [["source_blob": "ab", "text": "begins at four", "source": source]])
        made.heads[0].received = Timestamp(seconds: 900)
        for (sources, seconds) in [([audio], 100.0), ([], 900)] {
            let processor = TranscriptDocumentProcessor(intake: intake, readings: readings, sources: sources)
            _ = try await processor.process(made)
            #expect(store.entries.last?.document.received == Timestamp(seconds: seconds))
        }
    }
}
