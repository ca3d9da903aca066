import CHearthKernels
import HearthCore

/// What the file of entries holds for one slot: 64 bytes, the last four their checksum.
struct SlotRecord: Hashable {
    static let byteCount = 64

    var number: Int64
    var person: UniqueID
    var document: UniqueID
    var timestamp: Timestamp
    /// Position in the journal's names.
    var source: UInt16
    /// As the caller numbers them.
    var kind: UInt16
    /// Of the slot's bytes in the file of vectors, and in the file of codes.
    var vectorChecksum: UInt32
    var codeChecksum: UInt32

    func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(little: number)
        bytes.append(little: person)
        bytes.append(little: document)
        bytes.append(little: timestamp.microseconds)
        bytes.append(little: source)
        bytes.append(little: kind)
        bytes.append(little: vectorChecksum)
        bytes.append(little: codeChecksum)
        bytes.append(little: bytes[start...].withUnsafeBytes { checksum($0) })
    }

    /// Nil when the bytes are not what was written.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func word<Integer: FixedWidthInteger>(_ offset: Int, _: Integer.Type) -> Integer {
            Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
        }
        guard bytes.count == Self.byteCount,
            checksum(UnsafeRawBufferPointer(rebasing: bytes[..<60])) == word(60, UInt32.self)
        else { return nil }
        self.init(
            number: word(0, Int64.self), person: UniqueID(high: word(8, UInt64.self), low: word(16, UInt64.self)),
            document: UniqueID(high: word(24, UInt64.self), low: word(32, UInt64.self)),
            timestamp: Timestamp(microseconds: word(40, Int64.self)), source: word(48, UInt16.self),
            kind: word(50, UInt16.self), vectorChecksum: word(52, UInt32.self), codeChecksum: word(56, UInt32.self))
    }

    init(
        number: Int64, person: UniqueID, document: UniqueID, timestamp: Timestamp, source: UInt16, kind: UInt16,
        vectorChecksum: UInt32, codeChecksum: UInt32
    ) {
        self.number = number
        self.person = person
        self.document = document
        self.timestamp = timestamp
        self.source = source
        self.kind = kind
        self.vectorChecksum = vectorChecksum
        self.codeChecksum = codeChecksum
    }
}
