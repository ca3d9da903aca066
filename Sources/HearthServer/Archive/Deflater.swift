import CZlib
import HearthCore

/// Compresses one run of bytes at a time (RFC 1951, raw: no zlib header), without ever holding more than a window.
final class Deflater {
    // zlib keeps a pointer back to its stream, so the stream must stay where it is.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Speed over size: an export is read once.
    private static let level: Int32 = 4

    init() throws(HearthError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = deflateInit2_(
            stream, Self.level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw HearthError(.internalError, "Compression could not start.", disposition: .defect)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the compressed form of `bytes` to `output`; some of it may come with a later call.
    func write(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        run(bytes, Z_NO_FLUSH, &output)
    }

    /// Appends what is left and makes ready for the next run.
    func finish(to output: inout [UInt8]) {
        run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, &output)
        deflateReset(stream)
    }

    private func run(_ bytes: UnsafeRawBufferPointer, _ flush: Int32, _ output: inout [UInt8]) {
        // zlib reads the input and never writes it; its C signature predates const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32 * 1024) { room in
            repeat {
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                deflate(stream, flush)
                output.append(contentsOf: room[..<(room.count - Int(stream.pointee.avail_out))])
            } while stream.pointee.avail_out == 0
        }
    }
}
