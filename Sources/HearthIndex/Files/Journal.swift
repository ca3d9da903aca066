/// One commit: the slots it appended and those it emptied. What no record names is not part of the index.
struct JournalRecord: Hashable {
    var sequence: Int64
    /// Equal to the number of slots before it.
    var first: UInt32
    var added: UInt32
    var removed: [UInt32]
    /// Names of sources that appear for the first time.
    var sources: [String]
}

/// The file of commits. It is only appended to; a record counts once it is whole.
struct Journal {
    private static let magic: UInt32 = 0x3152_4a48  // "HJR1"
    /// Magic, length and checksum of the payload, checksum of those three.
    private static let headLength = 16
    /// A batch's removals and names fit many times.
    static let maximumPayload = 1 << 27
    /// More than any index of `VectorLimits.slots` needs.
    static let maximumByteCount = 1 << 30

    let file: IndexFile
    /// Where the next record goes.
    private(set) var end: Int

    /// Reads what was committed and cuts off a record that a crash left unfinished at the end. Throws `IndexDamage` when
    /// anything before it is not what was written.
    static func open(_ path: String) throws -> (journal: Journal, records: [JournalRecord]) {
        let file = try IndexFile(path)
        guard try file.size <= maximumByteCount else { throw IndexDamage("journal: too large") }
        let bytes = try file.contents(limit: maximumByteCount)
        var records: [JournalRecord] = []
        var position = 0
        while position < bytes.count {
            guard let (record, length) = try parse(bytes[position...]) else {
                try file.truncate(to: position)
                try file.synchronize()
                break
            }
            records.append(record)
            position += length
        }
        return (Journal(file: file, end: position), records)
    }

    /// Nil when the rest is what an append leaves that did not come to its end.
    private static func parse(_ rest: ArraySlice<UInt8>) throws -> (JournalRecord, length: Int)? {
        var reader = ByteReader(rest)
        guard let head = reader.bytes(headLength) else { return nil }
        var fields = ByteReader(head)
        let magic = fields.integer(UInt32.self)
        let length = fields.integer(UInt32.self) ?? 0
        let payloadChecksum = fields.integer(UInt32.self)
        guard fields.integer(UInt32.self) == checksum(head.prefix(12)), magic == Self.magic else {
            // A power cut may leave the file longer than what reached it.
            if rest.allSatisfy({ $0 == 0 }) { return nil }
            throw IndexDamage("journal: no record where one begins")
        }
        guard let payload = reader.bytes(Int(length)) else { return nil }
        guard checksum(payload) == payloadChecksum else {
            if reader.isAtEnd { return nil }
            throw IndexDamage("journal: a record is not what was written")
        }
        guard let record = JournalRecord(payload: payload) else { throw IndexDamage("journal: a record has no sense") }
        return (record, headLength + Int(length))
    }

    /// Returns when the record is durable. When it throws, the journal is as before.
    mutating func append(_ record: JournalRecord) throws {
        let payload = record.payload
        var bytes: [UInt8] = []
        bytes.append(little: Self.magic)
        bytes.append(little: UInt32(payload.count))
        bytes.append(little: checksum(payload))
        bytes.append(little: checksum(bytes))
        bytes += payload
        do {
            try file.write(bytes, at: end)
            try file.synchronize()
        } catch {
            try file.truncate(to: end)
            throw error
        }
        end += bytes.count
    }
}

extension JournalRecord {
    init?(payload: ArraySlice<UInt8>) {
        var reader = ByteReader(payload)
        guard let sequence = reader.integer(Int64.self), let first = reader.integer(UInt32.self),
            let added = reader.integer(UInt32.self), let removedCount = reader.integer(UInt32.self),
            let sourceCount = reader.integer(UInt32.self), Int(removedCount) * 4 <= payload.count,
            Int(sourceCount) <= payload.count
        else { return nil }
        self.init(sequence: sequence, first: first, added: added, removed: [], sources: [])
        for _ in 0..<removedCount {
            guard let slot = reader.integer(UInt32.self) else { return nil }
            removed.append(slot)
        }
        for _ in 0..<sourceCount {
            guard let name = reader.text() else { return nil }
            sources.append(name)
        }
        guard reader.isAtEnd else { return nil }
    }

    var payload: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: sequence)
        bytes.append(little: first)
        bytes.append(little: added)
        bytes.append(little: UInt32(removed.count))
        bytes.append(little: UInt32(sources.count))
        for slot in removed { bytes.append(little: slot) }
        for name in sources {
            bytes.append(little: UInt16(name.utf8.count))
            bytes += Array(name.utf8)
        }
        return bytes
    }
}
