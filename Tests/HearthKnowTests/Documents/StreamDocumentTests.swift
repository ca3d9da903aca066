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

    /// A recogniser that hears better the second time tells nothing that came in after the forgetting.
    @Test func aForgottenRecordingOrPictureStaysForgottenWhenItIsReadDifferently() async throws {
        let library = MemoryLibraryStore()
        let told = Timestamp(microseconds: 500_000)
        let source = RecordID(timestamp: told, digest: 7)
        let intake = DocumentIntake(
            store: library, sourceReceived: { _, stream, id in stream == "origin" && id == source ? told : nil })
        let evidence = "{\"stream\": \"origin\", \"id\": \"\(source)\"}"
        let words = try stream(
            "media_text_transcribed_words",
            [("source_blob", "string"), ("start_seconds", "number"), ("text", "string"), ("source", "object")])
        let texts = try stream(
            "media_text_ocr_extracted", [("source_blob", "string"), ("text", "string"), ("source", "object")])
        let readings = MemoryReadingStore()
        try await readings.install([words])
        let processors: [(StreamDefinition, any Processor)] = [
            (words, TranscriptDocumentProcessor(intake: intake, readings: readings)),
            (texts, ScreenshotDocumentProcessor(intake: intake)),
        ]
        for (stream, processor) in processors {
            let row: [String: Any] = ["source_blob": "ab", "start_seconds": 0.0, "source": evidence]
            func said(_ text: String, at seconds: Double) -> ReadingBatch {
                var made = batch(stream, [row.merging(["text": text]) { $1 }])
                made.heads[0].received = Timestamp(seconds: seconds)
                return made
            }
            _ = try await processor.process(said("The tournament began.", at: 1))
            let known = try await library.documents(DocumentFilter(person: person), after: nil, limit: 2)
            let document = try #require(known.first)
            #expect(document.received == told)
            let isGone = try await library.delete(document.id, person: person, at: Timestamp(seconds: 10))
            #expect(isGone)
            _ = try await processor.process(said("The tournament begins at four.", at: 20))
            let left = try await library.count(DocumentFilter(person: person))
            #expect(left.documents == 0, "\(stream.name)")
        }
    }
}
