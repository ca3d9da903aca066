import Crypto
import FoundationEssentials
import HearthCore
import Synchronization

/// Opens a sealed blob piece by piece, holding one chunk in memory. Made by `BlobStore.open`.
///
/// Every call blocks on the disk: not for the cooperative pool. Bytes are handed out only after their chunk has been
/// authenticated. The blob may be deleted meanwhile.
package final class BlobReader: Sendable {
    private struct Place {
        /// The next byte of sequential reading.
        var position = 0
        /// The chunk opened last, so that small reads do not open it again.
        var number: Int?
        var plaintext = Data()
        /// Room for a nonce and a sealed chunk.
        var sealed: [UInt8] = []
    }

    package let reference: BlobReference
    /// Plaintext bytes in each chunk but the last: ranges that begin at a multiple cost least.
    package let chunkSize: Int
    private let file: OpenFile
    private let header: BlobHeader
    private let digest: [UInt8]
    private let place = Mutex(Place())

    init(file: consuming OpenFile, header: BlobHeader, content: BlobContent) {
        self.file = file
        self.header = header
        reference = content.reference
        digest = content.digest
        chunkSize = header.chunkSize
    }

    /// Of the content, in bytes.
    package var size: Int { reference.size }

    /// Fills `bytes` with what comes next; returns how many bytes there were, 0 at the end.
    ///
    /// - Throws: `HearthError`: `blob-damaged`, `storage-failed`.
    package func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
        try place.withLock { place in
            var filled = 0
            try pieces(place.position..<min(size, place.position + bytes.count), &place) { piece in
                UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]).copyMemory(from: piece)
                filled += piece.count
            }
            place.position += filled
            return filled
        }
    }

    /// What comes next, up to the end of its chunk; nil at the end.
    ///
    /// - Throws: `HearthError`: `blob-damaged`, `storage-failed`.
    package func nextChunk() throws -> [UInt8]? {
        try place.withLock { place in
            guard place.position < size else {
                // Even of empty content, the end is only believed when it is authenticated.
                if size == 0 { try open(0, &place) }
                return nil
            }
            let end = min(size, (place.position / chunkSize + 1) * chunkSize)
            var chunk: [UInt8] = []
            try pieces(place.position..<end, &place) { chunk = Array($0) }
            place.position = end
            return chunk
        }
    }

    /// Calls `body` with the bytes of `range`, in order, in pieces of at most a chunk. Does not move sequential
    /// reading.
    ///
    /// - Parameter range: Within `0..<size`; what lies outside is left out.
    /// - Throws: `HearthError`: `blob-damaged`, `storage-failed`, and what `body` throws.
    package func read(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try place.withLock { place in try pieces(range.clamped(to: 0..<size), &place, body) }
    }

    /// The bytes of `range`, held in memory.
    package func bytes(in range: Range<Int>) throws -> [UInt8] {
        let range = range.clamped(to: 0..<size)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        try read(range) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Reads everything and compares the digest: what `hearth doctor` does.
    ///
    /// - Throws: `HearthError`: `blob-damaged`, `storage-failed`.
    package func verify() throws {
        var hash = SHA256()
        try place.withLock { place in
            if size == 0 { try open(0, &place) }
            try pieces(0..<size, &place) { hash.update(bufferPointer: $0) }
        }
        guard Array(hash.finalize()) == digest else { throw HearthError.damagedBlob("its digest is wrong") }
    }

    private func pieces(
        _ range: Range<Int>, _ place: inout Place, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let number = position / chunkSize
            try open(number, &place)
            let start = number * chunkSize
            let end = min(range.upperBound, start + chunkSize)
            try place.plaintext.withUnsafeBytes { bytes in
                try body(UnsafeRawBufferPointer(rebasing: bytes[position - start..<end - start]))
            }
            position = end
        }
    }

    /// Makes chunk `number` the one at hand.
    private func open(_ number: Int, _ place: inout Place) throws {
        guard place.number != number else { return }
        place.number = nil
        let count = min(chunkSize, size - number * chunkSize)
        let sealedCount = count + ChunkCipher.tagByteCount
        let roomCount = ChunkCipher.nonceByteCount + sealedCount
        if place.sealed.count < roomCount { place.sealed = [UInt8](repeating: 0, count: roomCount) }
        place.plaintext = try place.sealed.withUnsafeMutableBytes { room in
            let sealed = UnsafeMutableRawBufferPointer(rebasing: room[ChunkCipher.nonceByteCount..<roomCount])
            let found: Int
            do throws(SystemCallError) { found = try file.read(into: sealed, at: header.offset(ofChunk: number)) } catch
            {
                throw HearthError.storage(error, "A blob could not be read.")
            }
            guard found == sealedCount else { throw HearthError.damagedBlob("it was cut off") }
            let isLast = number == header.chunkCount(size: size) - 1
            do {
                return try header.cipher.open(
                    UnsafeMutableRawBufferPointer(rebasing: room[..<roomCount]), number: number, isLast: isLast)
            } catch {
                throw HearthError.damagedBlob("chunk \(number) is not what was written")
            }
        }
        place.number = number
    }
}
