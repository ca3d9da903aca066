import CHearthKernels
import HearthCore

/// What a search needs to know of every slot, in memory that never moves. A slot is written once, before it is published;
/// only whether it is in use changes afterwards, through atomic loads and stores.
final class SlotColumns: @unchecked Sendable {  // See above: published slots are read-only.
    let numbers: Region<Int64>
    let documents: Region<DocumentWords>
    let timestamps: Region<Int64>
    let persons: Region<UInt16>
    let sources: Region<UInt16>
    let kinds: Region<UInt16>
    let vectorChecksums: Region<UInt32>
    private let usage: Region<UInt8>

    init(capacity: Int) throws(SystemCallError) {
        numbers = try Region(capacity: capacity)
        documents = try Region(capacity: capacity)
        timestamps = try Region(capacity: capacity)
        persons = try Region(capacity: capacity)
        sources = try Region(capacity: capacity)
        kinds = try Region(capacity: capacity)
        vectorChecksums = try Region(capacity: capacity)
        usage = try Region(capacity: capacity)
    }

    func write(_ record: SlotRecord, person: UInt16, at slot: Int) {
        numbers[slot] = record.number
        documents[slot] = DocumentWords(record.document)
        timestamps[slot] = record.timestamp.microseconds
        persons[slot] = person
        sources[slot] = record.source
        kinds[slot] = record.kind
        vectorChecksums[slot] = record.vectorChecksum
        hearth_store_byte(usage.base + slot, 1)
    }

    func remove(_ slot: Int) { hearth_store_byte(usage.base + slot, 0) }

    @inline(__always)
    func isInUse(_ slot: Int) -> Bool { hearth_load_byte(usage.base + slot) != 0 }
}

/// A document's id as memory holds it.
struct DocumentWords: BitwiseCopyable {
    private var high: UInt64
    private var low: UInt64

    init(_ id: UniqueID) { (high, low) = (id.high, id.low) }

    var id: UniqueID { UniqueID(high: high, low: low) }
}
