import CZlib
import CZstd
import HearthCore
import NIOCore

/// Compresses a body piece by piece, with gzip or zstd.
final class Compressor {
    private enum Engine {
        case gzip(UnsafeMutablePointer<z_stream>)
        case zstd(OpaquePointer)
    }

    private let engine: Engine

    /// Quick rather than small: the answer is waited for.
    private static let gzipLevel: Int32 = 4
    private static let zstdLevel: Int32 = 3
    private static let stepBytes = 64 << 10

    init(_ coding: ContentCoding) throws(HearthError) {
        let failure = HearthError(.internalError, "Compression could not be started.", disposition: .defect)
        switch coding {
        case .gzip:
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // 15 bits of window, plus 16: gzip framing; 8 is zlib's usual memory level.
            let status = deflateInit2_(
                stream, Self.gzipLevel, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size))
            guard status == Z_OK else {
                stream.deallocate()
                throw failure
            }
            engine = .gzip(stream)
        case .zstd:
            guard let context = ZSTD_createCCtx() else { throw failure }
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.zstdLevel)
            engine = .zstd(context)
        }
    }

    deinit {
        switch engine {
        case .gzip(let stream):
            deflateEnd(stream)
            stream.deallocate()
        case .zstd(let context): ZSTD_freeCCtx(context)
        }
    }

    /// - Parameter isLast: Whether nothing follows.
    /// - Returns: What can be sent by now; may be empty.
    func compress(_ input: ByteBuffer, isLast: Bool) throws(HearthError) -> ByteBuffer {
        var output = ByteBuffer()
        var failure: HearthError?
        input.withUnsafeReadableBytes { bytes in
            let isDone =
                switch engine {
                case .gzip(let stream): Self.deflateAll(stream, bytes, isLast, into: &output)
                case .zstd(let context): Self.compressAll(context, bytes, isLast, into: &output)
                }
            if !isDone { failure = HearthError(.internalError, "Compression failed.", disposition: .defect) }
        }
        if let failure { throw failure }
        return output
    }

    private static func deflateAll(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer, _ isLast: Bool,
        into output: inout ByteBuffer
    ) -> Bool {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        while true {
            var status = Z_OK
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: stepBytes) { space in
                stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(space.count)
                status = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                return space.count - Int(stream.pointee.avail_out)
            }
            if status == Z_STREAM_END { return true }
            guard status == Z_OK || status == Z_BUF_ERROR else { return false }
            if !isLast, stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 { return true }
        }
    }

    private static func compressAll(
        _ context: OpaquePointer, _ input: UnsafeRawBufferPointer, _ isLast: Bool, into output: inout ByteBuffer
    ) -> Bool {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            var left = 0
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: stepBytes) { space in
                var target = ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
                left = ZSTD_compressStream2(context, &target, &source, isLast ? ZSTD_e_end : ZSTD_e_continue)
                return target.pos
            }
            if ZSTD_isError(left) != 0 { return false }
            if isLast ? left == 0 : source.pos == source.size { return true }
        }
    }
}
