package import HearthCore
package import HearthMedia

/// Turns files into documents. What a file is, its content decides; its name and media type say how text is meant.
package enum TextExtraction {
    /// - Throws: `HearthError`: `media-unsupported`, `media-damaged`, `too-large`; and what `emit` throws.
    package static func extract(
        _ file: InputBytes, _ options: ExtractOptions, _ emit: (ExtractedDocument) throws -> Void
    ) throws {
        let bytes = file.bytes
        guard !bytes.isEmpty else { throw TextFile.empty }
        switch FileKind.of(bytes, mediaType: options.mediaType, name: options.name) {
        case .page: try emit(PageExtraction.document(bytes, options))
        case .pdf: try emit(PDFExtraction.document(bytes, options))
        case .mail: try emit(MailExtraction.document(bytes, options))
        case .mailbox: try MailExtraction.mailbox(bytes, options, emit)
        case .markdown: try emit(MarkdownExtraction.document(bytes, options))
        case .plain: try emit(PlainExtraction.document(bytes, options))
        case .unreadable(let what):
            throw HearthError(
                .mediaUnsupported, "The file is \(what); its text is not read.",
                hint:
                    "The file is kept as it came. Take documents out of archives, or save them as PDF, and send these.")
        }
    }

    /// What it uses.
    package static var capabilities: [Capability] { TextCapabilities.all }
}
