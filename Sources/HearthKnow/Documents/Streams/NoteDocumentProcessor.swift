import HearthCore
package import HearthPipeline
import HearthSchema
package import HearthStore

/// Makes a document of each note.
package struct NoteDocumentProcessor: Processor {
    package let name = "note-documents"
    package let summary = "Puts notes into the library."
    package let inputs = ["note"]
    package let outputs: [String] = []
    package let batchLimit = 200

    private let intake: DocumentIntake

    package init(intake: DocumentIntake) { self.intake = intake }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        let drafts = (0..<batch.count).map { index in
            let row = ReadingRow(batch, index)
            var metadata: JSONValue = [:]
            if let tags = row.json("tags") { metadata = ["tags": tags] }
            let draft = DocumentDraft(
                person: row.head.person, kind: .note, title: row.string("title"), text: row.string("text") ?? "",
                source: DraftSource(
                    name: "notes", key: row.head.recordID.description, stream: batch.stream.name,
                    record: row.head.recordID, device: row.head.device),
                timestamp: row.head.timestamp, received: row.head.received, metadata: metadata)
            return (row: index, draft: draft)
        }
        return ProcessorResult(
            failures: try await intake.add(rows: drafts).map { ReadingFailure(row: $0.row, error: $0.error) })
    }
}
