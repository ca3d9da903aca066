import HearthCore
package import HearthPipeline
import HearthSchema
package import HearthStore
import OrderedCollections

/// Makes a document of the text in each picture. The same picture is the same document, however often it came.
package struct ScreenshotDocumentProcessor: Processor {
    package let name = "screenshot-documents"
    package let summary = "Puts the text of pictures into the library."
    package let inputs = ["media_text_ocr_extracted"]
    package let outputs: [String] = []
    package let batchLimit = 100

    /// Text read with less confidence makes no document: clear print, however small, is read with 0.76 and more; what is
    /// read in patterns, in scripts that are not installed, and upside down has 0.54 and less. The stream keeps it.
    package static let leastConfidence = 0.6

    private let intake: DocumentIntake

    package init(intake: DocumentIntake) { self.intake = intake }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        var drafts: [(row: Int, draft: DocumentDraft)] = []
        for index in 0..<batch.count {
            let row = ReadingRow(batch, index)
            guard row.double("confidence") ?? 1 >= Self.leastConfidence else { continue }
            let blob = row.string("source_blob")
            var metadata: [(String, JSONValue)] = []
            if let masked = row.integer("masked"), masked > 0 { metadata.append(("masked", .integer(masked))) }
            if let confidence = row.double("confidence") { metadata.append(("confidence", .real(confidence))) }
            if let source = row.json("source") { metadata.append(("source", source)) }
            if let incomplete = row.string("incomplete") { metadata.append(("incomplete", .string(incomplete))) }
            let draft = DocumentDraft(
                person: row.head.person, kind: .screenshot, text: row.string("text") ?? "",
                source: DraftSource(
                    name: "screenshots", key: blob ?? row.head.recordID.description, blob: blob,
                    stream: batch.stream.name, record: row.head.recordID, device: row.head.device),
                timestamp: row.head.timestamp, received: try await intake.received(of: row),
                metadata: .object(.init(metadata, uniquingKeysWith: { first, _ in first })))
            drafts.append((index, draft))
        }
        return ProcessorResult(
            failures: try await intake.add(rows: drafts).map { ReadingFailure(row: $0.row, error: $0.error) })
    }
}
