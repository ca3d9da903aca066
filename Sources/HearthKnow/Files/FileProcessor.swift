package import HearthCore
import HearthMedia
package import HearthPipeline
import HearthSchema
package import HearthStore

/// Makes documents of the files of the stream `file`. Uploads are read at once by the server; this one reads what
/// other doors took, finishes what a crash left, and reads everything again when asked to.
package struct FileProcessor: Processor {
    package let name = "read-files"
    package let summary = "Turns added files into documents"
    package let inputs = ["file"]
    package let outputs: [String] = []
    package let batchLimit = 8
    /// The longest mailbox is stored in a quarter of an hour; what decoding may take is bounded for each file.
    package var stepLimit: Duration { .seconds(3600) }

    private let reader: FileReader

    package init(reader: FileReader) { self.reader = reader }

    package func attempts(after error: HearthError) -> Int? { MediaLimits.attempts(after: error) }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        var result = ProcessorResult()
        for row in 0..<batch.count {
            guard let file = FileReader.File(batch, row: row) else { continue }
            do {
                try await reader.readStored(file)
            } catch let error as HearthError where error.disposition == .caller && error.code != .decoderCrashed {
                result.failures.append(ReadingFailure(row: row, error: error))
            }
        }
        return result
    }
}

extension FileReader.File {
    /// The file that a reading of the stream `file` names.
    package init?(_ batch: ReadingBatch, row: Int) {
        func text(_ field: String) -> String? {
            batch.stream.fieldIndex(field).flatMap { batch.string(batch[row, $0]) }
        }
        guard let blob = text("blob") else { return nil }
        let head = batch.heads[row]
        self.init(person: head.person, blob: blob, timestamp: head.timestamp)
        mediaType = text("media_type")
        name = text("name")
        title = text("title")
        source = text("source")
        key = text("key")
        url = text("url")
        received = head.received
        record = head.recordID
        device = head.device
    }
}
