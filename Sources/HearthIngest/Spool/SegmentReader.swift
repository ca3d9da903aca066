import HearthCore
import HearthStore
import HearthVault

#if canImport(Glibc)
import Glibc
#endif

/// A frame of a segment.
struct SegmentFrame {
    /// From 0.
    var number: Int
    /// Bytes before it, after decompression.
    var offset: Int
    /// Bytes of it.
    var length: Int
    /// The error when it is a whole MessagePack value, and one that no reading may be.
    var document: Result<JSONDocument, JSONError>
}

/// Reads a segment frame by frame, in memory that does not grow with the segment. Every call blocks.
// Not Sendable: one queue works with it.
final class SegmentReader {
    private let file: OpenFile
    private let limits: SpoolLimits
    private let options: JSONOptions
    private let inflater: SegmentInflater?
    private var digest = ContentDigest()
    private var measured = (position: 0, digest: ContentDigest())

    /// Compressed bytes that wait to be inflated.
    private var raw: [UInt8] = []
    private var rawStart = 0
    /// Bytes on disk that were read.
    private var position = 0
    private var isAtEnd = false

    /// Decompressed bytes; those from `start` on are not taken yet.
    private var buffer: [UInt8] = []
    private var start = 0

    /// Of the next frame.
    private(set) var offset = 0
    private(set) var frame = 0

    /// Opens a segment that was taken in.
    /// - Parameter name: Its ending tells the compression.
    init(path: String, name: String, limits: SpoolLimits, ingest: IngestLimits) throws(SegmentFailure) {
        self.limits = limits
        options = JSONOptions(maximumDepth: ingest.depth, rejectsDuplicateKeys: true)
        do throws(SystemCallError) {
            file = try Self.open(path)
        } catch {
            throw error.isMissing
                ? SegmentFailure(.segmentMissing, "It was taken in and is gone.")
                : SegmentFailure(.segmentUnreadable, "It cannot be opened: \(String(cString: strerror(error.number))).")
        }
        do throws(HearthError) {
            inflater = try SegmentName.encoding(of: name).map { encoding throws(HearthError) in
                try SegmentInflater(encoding, ratio: ingest.inflateRatio)
            }
        } catch {
            throw SegmentFailure(error.code, error.message)
        }
    }

