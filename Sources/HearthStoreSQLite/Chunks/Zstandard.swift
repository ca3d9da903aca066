import CZstd
import HearthCore

/// Compression of the parts of a chunk.
enum Zstandard {
    /// On recordings of phone sensors level 9 is 2 % smaller than level 3 and takes several times as long.
    private static let level: Int32 = 3

    /// Writes bytes with their counts, compressed where that helps.
    static func write(_ bytes: [UInt8], to writer: inout ByteWriter) throws {
        writer.varint(bytes.count)
        // A frame has about a dozen bytes of its own.
        if bytes.count > 16 {
            let bound = ZSTD_compressBound(bytes.count)
            var failed = false
            let compressed = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
                let size = bytes.withUnsafeBytes {
                    ZSTD_compress(target.baseAddress, bound, $0.baseAddress, $0.count, level)
                }
                failed = ZSTD_isError(size) != 0
                count = failed ? 0 : size
            }
            if failed {
                throw HearthError(.storageFailed, "A chunk could not be compressed.", disposition: .defect)
            }
            if compressed.count < bytes.count { return writer.block(compressed) }
        }
        // A block of no bytes says that the bytes follow as they are.
        writer.varint(0)
        writer.append(bytes)
    }

    /// Reads what `write` wrote, at most `limit` bytes.
    static func read(_ reader: inout ByteReader, limit: Int) throws -> [UInt8] {
        let count = try reader.count(limit: limit)
        let block = try reader.block()
        if block.isEmpty { return try Array(reader.take(count)) }
        var size = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, written in
            size = ZSTD_decompress(target.baseAddress, count, block.baseAddress, block.count)
            written = ZSTD_isError(size) == 0 ? min(size, count) : 0
        }
        guard bytes.count == count else { throw ChunkDamage(description: "a part of it does not decompress") }
        return bytes
    }
}
