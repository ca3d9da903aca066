/// The id of a reading, in both directions: it is made from the reading's time and a digest of its identity, so that the
/// same reading sent twice has the same id and no index of ids is needed.
///
/// Layout, a valid UUID version 7: 48 bits of signed milliseconds since 1970, version, 12 bits with the microseconds
/// within the millisecond, variant, 62 bits of digest.
public struct RecordID: Hashable, Sendable, CustomStringConvertible {
    public var timestamp: Timestamp
    /// 62 bits.
    public var digest: UInt64

    public static let digestMask: UInt64 = 0x3fff_ffff_ffff_ffff

    public init(timestamp: Timestamp, digest: UInt64) {
        self.timestamp = timestamp
        self.digest = digest & Self.digestMask
    }

    public init?(_ id: UniqueID) {
        guard id.high >> 12 & 15 == 7, id.low >> 62 == 2 else { return nil }
        let milliseconds = Int64(bitPattern: id.high) >> 16
        let microseconds = Int64(id.high & 0xfff)
        guard microseconds < 1000 else { return nil }
        timestamp = Timestamp(microseconds: milliseconds * 1000 + microseconds)
        digest = id.low & Self.digestMask
    }

    public var id: UniqueID {
        let milliseconds = timestamp.microseconds.floorDivided(by: 1000)
        let microseconds = UInt64(timestamp.microseconds - milliseconds * 1000)
        return UniqueID(
            high: UInt64(bitPattern: milliseconds) << 16 | 0x7000 | microseconds,
            low: 0x8000_0000_0000_0000 | digest)
    }

    public var description: String { id.description }
}
