import HearthCore
import HearthMedia
import HearthSchema
import HearthStore
import HearthVault
import Synchronization

/// The file that a reading names.
struct MediaFile {
    let row: Int
    let head: ReadingHead
    /// SHA-256 in hexadecimal.
    let blob: String
    private let batch: ReadingBatch

    /// - Throws: `invalid-value` when the reading names none; its schema should not allow that.
    init(_ batch: ReadingBatch, row: Int) throws(HearthError) {
        guard let column = batch.stream.blobColumn, let blob = batch.string(batch[row, column]) else {
            throw HearthError(.invalidValue, "The reading names no file.")
        }
        self.row = row
        head = batch.heads[row]
        self.blob = blob
        self.batch = batch
    }

    /// Name of the stream of its reading.
    var stream: String { batch.stream.name }

    func string(_ field: String) -> String? { cell(field).flatMap { batch.string($0) } }

    func integer(_ field: String) -> Int64? {
        if case .integer(let value) = cell(field) { value } else { nil }
    }

    func double(_ field: String) -> Double? {
        switch cell(field) {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    private func cell(_ field: String) -> Cell? { batch.stream.fieldIndex(field).map { batch[row, $0] } }

    /// Its bytes, opened and unsealed as the decoder takes them, on the decoder's thread.
    func input(from blobs: BlobStore) -> DecoderInput {
        let reader = Opened()
        let blob = blob
        return DecoderInput { try reader.reader(or: { try blobs.open(blob) }).nextChunk() }
    }

    /// A blob that is opened when its first byte is asked for.
    private final class Opened: Sendable {
        private let opened = Mutex<BlobReader?>(nil)

        func reader(or open: () throws -> BlobReader) throws -> BlobReader {
            try opened.withLock { opened in
                if let opened { return opened }
                let reader = try open()
                opened = reader
                return reader
            }
        }
    }
}

/// Whether what went wrong is the file's fault.
enum MediaFault {
    /// What to note about the reading; throws what should be tried again. A decoder that ended may have been ended by
    /// somebody else, such as the kernel when memory runs out: the runtime tries that a few times.
    static func judged(_ error: any Error) throws -> HearthError {
        guard let failure = error as? HearthError, failure.disposition != .retry, failure.code != .decoderCrashed,
            !Task.isCancelled
        else { throw error }
        return failure
    }
}
