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

    /// - Throws: what is wrong with the file (`media-damaged`, `media-unsupported`, `too-large`, …), for good; and what is
    ///   wrong with the decoder or the store, to be tried again.
    package func read(_ file: File) async throws -> Report {
        let reader = try blobs.open(file.blob)
        var report = Report()
        var drafts: [DocumentDraft] = []
        let options = ExtractOptions(mediaType: file.mediaType, name: file.name)
        try await decoder.answer(.extract(options), DecoderInput { try reader.nextChunk() }) { event in
            guard case .document(let found) = event else { return }
            if let reason = found.incomplete, !report.incomplete.contains(reason) { report.incomplete.append(reason) }
            // A picture-only page or an empty mail has nothing to find.
            guard found.text.contains(where: { !$0.isWhitespace }) || !found.title.isEmpty else { return }
            drafts.append(Self.draft(found, file))
            guard drafts.count >= Self.batch else { return }
            report.documents += try await intake.add(drafts)
            drafts = []
        }
        report.documents += try await intake.add(drafts)
        guard !report.documents.isEmpty else {
            throw HearthError(
                .mediaUnsupported, "There is no text in the file.",
                hint: "Pictures and recordings go to /images/upload and /audio/upload.")
        }
        return report
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
            text: found.text.contains(where: { !$0.isWhitespace }) ? found.text : found.title,
            source: DraftSource(
                name: source, key: key(of: found, file), url: file.url, blob: file.blob, stream: "file",
                record: file.record, device: file.device),
            timestamp: found.timestamp ?? file.timestamp, language: found.language, metadata: metadata,
            links: found.links)
    }

    /// What the file calls its part; else what the sender called the file; else the content is its own name.
    private static func key(of found: ExtractedDocument, _ file: File) -> String? {
        guard let part = found.key else { return file.key ?? file.url }
        guard let key = file.key, found.kind != DocumentKind.mail.rawValue else { return part }
        return "\(key)#\(part)"
    }
}
