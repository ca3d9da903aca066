package import HearthCore
package import HearthSchema

/// Which readings of one stream, in which order.
package struct ReadingQuery: Sendable {
    package enum Order: Sendable { case oldestFirst, newestFirst }

    package var stream: StreamDefinition
    package var person: UniqueID
    /// nil: all devices of the person.
    package var devices: [UniqueID]?
    /// Inclusive.
    package var from: Timestamp?
    /// Exclusive.
    package var to: Timestamp?
    package var order: Order

    package init(
        stream: StreamDefinition, person: UniqueID, devices: [UniqueID]? = nil, from: Timestamp? = nil,
        to: Timestamp? = nil, order: Order = .newestFirst
    ) {
        self.stream = stream
        self.person = person
        self.devices = devices
        self.from = from
        self.to = to
        self.order = order
    }
}

extension StreamDefinition {
    /// Refuses columns that `ReadingStore.newest(_:with:in:)` has no index of.
    package func requireIndexedText(_ column: Int) throws(HearthError) {
        guard fields.indices.contains(column), fields[column].isIndexed, fields[column].type == .text else {
            throw HearthError(
                .internalError, "Column \(column) of the stream \(name) is not an indexed text.",
                hint: "List the field in x-hearth.indexed.", disposition: .defect)
        }
    }
}

/// A place between two readings in the order (timestamp, device, digest); stays valid while readings come and go.
package struct ReadingPosition: Sendable, Hashable, Comparable {
    package var timestamp: Timestamp
    package var device: UniqueID
    package var digest: UInt64

    package init(timestamp: Timestamp, device: UniqueID, digest: UInt64) {
        self.timestamp = timestamp
        self.device = device
        self.digest = digest
    }

    package init(_ head: ReadingHead) {
        self.init(timestamp: head.timestamp, device: head.device, digest: head.digest)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.timestamp, left.device, left.digest) < (right.timestamp, right.device, right.digest)
    }

    /// For `?cursor=`: opaque to callers.
    package var text: String {
        "\(String(timestamp.microseconds, radix: 36)).\(device).\(String(digest, radix: 36))"
    }

    package init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let time = Int64(parts[0], radix: 36), let device = UniqueID(String(parts[1])),
            let digest = UInt64(parts[2], radix: 36)
        else { return nil }
        self.init(timestamp: Timestamp(microseconds: time), device: device, digest: digest)
    }
}

/// A processor's place in the order of commits. Opaque: the back end made it and only it can read it.
package struct ReadingCursor: Sendable, Hashable {
    package var text: String
    package init(text: String) { self.text = text }
}

/// What happened to the rows of one appended batch.
package struct AppendOutcome: Sendable, Hashable {
    /// Rows that are stored now and were not before.
    package var stored: Int
    /// Rows that were stored already or stand twice in the batch, ascending, with the id of the one that counts.
    package var duplicates: [Duplicate]

    package struct Duplicate: Sendable, Hashable {
        package var row: Int
        package var original: RecordID

        package init(row: Int, original: RecordID) {
            self.row = row
            self.original = original
        }
    }

    package init(stored: Int, duplicates: [Duplicate] = []) {
        self.stored = stored
        self.duplicates = duplicates
    }
}

/// What one device has in one stream.
package struct StreamStatistics: Sendable, Hashable {
    package var stream: String
    package var person: UniqueID
    package var device: UniqueID
    package var count: Int
    package var first: Timestamp
    package var last: Timestamp
    /// When the newest of them reached us.
    package var lastReceived: Timestamp

    package init(
        stream: String, person: UniqueID, device: UniqueID, count: Int, first: Timestamp, last: Timestamp,
        lastReceived: Timestamp
    ) {
        self.stream = stream
        self.person = person
        self.device = device
        self.count = count
        self.first = first
        self.last = last
        self.lastReceived = lastReceived
    }
}

/// What a compaction did.
package struct CompactionReport: Sendable, Hashable {
    package var chunks: Int
    package var readings: Int
    /// Bytes of the column chunks.
    package var chunkBytes: Int

    package init(chunks: Int = 0, readings: Int = 0, chunkBytes: Int = 0) {
        self.chunks = chunks
        self.readings = readings
        self.chunkBytes = chunkBytes
    }
}
