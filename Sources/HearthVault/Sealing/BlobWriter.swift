import Crypto
import FoundationEssentials
import HearthCore
import Synchronization

/// Seals content to disk as it comes, holding one chunk in memory. Made by `BlobStore.makeWriter`.
///
/// Every call blocks on the disk: not for the cooperative pool. A writer that is let go of without `finish()`, or that
/// has failed, leaves nothing behind.
package final class BlobWriter: Sendable {
    private struct Phase {
        /// Nil after the end.
        var progress: Progress?
        /// What ended it, when something went wrong.
        var failure: HearthError?
    }

    private let store: BlobStore
    private let maximumSize: Int
    private let phase: Mutex<Phase>

    init(store: BlobStore, maximumSize: Int) throws {
        self.store = store
        self.maximumSize = maximumSize
        phase = Mutex(Phase(progress: try Self.translated { try Progress(store) }))
    }

    deinit { abort() }

    /// Takes more content.
    ///
    /// - Throws: `HearthError`: `too-large`, `storage-full`, `storage-failed`. The writer has then ended.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        try step { progress in
            guard bytes.count <= maximumSize - progress.size else {
                throw HearthError(.tooLarge, "The content is larger than \(maximumSize) bytes.")
            }
            try progress.append(bytes)
        }
    }

    package func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }

    /// How many bytes have been taken. 0 after the end.
    package var size: Int { phase.withLock { $0.progress?.size ?? 0 } }

    /// Ends the content and makes it durable: when this returns, the blob survives a power cut.
    ///
    /// - Throws: `HearthError`: `storage-full`, `storage-failed`.
    package func finish() throws -> BlobReference {
        try step(isLast: true) { progress in
            let content = try progress.finish()
            try store.commit(progress.temporary, content)
            return content.reference
        }
    }

    /// Gives the content up. Does nothing after the end.
    package func abort() { phase.withLock { $0.progress = nil } }

    /// Does one thing with the content written so far; whatever goes wrong ends the writer.
    private func step<Result: Sendable>(isLast: Bool = false, _ body: (inout Progress) throws -> Result) throws
        -> Result
    {
        try phase.withLock { phase in
            guard var progress = phase.progress else {
                throw phase.failure ?? HearthError(.internalError, "The blob has ended already.", disposition: .defect)
            }
            // Moved out, so that the chunk in it is changed in place.
            phase.progress = nil
            do throws(HearthError) {
                let result = try Self.translated { try body(&progress) }
                if !isLast { phase.progress = progress }
                return result
            } catch {
                phase.failure = error
                throw error
            }
        }
    }

    private static func translated<Result>(_ body: () throws -> Result) throws(HearthError) -> Result {
        do {
            return try body()
        } catch let failure as SystemCallError {
            throw .storage(failure, "The blob could not be written.")
        } catch let failure as HearthError {
            throw failure
        } catch {
            throw HearthError(.internalError, "The blob could not be sealed.", disposition: .defect, cause: error)
        }
    }
}

/// The content so far.
private struct Progress: Sendable {
    let temporary: TemporaryFile
    private let header: BlobHeader
    private var hash = SHA256()
    /// The chunk being filled: it may turn out to be the last, which is sealed differently, so a full one waits here
    /// until more comes.
    private var chunk: [UInt8]
    private var filled = 0
    private var sealedChunks = 0
    private(set) var size = 0

    init(_ store: BlobStore) throws {
        header = try BlobHeader(chunkSize: store.chunkSize, ring: store.ring)
        chunk = [UInt8](repeating: 0, count: store.chunkSize)
        temporary = try store.makeTemporary()
        let blank = header.preamble + [UInt8](repeating: 0, count: BlobHeader.byteCount - BlobHeader.preambleByteCount)
        try blank.withUnsafeBytes { try temporary.file.write($0) }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bufferPointer: bytes)
        size += bytes.count
        var rest = bytes
        while !rest.isEmpty {
            if filled == chunk.count {
                try chunk.withUnsafeBytes { try seal($0, isLast: false) }
                filled = 0
            }
            // A whole chunk that is not the last needs no copy.
            let count = min(chunk.count - filled, rest.count)
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
            if count == chunk.count && count < rest.count {
                try seal(piece, isLast: false)
            } else {
                chunk.withUnsafeMutableBytes {
                    UnsafeMutableRawBufferPointer(rebasing: $0[filled...]).copyMemory(from: piece)
                }
                filled += count
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Completes and fsyncs the file.
    mutating func finish() throws -> BlobContent {
        try chunk.withUnsafeBytes { try seal(UnsafeRawBufferPointer(rebasing: $0[..<filled]), isLast: true) }
        let content = BlobContent(digest: Array(hash.finalize()), size: size)
        try header.sealed(content).withUnsafeBytes { try temporary.file.write($0, at: BlobHeader.preambleByteCount) }
        try temporary.file.synchronize()
        return content
    }

    private mutating func seal(_ plaintext: UnsafeRawBufferPointer, isLast: Bool) throws {
        try header.cipher.seal(plaintext, number: sealedChunks, isLast: isLast) { try temporary.file.write($0) }
        sealedChunks += 1
    }
}
