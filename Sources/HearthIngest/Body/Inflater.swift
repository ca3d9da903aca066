import CZlib
import CZstd
package import HearthCore

/// Decompression with a bound on the result and on its ratio to the input, so that a small body cannot fill memory.
package enum Inflater {
    package enum Encoding: Sendable, Hashable {
        case gzip, zstd

        /// nil for `identity` and no header at all.
        package init?(_ header: String?) throws(HearthError) {
            switch header?.lowercased().trimmingSpaces() {
            case nil, "", "identity": return nil
            case "gzip", "x-gzip": self = .gzip
            case "zstd": self = .zstd
            case .some(let name):
                throw HearthError(
                    .unsupportedMediaType, "The content encoding \(name.prefix(40)) is not known.",
                    hint: "Send gzip, zstd or no compression.")
            }
        }
    }

    /// Ratios are looked at beyond this size only: a short body may well compress a thousand times.
    private static let ratioFreeBytes = 1 << 20
    private static let stepBytes = 256 << 10

    package static func inflate(
        _ input: UnsafeRawBufferPointer, _ encoding: Encoding, limits: IngestLimits
    ) throws(HearthError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(min(input.count * 8, limits.inflatedBytes))
        switch encoding {
        case .gzip: try inflateGzip(input, limits, into: &output)
        case .zstd: try inflateZstd(input, limits, into: &output)
        }
        return output
    }

    private static func check(_ output: Int, _ input: Int, _ limits: IngestLimits) throws(HearthError) {
        guard output <= limits.inflatedBytes else {
            throw HearthError(
                .tooLarge, "The body grows beyond \(limits.inflatedBytes) bytes when decompressed.",
                hint: "Send it in parts.")
        }
        guard output <= max(ratioFreeBytes, input * limits.inflateRatio) else {
            throw HearthError(
                .tooLarge, "The body grows more than \(limits.inflateRatio) times when decompressed.",
                hint: "Send it uncompressed or in parts.")
        }
    }

    private static func damaged(_ name: String, isTruncated: Bool) -> HearthError {
        HearthError(
            .malformedBody, isTruncated ? "The \(name) body ends too early." : "The body is not valid \(name).",
            hint: "Content-Encoding says how the body is compressed.",
            fields: [.init(pointer: "", message: isTruncated ? "ends before its \(name) does" : "is not valid \(name)")]
        )
    }

    private static func inflateGzip(
        _ input: UnsafeRawBufferPointer, _ limits: IngestLimits, into output: inout [UInt8]
    ) throws(HearthError) {
        var stream = z_stream()
        // 15 bits of window, plus 16: gzip framing only.
        guard
            inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw HearthError(.internalError, "zlib could not be started.", disposition: .defect) }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(input.count)
        var isMemberDone = false
        while true {
            let (status, written) = step(into: &output) { space in
                stream.next_out = space.baseAddress
                stream.avail_out = UInt32(space.count)
                let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                return (status, space.count - Int(stream.avail_out))
            }
            try check(output.count, input.count, limits)
            isMemberDone = status == Z_STREAM_END
            if isMemberDone {
                if stream.avail_in == 0 { return }
                // RFC 1952: members may follow one another.
                guard inflateReset(&stream) == Z_OK else { throw damaged("gzip", isTruncated: false) }
                continue
            }
            guard status == Z_OK || status == Z_BUF_ERROR else { throw damaged("gzip", isTruncated: false) }
            if written == 0, stream.avail_in == 0 { throw damaged("gzip", isTruncated: true) }
        }
    }

    private static func inflateZstd(
        _ input: UnsafeRawBufferPointer, _ limits: IngestLimits, into output: inout [UInt8]
    ) throws(HearthError) {
        guard let context = ZSTD_createDStream() else {
            throw HearthError(.internalError, "zstd could not be started.", disposition: .defect)
        }
        defer { ZSTD_freeDStream(context) }
        // A frame may ask for a window of gigabytes; 27 bits (128 MiB) is what every decoder must take (RFC 8878).
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            let (status, written) = step(into: &output) { space in
                var target = ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
                let status = ZSTD_decompressStream(context, &target, &source)
                return (status, target.pos)
            }
            try check(output.count, input.count, limits)
            guard ZSTD_isError(status) == 0 else { throw damaged("zstd", isTruncated: false) }
            if source.pos == input.count {
                if status == 0 { return }
                if written == 0 { throw damaged("zstd", isTruncated: true) }
            }
        }
    }

    /// Lets `body` write up to `stepBytes` more bytes and keeps those that it wrote.
    private static func step<Status>(
        into output: inout [UInt8], _ body: (UnsafeMutableBufferPointer<UInt8>) -> (Status, Int)
    ) -> (Status, Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: stepBytes) { space in
            let (status, written) = body(space)
            output.append(contentsOf: space[..<written])
            return (status, written)
        }
    }
}
