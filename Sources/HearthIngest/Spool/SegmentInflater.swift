import CZlib
import CZstd
package import HearthCore

/// Decompresses a segment piece by piece, with a bound on the ratio of output to input, so that a small file cannot fill
/// the disk. How much comes out at once is the caller's choice.
// Not Sendable: the queue of the reader that owns it is the only one to touch it.
final class SegmentInflater {
    private enum Stream {
        case gzip(UnsafeMutablePointer<z_stream>)
        case zstd(OpaquePointer)
    }

    private let stream: Stream
    private let ratio: Int
    private var taken = 0
    private var given = 0
    /// Whether the input may end here: between two members or frames.
    private(set) var isBetweenParts = false

    /// Ratios are looked at beyond this size only: a short segment may well compress a thousand times.
    private static let ratioFreeBytes = 1 << 20

    /// - Parameter ratio: Bytes out per byte in, at most.
    init(_ encoding: Inflater.Encoding, ratio: Int) throws(HearthError) {
        self.ratio = ratio
        switch encoding {
        case .gzip:
            let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            state.initialize(to: z_stream())
            stream = .gzip(state)
            // 15 bits of window, plus 16: gzip framing only.
            guard inflateInit2_(state, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                throw HearthError(.internalError, "zlib could not be started.", disposition: .defect)
            }
        case .zstd:
            guard let context = ZSTD_createDStream() else {
                throw HearthError(.internalError, "zstd could not be started.", disposition: .defect)
            }
            stream = .zstd(context)
            // A frame may ask for a window of gigabytes; 27 bits (128 MiB) is what every decoder must take (RFC 8878).
            ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
        }
    }

    deinit {
        switch stream {
        case .gzip(let state):
            inflateEnd(state)
            state.deallocate()
        case .zstd(let context): ZSTD_freeDStream(context)
        }
    }

    /// Fills `output` as far as `input` goes.
    /// - Returns: bytes read from `input` and written to `output`. Nothing of either: the input must go on.
    func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(SegmentFailure) -> (read: Int, written: Int) {
        let (read, written) =
            switch stream {
            case .gzip(let state): try stepGzip(state, input, output)
            case .zstd(let context): try stepZstd(context, input, output)
            }
        taken += read
        given += written
        guard given <= max(Self.ratioFreeBytes, taken * ratio) else {
            throw SegmentFailure(.tooLarge, "It grows more than \(ratio) times when decompressed.")
        }
        return (read, written)
    }

    private func stepGzip(
        _ state: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer
    ) throws(SegmentFailure) -> (Int, Int) {
        // zlib does not write to its input, whatever the type says.
        state.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        state.pointee.avail_in = UInt32(input.count)
        state.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        state.pointee.avail_out = UInt32(output.count)
        // RFC 1952: members may follow one another.
        if isBetweenParts, !input.isEmpty {
            guard inflateReset(state) == Z_OK else { throw .damaged("gzip") }
        }
        let status = CZlib.inflate(state, Z_NO_FLUSH)
        guard status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END else { throw .damaged("gzip") }
        let read = input.count - Int(state.pointee.avail_in)
        let written = output.count - Int(state.pointee.avail_out)
        if status == Z_STREAM_END { isBetweenParts = true } else if read + written > 0 { isBetweenParts = false }
        return (read, written)
    }

    private func stepZstd(
        _ context: OpaquePointer, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) throws(SegmentFailure) -> (Int, Int) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(context, &target, &source)
        guard ZSTD_isError(status) == 0 else { throw .damaged("zstd") }
        if source.pos + target.pos > 0 { isBetweenParts = status == 0 }
        return (source.pos, target.pos)
    }
}

/// Why a segment cannot be read further.
struct SegmentFailure: Error, Hashable {
    var code: ErrorCode
    /// A sentence about the segment, "It …".
    var message: String

    init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    static func damaged(_ name: String) -> SegmentFailure {
        SegmentFailure(.segmentDamaged, "It is not valid \(name) from here on.")
    }
}

extension ErrorCode {
    /// A segment holds something else than MessagePack, or its compression is broken; nothing behind that can be read.
    package static let segmentDamaged = ErrorCode("segment-damaged")
    /// A segment ends within a frame.
    package static let segmentTorn = ErrorCode("segment-torn")
    /// A segment is not what it was when it was taken in.
    package static let segmentChanged = ErrorCode("segment-changed")
    /// A segment holds no frame.
    package static let segmentEmpty = ErrorCode("segment-empty")
    /// A segment cannot be opened or read: no regular file, no permission, a disk that fails.
    package static let segmentUnreadable = ErrorCode("segment-unreadable")
    /// A segment that was taken in is gone.
    package static let segmentMissing = ErrorCode("segment-missing")
    /// Readings of a segment were refused, the others are stored.
    package static let readingsRejected = ErrorCode("readings-rejected")
}
