package import HearthCore
import HearthSchema
package import HearthStore

/// One item of a batch that was not taken, and why. Pointers are relative to the item.
package struct Rejection: Sendable, Hashable {
    package var index: Int
    package var error: HearthError
    /// The stream it was meant for, where that is known.
    package var stream: String?

    package init(index: Int, error: HearthError, stream: String? = nil) {
        self.index = index
        self.error = error
        self.stream = stream
    }
}

/// Readings that were admitted and wait to be committed together.
package struct Draft: Sendable {
    /// Where an admitted item went.
    package struct Place: Sendable, Hashable {
        /// The item's number in the request.
        package var index: Int
        package var batch: Int
        package var row: Int
    }

    /// One per stream.
    package internal(set) var batches: [ReadingBatch] = []
    package internal(set) var places: [Place] = []
    package internal(set) var rejected: [Rejection] = []

    package init() {}

    package var isEmpty: Bool { places.isEmpty && rejected.isEmpty }

    package mutating func reject(index: Int, _ error: HearthError, stream: String? = nil) {
        rejected.append(Rejection(index: index, error: error, stream: stream))
    }

    /// Number of the batch for `stream`; batches are few, and neighbours mostly share one.
    mutating func batchIndex(for stream: StreamDefinition) -> Int {
        if let last = places.last?.batch, batches[last].stream === stream { return last }
        if let index = batches.firstIndex(where: { $0.stream === stream }) { return index }
        batches.append(ReadingBatch(stream: stream))
        return batches.count - 1
    }
}

extension Draft {
    /// The answer for the one reading of this draft.
    func receipt(_ outcomes: [AppendOutcome]) -> Receipt {
        let batch = batches[0]
        let head = batch.heads[0]
        let duplicate = outcomes[0].duplicates.first
        return Receipt(head, stream: batch.stream.name, original: duplicate?.original)
    }
}

/// The answer for one reading.
package struct Receipt: Sendable, Hashable {
    package var id: RecordID
    package var stream: String
    /// Nil for a duplicate: the record that counts came at another time.
    package var received: Timestamp?
    package var isDuplicate: Bool
    /// None for a duplicate.
    package var flags: ReadingFlags

    /// - Parameter original: The record that counts, for a reading that was stored before.
    package init(_ head: ReadingHead, stream: String, original: RecordID?) {
        id = original ?? head.recordID
        self.stream = stream
        isDuplicate = original != nil
        received = isDuplicate ? nil : head.received
        flags = isDuplicate ? [] : head.flags.subtracting(.clientKeyed)
    }
}

/// The answer for a batch.
package struct AdmissionReport: Sendable {
    package var accepted: Int
    package var duplicates: Int
    /// In order of index.
    package var rejected: [Rejection]
    /// Item numbers of duplicates with the record that counts, in order.
    package var duplicateItems: [DuplicateItem]
    /// What became of the readings that were admitted, for counting.
    package var streams: [StreamShare] = []

    /// One stream's part of a batch.
    package struct StreamShare: Sendable, Hashable {
        package var stream: String
        package var stored: Int
        package var duplicates: Int
    }

    package struct DuplicateItem: Sendable, Hashable {
        package var index: Int
        package var original: RecordID
    }
}
