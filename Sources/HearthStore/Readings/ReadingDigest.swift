package import HearthCore
import HearthSchema

/// Makes a reading's digest: 62 bits over stream, device and either the client's name for the reading or the content of
/// the stream's identity columns. With device and timestamp it is the dedupe key, and with the timestamp the record id.
///
/// The digest can be made again from stored values, so compressed chunks need not hold it. Empty columns do not count,
/// so that a column added later changes no digest. Keyed, so that nobody outside can prepare collisions; the key
/// must stay the same for the life of a household.
package struct ReadingDigest: Sendable {
    private let key: SipHash.Key

    package init(key: SipHash.Key) { self.key = key }

    func begin(_ stream: String, _ device: UniqueID) -> SipHash {
        var hash = SipHash(key: key)
        var stream = stream
        stream.withUTF8 { hash.combine(UnsafeRawBufferPointer($0)) }
        hash.combine(device.high)
        hash.combine(device.low)
        return hash
    }

    /// The digest of a reading that the client named.
    package func digest(clientID: UnsafeBufferPointer<UInt8>, stream: String, device: UniqueID) -> UInt64 {
        var hash = begin(stream, device)
        hash.combine(1)
        hash.combine(UnsafeRawBufferPointer(clientID))
        return hash.finalize() & RecordID.digestMask
    }

    /// The digest of row `index` by content.
    package func contentDigest(of batch: ReadingBatch, row index: Int) -> UInt64 {
        var hash = begin(batch.stream.name, batch.heads[index].device)
        hash.combine(2)
        let start = index * batch.width
        let columns = batch.stream.fields.count
        batch.text.withUnsafeBytes { text in
            for column in batch.stream.identity {
                switch batch.cells[start + column] {
                case .null: continue
                case .integer(let value):
                    hash.combine(UInt64(column) << 8 | 1)
                    hash.combine(UInt64(bitPattern: value))
                case .real(let value):
                    hash.combine(UInt64(column) << 8 | 2)
                    hash.combine(value.bitPattern)
                case .text(let offset, let length):
                    // `extra` keeps one number however many columns come to stand before it.
                    hash.combine((column == columns ? 0xffff : UInt64(column)) << 8 | 3)
                    hash.combine(UnsafeRawBufferPointer(rebasing: text[Int(offset)..<Int(offset) + Int(length)]))
                }
            }
        }
        return hash.finalize() & RecordID.digestMask
    }

    /// Sets the digest of every row that is not client-keyed.
    package func seal(_ batch: inout ReadingBatch) {
        for index in batch.heads.indices where !batch.heads[index].flags.contains(.clientKeyed) {
            batch.heads[index].digest = contentDigest(of: batch, row: index)
        }
    }
}
