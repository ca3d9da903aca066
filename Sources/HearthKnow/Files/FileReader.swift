package import HearthCore
package import HearthMedia
package import HearthStore
package import HearthVault

/// Turns stored files into documents: the bytes go from the blob store to the process that decodes, its texts into the
/// library. Working the same file again changes nothing.
package struct FileReader: Sendable {
    private let blobs: BlobStore
    private let decoder: DecoderClient
    private let intake: DocumentIntake
    private let inHand = FilesInHand()

    package init(blobs: BlobStore, decoder: DecoderClient, intake: DocumentIntake) {
        self.blobs = blobs
        self.decoder = decoder
        self.intake = intake
    }

    /// A file that is stored, and what is known about it.
    package struct File: Sendable {
        package var person: UniqueID
        package var blob: String
        package var mediaType: String?
        package var name: String?
        package var title: String?
        /// Nil: by what is in it, mail, web or files.
        package var source: String?
        package var key: String?
        package var url: String?
        package var timestamp: Timestamp
        /// When the reading came in that names it, where that is worked on late or again; nil: it is told now.
        package var received: Timestamp?
        package var record: RecordID?
        package var device: UniqueID?

        package init(person: UniqueID, blob: String, timestamp: Timestamp) {
            self.person = person
            self.blob = blob
            self.timestamp = timestamp
        }
    }

    /// What was found in a file.
    package struct Report: Sendable {
        package var documents: [PutOutcome] = []
        /// Why the texts may not be all there is.
        package var incomplete: [String] = []

        package init(documents: [PutOutcome] = [], incomplete: [String] = []) {
            self.documents = documents
            self.incomplete = incomplete
        }
    }

    /// Documents that wait for one transaction.
    private static let batch = 64

    /// Stores the reading that names a file and then reads it, and keeps the processor, which hears of the reading in between,
    /// from reading it too.
    /// - Parameter store: Stores the reading; tells the file as it is named there and whether the reading is new.
    /// - Throws: As `read(_:)`, and what `store` throws.
    package func read(
        _ file: File, storing store: (File) async throws -> (file: File, isNew: Bool)
    ) async throws -> Report {
        let name = FilesInHand.Name(file)
        await inHand.take(name)
        do {
            let stored = try await store(file)
            let report = try await read(stored.file)
            await inHand.release(name, isRead: stored.isNew)
            return report
        } catch {
            await inHand.release(name, isRead: false)
            throw error
        }
    }

    /// Reads a file that a stored reading names, unless a request has just done so.
    func readStored(_ file: File) async throws {
        guard await !inHand.wasRead(FilesInHand.Name(file)) else { return }
        _ = try await read(file)
    }

    /// - Throws: what is wrong with the file (`media-damaged`, `media-unsupported`, `too-large`, …), for good; and what is
    ///   wrong with the decoder or the store, to be tried again.
    package func read(_ file: File) async throws -> Report {
        var report = Report()
        var refused: HearthError?
        var drafts: [DocumentDraft] = []
        var keys = PartKeys()
        let options = ExtractOptions(mediaType: file.mediaType, name: file.name)
        let input = DecoderInput(opening: { [blobs] in
            let reader = try blobs.open(file.blob)
            return { try reader.nextChunk() }
        })
        try await decoder.answer(.extract(options), input) { event in
            guard case .document(let found) = event else { return }
            if let reason = found.incomplete, !report.incomplete.contains(reason) { report.incomplete.append(reason) }
            // A picture-only page or an empty mail has nothing to find.
            guard TextNormalizer.holdsText(found.text) || TextNormalizer.holdsText(found.title) else { return }
            var draft = Self.draft(found, file)
            guard keys.tellApart(&draft) else { return }
            drafts.append(draft)
            guard drafts.count >= Self.batch else { return }
            refused = try await add(drafts, &report) ?? refused
            drafts = []
        }
        refused = try await add(drafts, &report) ?? refused
        if report.documents.isEmpty, let refused { throw refused }
        guard !report.documents.isEmpty else {
            throw HearthError(
                .mediaUnsupported, "There is no text in the file.",
                hint: "Pictures and recordings go to /images/upload and /audio/upload.")
        }
        return report
    }

    /// Stores what can be stored: one document that is refused does not take the others of its file with it.
    /// - Returns: Why the last of those was refused; nil: none was.
    private func add(_ drafts: [DocumentDraft], _ report: inout Report) async throws -> HearthError? {
        var refused: HearthError?
        var entries: [DocumentEntry] = []
        for draft in drafts {
            do {
                entries.append(try await intake.prepared(draft))
            } catch let error as HearthError where error.disposition == .caller {
                refused = error
                let reason = "A document in it is left out: \(error.message)"
                if !report.incomplete.contains(reason) { report.incomplete.append(reason) }
            }
        }
        report.documents += try await intake.store(entries)
        return refused
    }

    private static func draft(_ found: ExtractedDocument, _ file: File) -> DocumentDraft {
        let kind = DocumentKind(rawValue: found.kind) ?? .file
        let source =
            file.source
            ?? {
                switch kind {
                case .mail: "mail"
                case .page: "web"
                case .note: "notes"
                default: "files"
                }
            }()
        let title = file.title ?? (found.title.isEmpty ? nil : found.title)
        var metadata = found.metadata
        if let name = file.name { metadata = metadata.adding("file_name", .string(name)) }
        if let reason = found.incomplete { metadata = metadata.adding("incomplete", .string(reason)) }
        return DocumentDraft(
            person: file.person, kind: kind, title: title,
            // A mail without a text still has a subject that can be found.
            text: TextNormalizer.holdsText(found.text) ? found.text : found.title,
            source: DraftSource(
                name: source, key: key(of: found, file), url: file.url, blob: file.blob, stream: "file",
                record: file.record, device: file.device),
            timestamp: found.timestamp ?? file.timestamp, received: file.received, language: found.language,
            metadata: metadata, links: found.links)
    }

    /// What the file calls its part; else what the sender called the file; else the content is its own name. A page can call
    /// itself by the address of any other, which it then would replace: its word counts for its own site only.
    private static func key(of found: ExtractedDocument, _ file: File) -> String? {
        guard let part = found.key else { return file.key ?? file.url }
        if found.kind == DocumentKind.mail.rawValue { return bounded(part) }
        if let key = file.key { return bounded("\(key)#\(part)") }
        guard found.kind == DocumentKind.page.rawValue else { return bounded(part) }
        guard let url = file.url, let host = WebAddress.host(of: url), host == WebAddress.host(of: part) else {
            return file.url
        }
        return bounded(part)
    }

    /// What a file calls its part may be longer than a key: it goes by its fingerprint then.
    fileprivate static func bounded(_ key: String) -> String {
        key.utf8.count <= DocumentIntake.maximumKey ? key : Fingerprint.hexadecimal(of: Array(key.utf8))
    }
}

/// Tells apart the parts of one file that go by the same name: in a mailbox, anybody's mail can have the Message-ID of another.
private struct PartKeys {
    private var contents: [String: Set<[UInt8]>] = [:]

    /// False for a part that came before with the same content; another content under a name that came before gets a
    /// name of its own.
    mutating func tellApart(_ draft: inout DocumentDraft) -> Bool {
        guard let key = draft.source.key else { return true }
        let content = Fingerprint.of(title: draft.title ?? "", text: draft.text)
        let isFirst = contents[key] == nil
        guard contents[key, default: []].insert(content).inserted else { return false }
        if !isFirst {
            draft.source.key = FileReader.bounded("\(key)#\(Fingerprint.hexadecimal(of: content).prefix(16))")
        }
        return true
    }
}
