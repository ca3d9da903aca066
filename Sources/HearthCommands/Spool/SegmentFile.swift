import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A segment while it is written: it gets its name when it is whole and on stable storage. Blocks.
final class SegmentFile {
    private let temporary: String
    private let path: String
    private let compression: SegmentCompression
    private let descriptor: Int32
    private var pending = MessagePackWriter()
    private var isFinished = false
    private(set) var readings = 0
    private(set) var frames = 0
    /// Bytes on disk.
    private(set) var size = 0

    /// Bytes compressed at once.
    private static let part = 1 << 20

    /// - Parameters:
    ///   - path: Where it goes when it is whole; nothing there is overwritten.
    ///   - folder: Where it is until then, on the same file system.
    init(_ path: String, in folder: String, compression: SegmentCompression) throws(HearthError) {
        self.path = path
        self.compression = compression
        temporary = "\(folder)/.\(UInt64.random(in: .min ... .max)).part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(temporary) cannot be made") }
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(temporary) }
    }

    /// Appends a frame.
    func append(_ batch: SendBatch) throws(HearthError) {
        let shared = [("stream", batch.stream), ("device_id", batch.device)].filter { $0.1 != nil }
        pending.map(count: shared.count + 1)
        for (name, value) in shared {
            pending.write(name)
            pending.write(value ?? "")
        }
        pending.write("readings")
        pending.array(count: batch.items.count)
        for item in batch.items {
            do throws(JSONError) {
                try JSONDocument(parsing: item.json, options: .strict).withRoot { pending.write($0) }
            } catch {
                throw HearthError(error, in: "Reading \(item.place)")
            }
        }
        readings += batch.items.count
        frames += 1
        if pending.bytes.count >= Self.part { try flush() }
    }

    private func flush() throws(HearthError) {
        guard !pending.bytes.isEmpty else { return }
        let bytes = try compression.compress(pending.bytes)
        pending.bytes.removeAll(keepingCapacity: true)
        size += bytes.count
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(HearthError) in try LocalFile.write(bytes, to: descriptor, name: temporary) }
        }
        _ = try result.get()
    }

    /// Makes it durable and gives it its name.
    func finish() throws(HearthError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw LocalFile.systemFailure("\(temporary) cannot be written") }
        // Unlike a rename, a second name never takes the place of another file.
        if link(temporary, path) != 0 {
            guard errno == EEXIST else { throw LocalFile.systemFailure("\(path) cannot be made") }
            throw HearthError(
                .outputExists, "\(path) exists already.", hint: "Choose another name, or move it away.")
        }
        unlink(temporary)
        isFinished = true
    }
}