    /// A link is not followed, and nothing that is no regular file is waited for.
    private static func open(_ path: String) throws(SystemCallError) -> OpenFile {
        let file = try OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            errno = EINVAL
            throw SystemCallError("open", path)
        }
        // What was taken in is for Hearth alone. A file of another user that we may only read stays as it is.
        _ = fchmod(file.descriptor, 0o600)
        return file
    }

    /// Bytes on disk now.
    func size() throws(SegmentFailure) -> Int {
        try system { () throws(SystemCallError) in Int(try file.status().st_size) }
    }

    /// Reads on to find out what it is, apart from reading frames.
    /// - Parameter bytes: At most, so that a large file can be interrupted.
    /// - Returns: the digest of all of it; nil: call again.
    func measure(upTo bytes: Int) throws(SegmentFailure) -> String? {
        var piece = [UInt8](repeating: 0, count: limits.readBytes)
        let end = measured.position + bytes
        while measured.position < end {
            let count = try read(into: &piece, at: measured.position)
            piece.withUnsafeBytes { measured.digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            measured.position += count
            if count < piece.count { return measured.digest.text }
        }
        return nil
    }

    /// The digest of what was read frame by frame; all of it once `next` has returned nil.
    var digestText: String { digest.text }

    /// The next frame, nil at the end.
    func next() throws(SegmentFailure) -> SegmentFrame? {
        guard let length = try nextLength() else { return nil }
        let bytes = buffer[start..<start + length]
        let document = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONDocument(parsingMessagePack: bytes, options: options) }
        }
        let frame = SegmentFrame(number: frame, offset: offset, length: length, document: document)
        pass(length)
        return frame
    }

    /// Moves on towards a frame that was reached before, without looking into those on the way.
    /// - Parameter bytes: At most, as for `measure`.
    /// - Returns: whether it is reached.
    /// - Throws: `.segmentChanged` when it is not where it was.
    func skip(to place: SpoolPlace, upTo bytes: Int) throws(SegmentFailure) -> Bool {
        let end = offset + bytes
        while frame < place.frame {
            if offset >= end { return false }
            guard let length = try nextLength() else { break }
            pass(length)
        }
        guard frame == place.frame, offset == place.offset else {
            throw SegmentFailure(.segmentChanged, "It is not what it was when the first part of it was stored.")
        }
        return true
    }

    private func pass(_ length: Int) {
        start += length
        offset += length
        frame += 1
    }

    /// Bytes of the next frame, which is in the buffer then; nil at the end.
    private func nextLength() throws(SegmentFailure) -> Int? {
        var length = MessagePackLength()
        while true {
            let found = buffer[start...].withUnsafeBytes { rest in
                Result { () throws(JSONError) in try length.advance(in: rest) }
            }
            let limit = limits.frameBytes
            switch found {
            case .failure(let error):
                throw SegmentFailure(.segmentDamaged, "It is not MessagePack from here on: \(error) of the frame.")
            case .success(let end?) where end <= limit: return end
            case .success(.some):
                throw SegmentFailure(.tooLarge, "A frame is larger than \(limit) bytes.")
            case .success(nil):
                guard length.atLeast <= limit else {
                    throw SegmentFailure(.tooLarge, "A frame is larger than \(limit) bytes.")
                }
            }
            guard try fill() else {
                if start == buffer.count { return nil }
                throw SegmentFailure(.segmentTorn, "It ends within a frame, \(buffer.count - start) bytes into it.")
            }
        }
    }

    /// Gets more into the buffer.
    /// - Returns: false at the end.
    private func fill() throws(SegmentFailure) -> Bool {
        buffer.removeFirst(start)
        start = 0
        guard let inflater else {
            let count = try readMore(into: &buffer)
            return count > 0
        }
        while true {
            if rawStart == raw.count, !isAtEnd {
                raw.removeAll(keepingCapacity: true)
                rawStart = 0
                _ = try readMore(into: &raw)
            }
            let known = buffer.count
            buffer.append(contentsOf: repeatElement(0, count: limits.readBytes))
            let step = raw[rawStart...].withUnsafeBytes { input in
                buffer.withUnsafeMutableBytes { output in
                    Result { () throws(SegmentFailure) in
                        try inflater.step(input, into: UnsafeMutableRawBufferPointer(rebasing: output[known...]))
                    }
                }
            }
            let (read, written) = try step.get()
            buffer.removeLast(limits.readBytes - written)
            rawStart += read
            if written > 0 { return true }
            if read > 0 || rawStart == raw.count && !isAtEnd { continue }
            // Nothing went in and nothing came out.
            guard rawStart == raw.count, inflater.isBetweenParts || position == 0 else {
                throw SegmentFailure(.segmentTorn, "Its compressed content ends too early.")
            }
            return false
        }
    }

    /// Appends the next bytes on disk.
    private func readMore(into bytes: inout [UInt8]) throws(SegmentFailure) -> Int {
        if isAtEnd { return 0 }
        var piece = [UInt8](repeating: 0, count: limits.readBytes)
        let count = try read(into: &piece, at: position)
        isAtEnd = count < piece.count
        position += count
        piece.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        bytes.append(contentsOf: piece[..<count])
        return count
    }

    private func read(into bytes: inout [UInt8], at position: Int) throws(SegmentFailure) -> Int {
        let result = bytes.withUnsafeMutableBytes { bytes in
            Result { () throws(SystemCallError) in try file.read(into: bytes, at: position) }
        }
        return try system { () throws(SystemCallError) in try result.get() }
    }

    private func system<Value>(_ body: () throws(SystemCallError) -> Value) throws(SegmentFailure) -> Value {
        do throws(SystemCallError) {
            return try body()
        } catch {
            throw SegmentFailure(.segmentUnreadable, "It cannot be read: \(String(cString: strerror(error.number))).")
        }
    }
}

/// What a file's name says of it.
package enum SegmentName {
    /// Whether a file with this name is taken in.
    package static func isSegment(_ name: String) -> Bool {
        [".msgpack", ".msgpack.gz", ".msgpack.zst"].contains {
            name.utf8.count > $0.utf8.count && name.hasSuffix($0)
        } && !name.hasPrefix(".")
    }

    static func encoding(of name: String) -> Inflater.Encoding? {
        if name.hasSuffix(".gz") { return .gzip }
        if name.hasSuffix(".zst") { return .zstd }
        return nil
    }
}
