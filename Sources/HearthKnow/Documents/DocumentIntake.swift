import Dispatch
package import HearthCore
import HearthMedia
package import HearthStore

/// The one way into the library: normalises texts, recognises their language, cuts passages, and stores. What comes again
/// changes nothing; what comes changed under the same key is the next version.
package struct DocumentIntake: Sendable {
    /// Bytes of UTF-8 of one document's text, as it comes.
    package static let maximumText = MediaLimits.documentTextBytes
    /// Documents that one transaction stores.
    package static let maximumBatch = 128
    /// Bytes of text that one transaction stores, as long as it holds more than one document.
    package static let maximumBatchBytes = 8 << 20
    /// Of a source's key and of one link, in bytes.
    package static let maximumKey = 2048
    /// Of one document.
    package static let maximumLinks = 2000
    /// Of the name of a source, in characters.
    package static let maximumSourceName = 64

    private let library: any LibraryStore
    private let time: any TimeSource
    private let cutter: PassageCutter
    private let sourceExists: SourceLookup
    private let sourceReceived: ReceiptLookup
    private let changed: @Sendable () -> Void
    private let stored: @Sendable (Int) -> Void
    /// What is stored here passes it, as does the erasing of a person.
    package let gate: ErasureGate

    /// Whether a person's reading is there: in the stream of this name, with this id.
    package typealias SourceLookup =
        @Sendable (_ person: UniqueID, _ stream: String, _ reading: RecordID) async throws -> Bool

    /// When a person's reading came in: that in the stream of this name, with this id. Nil: it is not there.
    package typealias ReceiptLookup =
        @Sendable (_ person: UniqueID, _ stream: String, _ reading: RecordID) async throws -> Timestamp?

    /// - Parameters:
    ///   - gate: The same for all who store what is made of people's data, and for who erases it.
    ///   - sourceExists: Asked before a document is stored that was made from a reading.
    ///   - sourceReceived: Asked for the recording or picture that a reading was worked out from.
    ///   - changed: Called after the library changed, for those who follow it.
    ///   - stored: Called with how many documents a transaction made or renewed.
    package init(
        store: any LibraryStore, time: any TimeSource = SystemTime(), cutter: PassageCutter = PassageCutter(),
        gate: ErasureGate = ErasureGate(), sourceExists: @escaping SourceLookup = { _, _, _ in true },
        sourceReceived: @escaping ReceiptLookup = { _, _, _ in nil },
        changed: @escaping @Sendable () -> Void = {}, stored: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        library = store
        self.gate = gate
        self.sourceExists = sourceExists
        self.sourceReceived = sourceReceived
        self.changed = changed
        self.stored = stored
        self.time = time
        self.cutter = cutter
    }

    /// Stores drafts in order; the outcomes are in the same order. Many drafts are stored in several transactions: after an
    /// error the ones before it may be stored, and adding all again changes nothing for these.
    /// - Throws: `invalid-value` for a draft without text or source name, with a key that is too long, or with a URL that is
    ///   none of the web; `too-large` for a text over the limit; `conflict` when the reading that it was made from is gone;
    ///   what the store throws.
    package func add(_ drafts: [DocumentDraft]) async throws -> [PutOutcome] {
        var outcomes: [PutOutcome] = []
        // A part at a time, so that not all passages of all drafts are held at once.
        var rest = drafts[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.maximumBatch)
            var entries: [DocumentEntry] = []
            for draft in part { entries.append(try await prepared(draft)) }
            outcomes += try await store(entries)
            rest = rest.dropFirst(part.count)
        }
        return outcomes
    }

    private func put(_ entries: [DocumentEntry], skipsErased: Bool) async throws -> [PutOutcome] {
        let outcomes = try await gate.store {
            let erased = try await erasedSources(of: entries)
            guard erased.isEmpty || skipsErased else { throw HearthError.erasedMeanwhile("The reading of a document") }
            return try await library.put(entries.filter { !erased.contains($0.document.source.record) })
        }
        let count = outcomes.count { $0.change.isNew }
        if count > 0 {
            stored(count)
            changed()
        }
        return outcomes
    }

    /// Readings that were there when their documents were made, and are not any more.
    private func erasedSources(of entries: [DocumentEntry]) async throws -> Set<RecordID?> {
        var known: Set<RecordID> = []
        var erased: Set<RecordID?> = []
        for document in entries.lazy.map(\.document) {
            guard let stream = document.source.stream, let record = document.source.record,
                known.insert(record).inserted
            else { continue }
            if try await !sourceExists(document.person, stream, record) { erased.insert(record) }
        }
        return erased
    }

    /// When it was told what a row says: the coming in of the recording or picture that the row was worked out from. Working
    /// that again, with another result, tells nothing new, so that it does not bring back what was forgotten.
    func received(of row: ReadingRow) async throws -> Timestamp {
        guard let source = row.json("source"), let stream = source["stream"]?.string,
            let id = source["id"]?.string.flatMap({ UniqueID($0) }).flatMap({ RecordID($0) })
        else { return row.head.received }
        return try await sourceReceived(row.head.person, stream, id) ?? row.head.received
    }

    /// Tells those who follow the library that somebody else changed it: documents were forgotten.
    package func noteChange() { changed() }

    /// Stores entries in order, in transactions of bounded size.
    /// - Parameter skipsErased: Leaves out documents whose reading is gone, instead of throwing.
    func store(_ entries: [DocumentEntry], skipsErased: Bool = false) async throws -> [PutOutcome] {
        var outcomes: [PutOutcome] = []
        var group: [DocumentEntry] = []
        var bytes = 0
        for entry in entries {
            let size = entry.document.text.utf8.count
            if group.count == Self.maximumBatch || (!group.isEmpty && bytes + size > Self.maximumBatchBytes) {
                outcomes += try await put(group, skipsErased: skipsErased)
                group.removeAll(keepingCapacity: true)
                bytes = 0
            }
            group.append(entry)
            bytes += size
        }
        if !group.isEmpty { outcomes += try await put(group, skipsErased: skipsErased) }
        return outcomes
    }

    /// Bytes of a text from which on it is cut on a queue of its own.
    private static let longText = 64 << 10
    /// One long text at a time: cutting takes a second for the longest, and others want the processors, too.
    private static let cutting = DispatchQueue(label: "hearth.documents.cutting")

    /// What would be stored for a draft, made away from the cooperative pool when that takes long.
    func prepared(_ draft: DocumentDraft) async throws -> DocumentEntry {
        guard draft.text.utf8.count >= Self.longText else { return try entry(for: draft) }
        return try await withCheckedThrowingContinuation { continuation in
            Self.cutting.async { continuation.resume(with: Result { try entry(for: draft) }) }
        }
    }

    /// What would be stored for a draft.
    package func entry(for draft: DocumentDraft) throws -> DocumentEntry {
        let now = time.now()
        let size = draft.text.utf8.count
        guard size <= Self.maximumText else {
            throw HearthError(
                .tooLarge,
                "The text has \(size) bytes; one document has \(Self.maximumText) (\(Self.maximumText >> 20) MiB) at most.",
                hint: "Split it into several documents, or add it as a file, of which the beginning is kept.")
        }
        let text = try TextNormalizer.text(draft.text)
        guard !text.isEmpty else {
            throw HearthError(
                .invalidValue, "The document has no text.", hint: "Send text that holds more than blanks.")
        }
        try check(draft, text: text)
        let title = draft.title.map(TextNormalizer.title) ?? ""
        let named = title.isEmpty ? DocumentTitle.made(from: text) : title
        let fingerprint = Fingerprint.of(title: named, text: text)
        let id = UniqueID.random(at: now)
        let document = Document(
            id: id, person: draft.person, kind: draft.kind, title: named, text: text,
            language: draft.language.flatMap(LanguageDetector.primary) ?? LanguageDetector.language(of: text),
            source: DocumentSource(
                name: draft.source.name, key: draft.source.key ?? Fingerprint.hexadecimal(of: fingerprint),
                url: draft.source.url, blob: draft.source.blob, stream: draft.source.stream,
                record: draft.source.record, device: draft.source.device),
            timestamp: draft.timestamp ?? now, received: draft.received ?? now, fingerprint: fingerprint,
            metadata: draft.metadata,
            links: links(of: draft))
        let passages = cutter.passages(of: id, version: 1, text: text, spoken: draft.spoken, at: now)
        return DocumentEntry(
            document: document, passages: passages, origin: draft.received == nil ? .told : .derived)
    }

    private func check(_ draft: DocumentDraft, text: String) throws {
        guard !draft.source.name.isEmpty, draft.source.name.count <= Self.maximumSourceName else {
            throw HearthError(
                .invalidValue, "The name of the source has to have 1 to \(Self.maximumSourceName) characters.")
        }
        if let key = draft.source.key, key.isEmpty || key.utf8.count > Self.maximumKey {
            throw HearthError(
                .invalidValue,
                "The key of the source has \(key.utf8.count) bytes; it has to have 1 to \(Self.maximumKey).")
        }
        if let url = draft.source.url, !WebAddress.isValid(url) {
            throw HearthError(
                .invalidValue, "The place where the document can be opened is no address of the web.",
                fields: [.init(pointer: "/url", message: WebAddress.rule)])
        }
        guard !draft.spoken.isEmpty else { return }
        let count = text.utf8.count
        guard text.utf8.count == draft.text.utf8.count,
            draft.spoken.allSatisfy({ $0.bytes.lowerBound >= 0 && $0.bytes.upperBound <= count })
        else {
            throw HearthError(
                .internalError, "The times of a recording's words do not fit its text.", disposition: .defect)
        }
    }

    /// In order, each once.
    private func links(of draft: DocumentDraft) -> [String] {
        var seen: Set<String> = []
        var links: [String] = []
        for link in draft.links where !link.isEmpty && link.utf8.count <= Self.maximumKey {
            if links.count == Self.maximumLinks { break }
            if seen.insert(link).inserted { links.append(link) }
        }
        return links
    }
}

/// Titles for texts that have none.
enum DocumentTitle {
    /// In characters.
    static let longest = 80

    /// The first heading or sentence of a normal text, cut at a word.
    static func made(from text: String) -> String {
        // Titles stand at the beginning; only that is looked at.
        let head = String(text.unicodeScalars.prefix(2000))
        guard let first = SentenceSplitter.ranges(in: head).first else {
            return TextNormalizer.title(String(head.prefix(longest)))
        }
        let sentence = String(decoding: Array(head.utf8)[first], as: UTF8.self)
        let line = TextNormalizer.title(sentence.drop { "#>*-•".contains($0) || $0 == " " }.description)
        guard line.count > longest else { return line.isEmpty ? TextNormalizer.title(sentence) : line }
        let cut = line.prefix(longest - 1)
        let word = cut.lastIndex(of: " ").map { cut[..<$0] } ?? cut
        return (word.count >= longest / 2 ? word : cut) + "…"
    }
}
