import HearthCore
import HearthStore

/// What a `MemoryReadingStore` keeps for processors.
struct MemoryProcessing {
    struct Processor {
        var holder: UniqueID?
        var expiry = Timestamp(microseconds: 0)
        var fence: Int64 = 0
        var cursors: [String: ReadingCursor] = [:]
        var run: ProcessorRun?
        var runNumber: Int64 = 0
        var letters: [DeadLetter] = []
    }

    /// A reading, named by its stream.
    struct Place: Hashable {
        var stream: String
        var device: UniqueID
        var id: RecordID
    }

    struct Output: Hashable {
        var processor: String
        var place: Place
        var fingerprint: UInt64
        var person: UniqueID
    }

    var processors: [String: Processor] = [:]
    /// By source.
    var outputs: [Place: Set<Output>] = [:]

    mutating func forget(person: UniqueID, device: UniqueID?) {
        for (source, made) in outputs {
            let left = made.filter { $0.person != person || device.map { $0 != source.device } ?? false }
            outputs[source] = left.isEmpty ? nil : left
        }
        for name in processors.keys {
            processors[name]?.letters.removeAll { $0.person == person && (device == nil || $0.device == device) }
        }
    }

    mutating func breakLeases() {
        for name in processors.keys { processors[name]?.holder = nil }
    }

    /// Drops the links to outputs that are not there any more.
    mutating func forgetOutputs(in stream: String, unless isStored: (Place) -> Bool) {
        for (source, made) in outputs {
            let left = made.filter { $0.place.stream != stream || isStored($0.place) }
            outputs[source] = left.isEmpty ? nil : left
        }
    }
}
