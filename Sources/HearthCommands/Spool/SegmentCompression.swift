import ArgumentParser
import CZstd
import HearthCore

/// How a segment is compressed.
enum SegmentCompression: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none, gzip, zstd

    /// What the name of a segment ends with.
    var ending: String {
        switch self {
        case .none: ".msgpack"
        case .gzip: ".msgpack.gz"
        case .zstd: ".msgpack.zst"
        }
    }

    /// A part of a segment; parts stand one behind the other, as both formats allow.
    func compress(_ bytes: [UInt8]) throws(HearthError) -> [UInt8] {
        let compressed: [UInt8]? =
            switch self {
            case .none: bytes
            case .gzip: Gzip.compress(bytes)
            case .zstd: Self.zstandard(bytes)
            }
        guard let compressed else {
            throw HearthError(.internalError, "The segment could not be compressed.", disposition: .defect)
        }
        return compressed
    }

    /// Nil when zstd has no memory for it.
    private static func zstandard(_ bytes: [UInt8]) -> [UInt8]? {
        var isComplete = false
        let compressed = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { output, count in
            // Level 3 is the library's own choice.
            let size = bytes.withUnsafeBytes {
                ZSTD_compress(output.baseAddress, output.count, $0.baseAddress, $0.count, 3)
            }
            isComplete = ZSTD_isError(size) == 0
            count = isComplete ? size : 0
        }
        return isComplete ? compressed : nil
    }
}
