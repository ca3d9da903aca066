import CZlib
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Reads a zip archive (APPNOTE 6.3.10): stored and deflated entries, ZIP64. Every entry's checksum is verified, and no
/// entry can be written outside of its folder.
final class ZipReader {
    struct Entry: Sendable, Hashable {
        var name: String
        var method: Int
        var checksum: UInt32
        var packedSize: Int
        var size: Int
        /// Where its local header begins.
        var offset: Int
    }

    private let path: String
    private let bytes: UnsafeRawBufferPointer
    /// In the order of the archive's directory.
    let entries: [Entry]

    /// Maps the file and reads its directory.
    /// - Throws: `archive-damaged`, `storage-failed`.
    init(_ path: String) throws(HearthError) {
        self.path = path
        bytes = try Self.map(path)
        do {
            entries = try Self.directory(of: bytes, path)
        } catch {
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
            throw error
        }
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

    private static func map(_ path: String) throws(HearthError) -> UnsafeRawBufferPointer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(path) cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFile.systemFailure("\(path) cannot be read") }
        guard status.st_size > 0 else { throw damaged(path, "it is empty") }
        let count = Int(status.st_size)
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw LocalFile.systemFailure("\(path) cannot be read")
        }
        return UnsafeRawBufferPointer(start: address, count: count)
    }

    private static func damaged(_ path: String, _ why: String) -> HearthError {
        HearthError(.archiveDamaged, "\(path) is not an intact zip archive: \(why).", hint: "Export again.")
    }

    // MARK: Directory

    private static func directory(of bytes: UnsafeRawBufferPointer, _ path: String) throws(HearthError) -> [Entry] {
        let reader = LittleEndian(bytes)
        // The end record has 22 bytes and a comment of at most 65535.
        var end = bytes.count - 22
        while end >= 0, end >= bytes.count - 22 - 65_535, reader.word(end) != 0x0605_4b50 { end -= 1 }
        guard end >= 0, reader.word(end) == 0x0605_4b50 else { throw damaged(path, "it has no directory") }
        var count = Int(reader.half(end + 10))
        var offset = Int(reader.word(end + 16))
        if end >= 20, reader.word(end - 20) == 0x0706_4b50 {
            let record = Int(clamping: reader.long(end - 12))
            guard reader.holds(record, 56), reader.word(record) == 0x0606_4b50 else {
                throw damaged(path, "its ZIP64 directory is missing")
            }
            count = Int(clamping: reader.long(record + 32))
            offset = Int(clamping: reader.long(record + 48))
        }
        var entries: [Entry] = []
        for _ in 0..<count {
            guard reader.holds(offset, 46), reader.word(offset) == 0x0201_4b50 else {
                throw damaged(path, "its directory is cut off")
            }
            let nameCount = Int(reader.half(offset + 28))
            let extraCount = Int(reader.half(offset + 30))
            let commentCount = Int(reader.half(offset + 32))
            guard reader.holds(offset + 46, nameCount + extraCount) else {
                throw damaged(path, "its directory is cut off")
            }
            var entry = Entry(
                name: String(decoding: bytes[offset + 46..<offset + 46 + nameCount], as: UTF8.self),
                method: Int(reader.half(offset + 10)), checksum: reader.word(offset + 16),
                packedSize: Int(reader.word(offset + 20)), size: Int(reader.word(offset + 24)),
                offset: Int(reader.word(offset + 42)))
            applyLargeSizes(reader, from: offset + 46 + nameCount, count: extraCount, to: &entry)
            entries.append(entry)
            offset += 46 + nameCount + extraCount + commentCount
        }
        return entries
    }

    /// Sizes that do not fit 32 bits stand in the ZIP64 extra field, only those and in this order.
    private static func applyLargeSizes(_ reader: LittleEndian, from start: Int, count: Int, to entry: inout Entry) {
        var position = start
        while position + 4 <= start + count {
            let length = Int(reader.half(position + 2))
            if reader.half(position) == 1 {
                var field = position + 4
                for path in [\Entry.size, \.packedSize, \.offset] where entry[keyPath: path] == 0xffff_ffff {
                    guard field + 8 <= min(position + 4 + length, start + count) else { return }
                    entry[keyPath: path] = Int(clamping: reader.long(field))
                    field += 8
                }
            }
            position += 4 + length
        }
    }

    // MARK: Content

    /// Writes an entry below a folder.
    /// - Throws: `archive-damaged`, `storage-failed`, `storage-full`.
    func extract(_ entry: Entry, below folder: String) throws(HearthError) {
        let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe =
            !entry.name.hasPrefix("/") && !parts.dropLast().contains { $0.isEmpty || $0 == "." || $0 == ".." }
            && parts.last != ".." && parts.last != "." && !entry.name.utf8.contains(0)
        guard isSafe else { throw Self.damaged(path, "the name \(entry.name) leads out of its folder") }
        let target = folder + "/" + entry.name
        if entry.name.hasSuffix("/") { return try LocalFile.makeFolder(String(target.dropLast())) }
        try LocalFile.makeFolder(FilePathText.parent(of: target))
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFile.systemFailure("\(target) cannot be written") }
        defer { close(descriptor) }
        try unpack(entry) { (piece) throws(HearthError) in
            _ = try LocalFile.write(piece, to: descriptor, name: target)
        }
    }

    /// Hands out the content of an entry piece by piece, and checks it in the end.
    func unpack(
        _ entry: Entry, to sink: (UnsafeRawBufferPointer) throws(HearthError) -> Void
    ) throws(HearthError) {
        let reader = LittleEndian(bytes)
        guard reader.holds(entry.offset, 30), reader.word(entry.offset) == 0x0403_4b50 else {
            throw Self.damaged(path, "\(entry.name) is not where the directory says")
        }
        let start = entry.offset + 30 + Int(reader.half(entry.offset + 26)) + Int(reader.half(entry.offset + 28))
        guard reader.holds(start, entry.packedSize) else { throw Self.damaged(path, "\(entry.name) is cut off") }
        let packed = UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.packedSize])
        var checksum = crc32(0, nil, 0)
        var size = 0
        func take(_ piece: UnsafeRawBufferPointer) throws(HearthError) {
            checksum = crc32_z(checksum, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), piece.count)
            size += piece.count
            guard size <= entry.size else { throw Self.damaged(path, "\(entry.name) is longer than it says") }
            try sink(piece)
        }
        switch entry.method {
        case 0: try take(packed)
        case 8: try inflate(packed, entry.name, take)
        default: throw Self.damaged(path, "\(entry.name) is compressed in a way that is not understood")
        }
        guard size == entry.size, UInt32(truncatingIfNeeded: checksum) == entry.checksum else {
            throw Self.damaged(path, "the checksum of \(entry.name) is wrong")
        }
    }

    private func inflate(
        _ packed: UnsafeRawBufferPointer, _ name: String, _ take: (UnsafeRawBufferPointer) throws(HearthError) -> Void
    ) throws(HearthError) {
        var stream = z_stream()
        // Negative: deflate data without a header.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw HearthError(.internalError, "There is no memory to unpack \(name).", disposition: .retry)
        }
        defer { inflateEnd(&stream) }
        var rest = packed
        var output = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            if stream.avail_in == 0 {
                // zlib counts its input in 32 bits.
                let portion = rest.prefix(1 << 30)
                // zlib does not write to its input, whatever the type says.
                stream.next_in = UnsafeMutablePointer(
                    mutating: UnsafeRawBufferPointer(rebasing: portion).baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                stream.avail_in = UInt32(portion.count)
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(portion.count))
            }
            let isFed = stream.avail_in > 0
            let status = output.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            let produced = output.count - Int(stream.avail_out)
            let failure = try withPiece(of: output, produced, take)
            if let failure { throw failure }
            if status == Z_STREAM_END { return }
            guard status == Z_OK, isFed || produced > 0 else { throw Self.damaged(path, "\(name) cannot be unpacked") }
        }
    }

    private func withPiece(
        of output: [UInt8], _ count: Int, _ take: (UnsafeRawBufferPointer) throws(HearthError) -> Void
    ) throws(HearthError) -> HearthError? {
        output.withUnsafeBytes { bytes in
            do throws(HearthError) {
                try take(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                return nil
            } catch {
                return error
            }
        }
    }
}

/// Numbers as they lie in an archive.
private struct LittleEndian {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    func holds(_ offset: Int, _ count: Int) -> Bool { offset >= 0 && count >= 0 && offset <= bytes.count - count }
    func half(_ offset: Int) -> UInt16 { load(offset) }
    func word(_ offset: Int) -> UInt32 { load(offset) }
    func long(_ offset: Int) -> UInt64 { load(offset) }

    /// Zero beyond the end, which no signature is.
    private func load<Number: FixedWidthInteger>(_ offset: Int) -> Number {
        guard holds(offset, MemoryLayout<Number>.size) else { return 0 }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
