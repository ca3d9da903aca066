package import HearthCore

/// Where documents, their passages, conversations and open questions are kept. Every change is on stable storage when its
/// call returns. Throws as `ReadingStore` does. Every back end passes `LibraryStoreContract`.
package protocol LibraryStore: Sendable {
    /// Stores documents with their passages, all in one transaction. Per (person, source name, source key): nothing
    /// there yet is an insert (version 1); the same fingerprint changes nothing; another fingerprint keeps the
    /// document's id, makes the next version, and replaces the passages that can be found. Ids and versions in
    /// the entries are proposals; the outcome tells what counts.
    ///
    /// * What is `derived` from a reading is left out where it comes too late (see `DocumentEntry.isLate`), and where the
    ///   document was forgotten after that reading came in.
    /// * A mail never changes: another content under its key is a mail of its own, unless the same reading tells it. So
    ///   nobody replaces a mail by sending another one with its Message-ID.
    func put(_ entries: [DocumentEntry]) async throws -> [PutOutcome]

    func document(_ id: UniqueID, person: UniqueID) async throws -> Document?
    /// An earlier version, as it was.
    func document(_ id: UniqueID, version: Int, person: UniqueID) async throws -> Document?
    /// Every version, newest first; none when there is no such document.
    func versions(of document: UniqueID, person: UniqueID) async throws -> [DocumentVersion]
    /// Passages of the current version, in order of index.
    func passages(of document: UniqueID, person: UniqueID) async throws -> [Passage]
    /// Passages of any version, in order of index; none when there is no such version.
    func passages(of document: UniqueID, version: Int, person: UniqueID) async throws -> [Passage]
    /// Passages by number, with their documents' heads; numbers that are gone or belong to another person are left out.
    func passages(numbered numbers: [Int64], person: UniqueID) async throws -> [FoundPassage]
    /// A passage by id, also one of an earlier version, so that what was cited once can always be opened.
    func passage(_ id: UniqueID, person: UniqueID) async throws -> FoundPassage?

    /// Newest first by (timestamp, id).
    func documents(
        _ filter: DocumentFilter, after position: DocumentPosition?, limit: Int
    ) async throws -> [DocumentHead]
    func count(_ filter: DocumentFilter) async throws -> (documents: Int, passages: Int)
    /// Counts documents between neighbouring edges (inclusive, exclusive), which ascend: days as a person's time zone
    /// cuts them. One element per gap between edges. The filter's own times count too.
    func timeline(_ filter: DocumentFilter, edges: [Timestamp]) async throws -> [TimelineSpan]

    /// Forgets a document: all versions, passages, text index; its bytes are overwritten, and its words in the text index
    /// by the next `purge`. Readings that came in before `time` do not make it again. False when there is none.
    func delete(_ id: UniqueID, person: UniqueID, at time: Timestamp) async throws -> Bool
    /// Overwrites what deletions left in the text index. Takes long with a large library, in steps between which others
    /// write; when it is cancelled, the next call begins again. Cheap when nothing was deleted since the last one.
    func purge() async throws

    /// Passages ranked by BM25, best first. Matching is by stem and without regard to case and accents; a passage
    /// matches when it holds any of the query's terms. A passage's document's title counts as part of it.
    func rank(text query: TextQuery, _ filter: DocumentFilter, limit: Int) async throws -> [RankedPassage]

    /// In how many of all passages each term is, as `SearchTerms` makes them, and how many passages there are. Counts above
    /// a thousand may be older by an eighth of themselves in changes.
    func counts(of terms: [String]) async throws -> (passages: Int, counts: [Int])

    /// Passages that came and went after `sequence`, in the order in which they became visible: what indexes follow.
    /// A passage is told of once, by its latest change.
    func passageChanges(after sequence: Int64, limit: Int) async throws -> [PassageChange]
    /// The sequence of the latest change, 0 before the first.
    func latestPassageChange() async throws -> Int64
    /// Drops what is told of passages that went up to `sequence`: to be called when every index has followed so far.
    func compactPassageChanges(through sequence: Int64) async throws -> Int

    /// (from, to) pairs of current documents, where a link of one names the source key, URL, or title of the other.
    func links(person: UniqueID) async throws -> [(from: UniqueID, to: UniqueID)]

    // Conversations.
    func append(_ turn: Turn) async throws
    /// In the order of their time.
    func turns(session: UniqueID, person: UniqueID) async throws -> [Turn]
    /// In the order of their time, beginning behind its turn `position`: for conversations of any length.
    func turns(session: UniqueID, person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [Turn]
    /// Over all sessions, newest first: what was asked before.
    func turns(person: UniqueID, from: Timestamp?, to: Timestamp?, limit: Int) async throws -> [Turn]
    func turn(_ id: UniqueID, person: UniqueID) async throws -> Turn?
    /// By the time of their last turn, newest first, beginning behind the session `position`.
    func sessions(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [SessionHead]

    // Open questions.
    /// Opens a question; one that is open already, without regard to case and spaces around it, is counted once more
    /// and takes the newer turn and confidence.
    func file(_ gap: Gap) async throws
    /// Most often asked first, then newest.
    func gaps(person: UniqueID, limit: Int) async throws -> [Gap]
    /// In the order of their ids, beginning behind the id `position`, which need not be there any more: for reading all.
    func gaps(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [Gap]
    /// Ends an open question. False when there is none.
    func settle(gap: UniqueID, person: UniqueID) async throws -> Bool

    /// Forgets everything of a person.
    /// - Returns: documents that were forgotten.
    func erase(person: UniqueID) async throws -> Int
    func probe() async throws
    func close() async throws
}

package struct DocumentEntry: Sendable {
    /// Who says what the document holds.
    package enum Origin: Sendable, Hashable {
        /// Its source, now: it counts from now on.
        case told
        /// A stored reading, worked on perhaps late and perhaps again: it counts from when the reading came in.
        case derived
    }

    package var document: Document
    package var passages: [Passage]
    package var origin: Origin

    package init(document: Document, passages: [Passage], origin: Origin = .told) {
        self.document = document
        self.passages = passages
        self.origin = origin
    }

    /// What a store knows of the current version of the document that an entry is about.
    package struct Current: Sendable {
        package var record: RecordID?
        package var received: Timestamp
        /// Whether the entry's reading made any version of the document.
        package var knowsReading: Bool

        package init(record: RecordID?, received: Timestamp, knowsReading: Bool) {
            self.record = record
            self.received = received
            self.knowsReading = knowsReading
        }
    }

    /// Whether the current version is newer than what this entry says: another reading made it, and this entry's reading
    /// has had its turn or came in before it.
    package func isLate(after current: Current) -> Bool {
        guard origin == .derived, current.record == nil || current.record != document.source.record else {
            return false
        }
        return current.knowsReading || document.received < current.received
    }

    /// Whether a change under its key makes a document of its own.
    package func standsApart(from current: Current) -> Bool {
        document.kind == .mail && (current.record == nil || current.record != document.source.record)
    }

    /// The same under a key that its content makes its own.
    package func apart() -> DocumentEntry {
        var entry = self
        let digest = document.fingerprint.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        entry.document.source.key += "#\(digest)"
        return entry
    }
}

package struct PutOutcome: Sendable, Hashable {
    package enum Change: Sendable, Hashable {
        case inserted, unchanged, newVersion
        /// Something newer is there, or it was forgotten: then the version is 0.
        case late

        /// Whether a version was stored.
        package var isNew: Bool { self == .inserted || self == .newVersion }
    }
    package var id: UniqueID
    package var version: Int
    package var change: Change
    /// Of the version that counts.
    package var passages: Int

    package init(id: UniqueID, version: Int, change: Change, passages: Int) {
        self.id = id
        self.version = version
        self.change = change
        self.passages = passages
    }
}

/// One version of a document, without its text.
package struct DocumentVersion: Sendable, Hashable {
    package var version: Int
    package var title: String
    package var timestamp: Timestamp
    package var received: Timestamp
    package var fingerprint: [UInt8]
    /// Of its text, in UTF-8.
    package var bytes: Int

    package init(
        version: Int, title: String, timestamp: Timestamp, received: Timestamp, fingerprint: [UInt8], bytes: Int
    ) {
        self.version = version
        self.title = title
        self.timestamp = timestamp
        self.received = received
        self.fingerprint = fingerprint
        self.bytes = bytes
    }
}

/// How many documents there are in a span of time, by source and kind.
package struct TimelineSpan: Sendable, Hashable {
    package struct Group: Sendable, Hashable {
        package var source: String
        package var kind: DocumentKind

        package init(source: String, kind: DocumentKind) {
            self.source = source
            self.kind = kind
        }
    }

    package var from: Timestamp
    package var to: Timestamp
    package var counts: [Group: Int]

    package init(from: Timestamp, to: Timestamp, counts: [Group: Int]) {
        self.from = from
        self.to = to
        self.counts = counts
    }
}

/// A document without its text.
package struct DocumentHead: Sendable, Hashable {
    package var id: UniqueID
    package var kind: DocumentKind
    package var title: String
    package var language: String?
    package var source: DocumentSource
    package var timestamp: Timestamp
    package var received: Timestamp
    package var version: Int
    package var passages: Int
    package var metadata: JSONValue
    /// The first 200 characters of its text.
    package var summary: String

    package init(
        id: UniqueID, kind: DocumentKind, title: String, language: String?, source: DocumentSource,
        timestamp: Timestamp,
        received: Timestamp, version: Int, passages: Int, metadata: JSONValue, summary: String
    ) {
        self.id = id
        self.kind = kind
        self.title = title
        self.language = language
        self.source = source
        self.timestamp = timestamp
        self.received = received
        self.version = version
        self.passages = passages
        self.metadata = metadata
        self.summary = summary
    }
}

package struct FoundPassage: Sendable, Hashable {
    package var passage: Passage
    package var document: DocumentHead

    package init(passage: Passage, document: DocumentHead) {
        self.passage = passage
        self.document = document
    }
}

/// Which documents; the empty filter is all of a person's.
package struct DocumentFilter: Sendable, Hashable {
    package var person: UniqueID
    /// Inclusive, by the document's own time.
    package var from: Timestamp?
    /// Exclusive.
    package var to: Timestamp?
    /// Names of sources.
    package var sources: [String]?
    package var kinds: [DocumentKind]?

    package init(
        person: UniqueID, from: Timestamp? = nil, to: Timestamp? = nil, sources: [String]? = nil,
        kinds: [DocumentKind]? = nil
    ) {
        self.person = person
        self.from = from
        self.to = to
        self.sources = sources
        self.kinds = kinds
    }
}

package struct DocumentPosition: Sendable, Hashable {
    package var timestamp: Timestamp
    package var id: UniqueID

    package init(timestamp: Timestamp, id: UniqueID) {
        self.timestamp = timestamp
        self.id = id
    }
}

/// What a person typed, for text ranking: words are found anywhere in it, nothing in it is syntax.
package struct TextQuery: Sendable, Hashable {
    package var text: String
    package init(_ text: String) { self.text = text }
}

package struct RankedPassage: Sendable, Hashable {
    package var number: Int64
    package var document: UniqueID
    /// Higher is better; comparable within one ranking only.
    package var score: Double

    package init(number: Int64, document: UniqueID, score: Double) {
        self.number = number
        self.document = document
        self.score = score
    }
}

package struct PassageChange: Sendable, Hashable {
    package var sequence: Int64
    package var number: Int64
    package var person: UniqueID
    package var document: UniqueID
    /// Of the document, as its source, kind and title; 1970, empty and nil when the passage is gone.
    package var timestamp: Timestamp
    package var source: String
    package var kind: DocumentKind?
    /// nil: the passage is gone.
    package var text: String?
    package var title: String

    package init(
        sequence: Int64, number: Int64, person: UniqueID, document: UniqueID, timestamp: Timestamp, source: String,
        kind: DocumentKind?, text: String?, title: String
    ) {
        self.sequence = sequence
        self.number = number
        self.person = person
        self.document = document
        self.timestamp = timestamp
        self.source = source
        self.kind = kind
        self.text = text
        self.title = title
    }
}

extension LibraryStore {
    /// How much a term tells, by how rare it is; terms that no passage has are left out.
    package func weights(of terms: [String]) async throws -> [String: Double] {
        let counted = try await counts(of: terms)
        var weights: [String: Double] = [:]
        for (term, count) in zip(terms, counted.counts) where count > 0 {
            weights[term] = TextRanking.weight(of: count, in: counted.passages)
        }
        return weights
    }
}
