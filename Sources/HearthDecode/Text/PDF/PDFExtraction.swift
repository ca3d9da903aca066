import CPoppler
import HearthCore
import HearthMedia

/// A PDF as a document: the text of its pages in reading order.
enum PDFExtraction {
    static func document(_ bytes: UnsafeRawBufferPointer, _ options: ExtractOptions) throws(HearthError)
        -> ExtractedDocument
    {
        let document = try open(bytes)
        defer { g_object_unref(UnsafeMutableRawPointer(document)) }
        let count = Int(poppler_document_get_n_pages(document))
        guard count > 0 else { throw damaged("It has no pages.") }
        let started = ContinuousClock.now
        var text = ""
        var pages = 0
        var isCut = false
        while pages < count {
            guard pages < TextLimits.pdfPages, text.utf8.count < TextLimits.documentBytes,
                ContinuousClock.now - started < TextLimits.pdfTime
            else {
                isCut = true
                break
            }
            if let page = poppler_document_get_page(document, Int32(pages)) {
                defer { g_object_unref(UnsafeMutableRawPointer(page)) }
                if let content = take(poppler_page_get_text(page)) {
                    let cleaned = PDFLines.text(of: content)
                    if !cleaned.isEmpty { text += text.isEmpty ? cleaned : "\n\n" + cleaned }
                }
            }
            pages += 1
        }
        let bounded = TextLimits.bounded(text)
        guard bounded.text.contains(where: { !$0.isWhitespace }) else {
            throw HearthError(
                .mediaUnsupported, "The PDF holds no text; its pages are pictures.",
                hint: "Send the pages as pictures: their text is recognised.")
        }
        var metadata: [(String, JSONValue)] = [("pages", .integer(Int64(count)))]
        if let author = take(poppler_document_get_author(document)), !author.isEmpty {
            metadata.append(("author", .string(author)))
        }
        if pages < count { metadata.append(("pages_read", .integer(Int64(pages)))) }
        let title = take(poppler_document_get_title(document)) ?? ""
        let created = poppler_document_get_creation_date(document)
        return ExtractedDocument(
            kind: "pdf", title: title.isEmpty ? FileTitle.of(options.name) : title, text: bounded.text,
            timestamp: created > 0 ? Timestamp(microseconds: Int64(created) * 1_000_000) : nil,
            metadata: JSONMembers.object(metadata), links: WrittenLinks.addresses(in: bounded.text),
            incomplete: isCut
                ? TextLimits.cutMessage("the text of the first \(pages) of \(count) pages")
                : bounded.isCut ? TextLimits.cutMessage("the first \(TextLimits.documentBytes) bytes of the text") : nil
        )
    }

    private static func open(_ bytes: UnsafeRawBufferPointer) throws(HearthError) -> OpaquePointer {
        // The bytes outlive the document, which is closed before the caller gives them back.
        let data = g_bytes_new_static(bytes.baseAddress, gsize(bytes.count))
        defer { g_bytes_unref(data) }
        var failure: UnsafeMutablePointer<GError>?
        if let document = poppler_document_new_from_bytes(data, nil, &failure) { return document }
        defer { if let failure { g_error_free(failure) } }
        if hearth_is_encrypted_error(failure) != 0 {
            throw HearthError(
                .mediaUnsupported, "The PDF is encrypted with a password.",
                hint: "Save it without a password and send it again.")
        }
        throw damaged(String(cString: hearth_error_message(failure)) + ".")
    }

    private static func damaged(_ why: String) -> HearthError {
        HearthError(.mediaDamaged, "The PDF is damaged. \(why)", hint: "Open it in a viewer and save it again.")
    }

    /// Takes over a string that the library made.
    private static func take(_ text: UnsafeMutablePointer<CChar>?) -> String? {
        guard let text else { return nil }
        defer { g_free(text) }
        return String(cString: text)
    }
}

/// Joins words that were parted at the end of a line.
enum PDFLines {
    static func text(of page: String) -> String {
        var text = ""
        var previous: Substring = ""
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop(while: \.isWhitespace)
            if previous.last == "-", previous.dropLast().last?.isLetter == true, trimmed.first?.isLowercase == true {
                text.removeLast()
                text += trimmed
            } else {
                if !text.isEmpty { text += "\n" }
                text += trimmed
            }
            previous = trimmed
        }
        return text.split(separator: "\n\n\n").joined(separator: "\n\n")
    }
}
