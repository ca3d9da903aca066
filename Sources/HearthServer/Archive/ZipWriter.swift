import CZlib
import HearthCore

/// Writes a ZIP archive (PKWARE APPNOTE 6.3) front to back into memory that the caller drains, so that an archive of any
/// size needs little of it. Sizes follow the data of each entry; the directory turns to ZIP64 where 32 bits are too few.
struct ZipWriter {
    /// What was written and not yet taken.
    private(set) var output: [UInt8] = []
    /// Plain bytes of the entry being written.
    private(set) var entrySize = 0

    /// One entry must stay below this, because its own header has 32 bits for sizes. The caller begins another entry.
    static let entryLimit = 2 << 30

    enum Method: UInt16 {
        case stored = 0
        case deflated = 8
    }

    private struct Entry {
        var name: [UInt8]
        var method: Method
        var time: UInt32
        var checksum: UInt32
        var compressedSize: UInt32
        var size: UInt32
        var offset: UInt64
    }

    private let deflater: Deflater
    private let time: UInt32
    /// The same as an extra field, which says that it is UTC.
    private let timeField: [UInt8]
    private var entries: [Entry] = []
    private var open: Entry?
    /// Bytes drained so far.
    private var drained: UInt64 = 0
    private var dataStart: UInt64 = 0

    /// - Parameter time: Given to every entry, in UTC.
    init(at time: Timestamp) throws(HearthError) {
        deflater = try Deflater()
        self.time = Self.dosTime(time)
        timeField = Self.timeField(time)
    }

    private var position: UInt64 { drained + UInt64(output.count) }

    /// Takes what was written so far.
    mutating func drain() -> [UInt8] {
        defer { output = [] }
        drained += UInt64(output.count)
        return output
    }

    // MARK: Entries

    mutating func begin(_ name: String, _ method: Method = .deflated) {
        let entry = Entry(
            name: Array(name.utf8), method: method, time: time, checksum: UInt32(crc32(0, nil, 0)), compressedSize: 0,
            size: 0, offset: position)
        word32(0x0403_4b50)
        word16(20)
        word16(Self.flags)
        word16(method.rawValue)
        word32(time)
        // Checksum and sizes follow the data.
        word32(0)
        word32(0)
        word32(0)
        word16(UInt16(entry.name.count))
        word16(UInt16(timeField.count))
        output += entry.name
        output += timeField
        dataStart = position
        entrySize = 0
        open = entry
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty, let entry = open else { return }
        open?.checksum = UInt32(
            crc32(UInt(entry.checksum), base.assumingMemoryBound(to: UInt8.self), UInt32(bytes.count)))
        entrySize += bytes.count
        switch entry.method {
        case .stored: output.append(contentsOf: bytes)
        case .deflated: deflater.write(bytes, to: &output)
        }
    }

    mutating func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

    mutating func end() {
        guard var entry = open else { return }
        if entry.method == .deflated { deflater.finish(to: &output) }
        entry.size = UInt32(entrySize)
        entry.compressedSize = UInt32(position - dataStart)
        word32(0x0807_4b50)
        word32(entry.checksum)
        word32(entry.compressedSize)
        word32(entry.size)
        entries.append(entry)
        open = nil
    }

    /// Writes the directory; nothing may follow.
    mutating func finish() {
        let start = position
        for entry in entries { directory(entry) }
        let size = position - start
        let count = UInt64(entries.count)
        if start >= UInt64(UInt32.max) || size >= UInt64(UInt32.max) || count >= UInt64(UInt16.max) {
            let end = position
            word32(0x0606_4b50)
            word64(44)
            word16(45)
            word16(45)
            word32(0)
            word32(0)
            word64(count)
            word64(count)
            word64(size)
            word64(start)
            word32(0x0706_4b50)
            word32(0)
            word64(end)
            word32(1)
        }
        word32(0x0605_4b50)
        word16(0)
        word16(0)
        word16(UInt16(clamping: count))
        word16(UInt16(clamping: count))
        word32(UInt32(clamping: size))
        word32(UInt32(clamping: start))
        word16(0)
    }

    private mutating func directory(_ entry: Entry) {
        let isFar = entry.offset >= UInt64(UInt32.max)
        word32(0x0201_4b50)
        // Made on Unix, so that the file mode below counts.
        word16(3 << 8 | 45)
        word16(isFar ? 45 : 20)
        word16(Self.flags)
        word16(entry.method.rawValue)
        word32(entry.time)
        word32(entry.checksum)
        word32(entry.compressedSize)
        word32(entry.size)
        word16(UInt16(entry.name.count))
        word16(UInt16(timeField.count) + (isFar ? 12 : 0))
        word16(0)
        word16(0)
        word16(0)
        // A regular file that its owner alone may read: an export is private.
        word32(0o100600 << 16)
        word32(UInt32(clamping: entry.offset))
        output += entry.name
        output += timeField
        if isFar {
            word16(1)
            word16(8)
            word64(entry.offset)
        }
    }

    // MARK: Words

    /// Bit 3: sizes follow the data. Bit 11: names are UTF-8.
    private static let flags: UInt16 = 1 << 3 | 1 << 11

    private mutating func word16(_ value: UInt16) { withUnsafeBytes(of: value.littleEndian) { output += $0 } }
    private mutating func word32(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { output += $0 } }
    private mutating func word64(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { output += $0 } }

    /// Info-ZIP's extended timestamp, of the modification alone: seconds since 1970, which 32 bits hold until 2038.
    private static func timeField(_ time: Timestamp) -> [UInt8] {
        guard let seconds = Int32(exactly: time.microseconds.floorDivided(by: 1_000_000)) else { return [] }
        var field: [UInt8] = [0x55, 0x54, 5, 0, 1]
        withUnsafeBytes(of: seconds.littleEndian) { field += $0 }
        return field
    }

    /// Time in the low half, date in the high half; from 1980, in steps of two seconds. Of no time zone by the format.
    private static func dosTime(_ time: Timestamp) -> UInt32 {
        let seconds = time.microseconds.floorDivided(by: 1_000_000)
        let date = CivilDate(daysSince1970: Int(seconds.floorDivided(by: 86_400)))
        guard date.year >= 1980, date.year <= 2107 else { return 1 << 21 | 1 << 16 }
        let second = Int(seconds - Int64(date.daysSince1970) * 86_400)
        // Shifts bind more closely than divisions.
        let clock = (second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60 / 2)
        return UInt32((date.year - 1980) << 9 | date.month << 5 | date.day) << 16 | UInt32(clock)
    }
}
