package import HearthCore
package import HearthSchema

/// One stored value of a reading. Text lives in the batch's `text`, so that a cell needs no memory of its own.
package enum Cell: Sendable, Hashable {
    case null
    /// Integers, and booleans as 0 and 1.
    case integer(Int64)
    /// Finite; never negative zero, which no storage keeps apart.
    case real(Double)
    /// Strings, and JSON values as canonical text.
    case text(offset: UInt32, length: UInt32)
}

/// What Hearth noticed about a reading when it came in.
package struct ReadingFlags: OptionSet, Sendable, Hashable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The device's clock ran ahead of ours by more than the stream's `skew_seconds`.
    package static let clockSkew = ReadingFlags(rawValue: 1)
    /// The reading was older than the stream's `late_seconds` when it came.
    package static let late = ReadingFlags(rawValue: 2)
    /// The client named the reading: its digest is made of that name, not of its content.
    package static let clientKeyed = ReadingFlags(rawValue: 4)
}

/// The part of a reading that every stream has.
package struct ReadingHead: Sendable, Hashable {
    package var person: UniqueID
    package var device: UniqueID
    package var timestamp: Timestamp
    /// 62 bits, unique per (stream, device, timestamp): see `ReadingDigest`.
    package var digest: UInt64
    package var received: Timestamp
    package var flags: ReadingFlags

    package init(
        person: UniqueID, device: UniqueID, timestamp: Timestamp, digest: UInt64 = 0, received: Timestamp,
        flags: ReadingFlags = []
    ) {
        self.person = person
        self.device = device
        self.timestamp = timestamp
        self.digest = digest
        self.received = received
        self.flags = flags
    }

    package var recordID: RecordID { RecordID(timestamp: timestamp, digest: digest) }
}

/// Readings of one stream, row after row in three flat arrays: what moves between admission, storage and answers.
package struct ReadingBatch: Sendable {
    package let stream: StreamDefinition
    /// Cells per row: the stream's fields in order, then `extra` where the stream allows it.
    package let width: Int
    package var heads: [ReadingHead] = []
    /// `heads.count` × `width`.
    package var cells: [Cell] = []
    /// UTF-8 that text cells point into.
    package var text: [UInt8] = []

    package init(stream: StreamDefinition, minimumCapacity: Int = 0) {
        self.stream = stream
        width = stream.columnCount
        if minimumCapacity > 0 {
            heads.reserveCapacity(minimumCapacity)
            cells.reserveCapacity(minimumCapacity * width)
        }
    }

    package var count: Int { heads.count }
    package var isEmpty: Bool { heads.isEmpty }

    /// The cells of one row.
    package func row(_ index: Int) -> ArraySlice<Cell> { cells[index * width..<(index + 1) * width] }

    package subscript(row: Int, column: Int) -> Cell {
        get { cells[row * width + column] }
        set { cells[row * width + column] = newValue }
    }

    /// Stores `bytes` for a text cell of this batch.
    package mutating func textCell(_ bytes: UnsafeBufferPointer<UInt8>) -> Cell {
        let offset = UInt32(text.count)
        text.append(contentsOf: bytes)
        return .text(offset: offset, length: UInt32(bytes.count))
    }

    package mutating func textCell(_ string: String) -> Cell {
        var string = string
        return string.withUTF8 { textCell($0) }
    }

    package func string(_ cell: Cell) -> String? {
        guard case .text(let offset, let length) = cell else { return nil }
        return String(decoding: text[Int(offset)..<Int(offset) + Int(length)], as: UTF8.self)
    }

    /// Appends row `index` of a batch of the same stream.
    package mutating func append(row index: Int, of other: ReadingBatch) {
        heads.append(other.heads[index])
        for cell in other.row(index) {
            if case .text(let offset, let length) = cell {
                let copied = UInt32(text.count)
                text.append(contentsOf: other.text[Int(offset)..<Int(offset) + Int(length)])
                cells.append(.text(offset: copied, length: length))
            } else {
                cells.append(cell)
            }
        }
    }
}
