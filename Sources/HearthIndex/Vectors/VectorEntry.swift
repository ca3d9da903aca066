package import HearthCore

/// A vector with what it is found and filtered by.
package struct VectorEntry: Sendable, Hashable {
    /// Of the passage.
    package var number: Int64
    package var person: UniqueID
    package var document: UniqueID
    package var timestamp: Timestamp
    /// Name of the source.
    package var source: String
    /// Of the document, numbered by the caller: the same number always means the same kind.
    package var kind: UInt16
    /// Of length 1.
    package var vector: [Float]

    package init(
        number: Int64, person: UniqueID, document: UniqueID, timestamp: Timestamp, source: String, kind: UInt16 = 0,
        vector: [Float]
    ) {
        self.number = number
        self.person = person
        self.document = document
        self.timestamp = timestamp
        self.source = source
        self.kind = kind
        self.vector = vector
    }
}

/// What changes at once: after a crash all of it is there or nothing.
package struct VectorBatch: Sendable, Hashable {
    /// A number that is there already gets the new vector.
    package var adding: [VectorEntry]
    /// Numbers that are not there are no error. Removed before anything is added.
    package var removing: [Int64]
    /// Of the last change of the library (`PassageChange.sequence`) that is now in the index; never goes back.
    package var sequence: Int64

    package init(adding: [VectorEntry] = [], removing: [Int64] = [], sequence: Int64) {
        self.adding = adding
        self.removing = removing
        self.sequence = sequence
    }
}

/// Which vectors a search looks at; the empty filter is all of them.
package struct VectorFilter: Sendable, Hashable {
    package var person: UniqueID?
    /// Inclusive.
    package var from: Timestamp?
    /// Exclusive.
    package var to: Timestamp?
    /// Names of sources.
    package var sources: [String]?
    /// Numbers as in `VectorEntry.kind`.
    package var kinds: Set<UInt16>?
    package var documents: Set<UniqueID>?

    package init(
        person: UniqueID? = nil, from: Timestamp? = nil, to: Timestamp? = nil, sources: [String]? = nil,
        kinds: Set<UInt16>? = nil, documents: Set<UniqueID>? = nil
    ) {
        self.person = person
        self.from = from
        self.to = to
        self.sources = sources
        self.kinds = kinds
        self.documents = documents
    }
}

package struct VectorMatch: Sendable, Hashable {
    package var number: Int64
    package var document: UniqueID
    /// Inner product with the query, in single precision.
    package var score: Float

    package init(number: Int64, document: UniqueID, score: Float) {
        self.number = number
        self.document = document
        self.score = score
    }
}

/// How an index stands, for health pages and metrics.
package struct VectorIndexStatus: Sendable, Hashable {
    /// Vectors that can be found.
    package var vectors: Int
    /// Slots of removed vectors, until the next compaction.
    package var removed: Int
    /// Slots that the graph covers; 0 while every search scans.
    package var covered: Int
    /// See `VectorBatch.sequence`.
    package var sequence: Int64
    package var bytesOnDisk: Int
    /// Why the graph could not be built or saved; searches scan what it does not cover.
    package var graphFailure: String?
}
