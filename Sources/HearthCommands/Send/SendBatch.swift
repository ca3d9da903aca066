import CZlib
import HearthCore

/// Items that travel in one request.
struct SendBatch: Sendable {
    /// What all items share; nil where each says it itself.
    var device: String?
    var stream: String?
    var items: [SendItem] = []

    static let itemLimit = 1000
    /// Well below any server's limit for a body.
    static let byteLimit = 4 << 20

    /// The body of `POST /sensor/batch`.
    var body: [UInt8] {
        var writer = JSONWriter(capacity: items.reduce(128) { $0 + $1.json.count + 1 })
        writer.raw("{")
        if let device {
            writer.key("device_id")
            writer.write(device)
            writer.comma()
        }
        if let stream {
            writer.key("stream")
            writer.write(stream)
            writer.comma()
        }
        writer.raw("\"readings\":[")
        for (index, item) in items.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw(item.json)
        }
        writer.raw("]}")
        return writer.bytes
    }

    /// Two batches of half the items; nil when there is nothing to cut.
    var halves: (SendBatch, SendBatch)? {
        guard items.count > 1 else { return nil }
        let middle = items.count / 2
        return (
            SendBatch(device: device, stream: stream, items: Array(items[..<middle])),
            SendBatch(device: device, stream: stream, items: Array(items[middle...]))
        )
    }
}

/// Gzip (RFC 1952) of one body.
enum Gzip {
    /// Nil when zlib has no memory for it.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // Window of 32 KiB, gzip framing; the fastest level, as a local network is faster than a thorough one.
        guard
            deflateInit2_(
                &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)
            )
                == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var isComplete = false
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            bytes.withUnsafeBufferPointer { input in
                // zlib does not write to its input, whatever the type says.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(bound)
                isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = bound - Int(stream.avail_out)
        }
        return isComplete ? compressed : nil
    }
}
