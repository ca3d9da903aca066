package import HearthCore
import HearthSchema

extension ReadingDigest {
    /// The digest of a reading that a processor made: always the same for the same output of the same source, and never
    /// that of a reading that a client named.
    package func derivedDigest(
        by processor: String, from source: RecordID, in sourceStream: String, ordinal: Int, stream: String,
        device: UniqueID
    ) -> UInt64 {
        var hash = begin(stream, device)
        hash.combine(3)
        for name in [processor, sourceStream] {
            var name = name
            name.withUTF8 { hash.combine(UnsafeRawBufferPointer($0)) }
        }
        hash.combine(source.id.high)
        hash.combine(source.id.low)
        hash.combine(UInt64(bitPattern: Int64(ordinal)))
        return hash.finalize() & RecordID.digestMask
    }

    /// A hash of everything that row `index` says, to tell whether it says the same as before. Columns count by name, and
    /// empty ones do not, so that a column added later changes nothing.
    package func fingerprint(of batch: ReadingBatch, row index: Int) -> UInt64 {
        var hash = begin(batch.stream.name, batch.heads[index].device)
        hash.combine(4)
        hash.combine(UInt64(bitPattern: batch.heads[index].timestamp.microseconds))
        for (column, cell) in batch.row(index).enumerated() {
            if cell == .null { continue }
            var name = column < batch.stream.fields.count ? batch.stream.fields[column].name : ""
            name.withUTF8 { hash.combine(UnsafeRawBufferPointer($0)) }
            switch cell {
            case .null: continue
            case .integer(let value): hash.combine(UInt64(bitPattern: value))
            case .real(let value): hash.combine(value.bitPattern)
            case .text(let offset, let length):
                batch.text.withUnsafeBytes { text in
                    hash.combine(
                        UnsafeRawBufferPointer(rebasing: text[Int(offset)..<Int(offset) + Int(length)]))
                }
            }
        }
        return hash.finalize() & RecordID.digestMask
    }
}
