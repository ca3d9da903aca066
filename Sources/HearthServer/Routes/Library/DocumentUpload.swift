import HTTPTypes
import HearthCollect
import HearthCore
import HearthIngest
import HearthKnow
import HearthMedia
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOCore

/// `POST /documents`: a text as JSON, a page by its address, or a file as the body.
struct DocumentUpload: Sendable {
    let ingest: Ingest
    let blobs: BlobStore
    let library: LibraryServices
    let time: any TimeSource

    static let fileTypes = [
        "message/rfc822", "application/mbox", "text/html", "application/pdf", "text/markdown", "text/plain",
    ]
    /// How long a request waits for its file to be read: half of what our commands wait for an answer.
    private static let patience = Duration.seconds(60)

    static let parameters = [
        RouteParameter("name", "Name of the file", Shape.text(1...1000)),
        RouteParameter("title", "Title", Shape.text(1...500)),
        RouteParameter("source", "Where it comes from", Shape.text(1...64)),
        RouteParameter(
            "key", "What identifies it within its source; the same key with another content is a new version",
            Shape.text(1...2048)),
        RouteParameter("url", "Where it can be opened: an http or https address", Shape.text(1...2048)),
        RouteParameter("timestamp", "When it was written; what the file says comes first", Shape.text),
    ]

    func receive(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.writeLibrary())
        let caller = try context.caller()
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.trimmingSpaces().lowercased()
        if type.isEmpty || type == "application/json" || type == "application/msgpack"
            || type == "application/x-msgpack"
        {
            return try await receiveObject(request, caller)
        }
        guard !type.hasPrefix("multipart/"), !type.hasPrefix("audio/"), !type.hasPrefix("image/") else {
            throw HearthError(
                .unsupportedMediaType, "\(type) is not taken here.",
                hint: "Recordings go to /audio/upload, pictures to /images/upload, one file per request.")
        }
        try request.refuseContentEncoding()
        var receiver = try await UploadReceiver(blobs, NoHeader())
        try await receiver.take(request.body) { _ in }
        guard receiver.size > 0 else { throw HearthError(.invalidValue, "The file is empty.") }
        var file = try describedFile(request, caller)
        file.mediaType = type == "application/octet-stream" ? nil : type
        let blob = try await receiver.finish()
        return try await store(blob, file, caller)
    }

    // MARK: Forms

    private func describedFile(_ request: Request, _ caller: Principal) throws(HearthError) -> FileReader.File {
        var file = FileReader.File(
            person: caller.person, blob: "", timestamp: try request.queryTime("timestamp") ?? time.now())
        file.name = try text(request, "name", 1...1000)
        file.title = try text(request, "title", 1...500)
        file.source = try text(request, "source", 1...64)
        file.key = try text(request, "key", 1...2048)
        file.url = try text(request, "url", 1...2048)
        if let url = file.url, !WebAddress.isValid(url) {
            throw HearthError(
                .invalidValue, "The query parameter url \(WebAddress.rule), or left out.",
                fields: [.init(pointer: "?url", message: WebAddress.rule)])
        }
        return file
    }

    private func text(
        _ request: Request, _ name: String, _ lengths: ClosedRange<Int>
    ) throws(HearthError) -> String? {
        guard let text = request.query(name) else { return nil }
        guard lengths.contains(text.unicodeScalars.count) else {
            throw .malformedQuery(name, "must have \(lengths.lowerBound) to \(lengths.upperBound) characters")
        }
        return text
    }

    private func receiveObject(_ request: Request, _ caller: Principal) async throws -> Response {
        let body = try await request.decodedBody(ingest.limits)
        if let failure = body.failures.first { throw failure.error }
        guard body.documents.count == 1, let document = body.documents.first else {
            throw HearthError(.malformedBody, "The body holds \(body.documents.count) values; this path takes one.")
        }
        let form = try document.withRoot { root throws(HearthError) in try DocumentForm(root) }
        var file = FileReader.File(person: caller.person, blob: "", timestamp: form.timestamp ?? time.now())
        (file.title, file.source, file.key, file.url) = (form.title, form.source, form.key, form.url)
        switch form.content {
        case .text(let text):
            return try await storeText(text, form, caller)
        case .html(let html):
            file.mediaType = "text/html"
            return try await store(try await seal(Array(html.utf8)), file, caller)
        case .address(let address):
            let page = try await library.fetch(address)
            file.mediaType = page.mediaType
            file.url = page.url
            file.key = form.key ?? page.url
            return try await store(try await seal(page.bytes), file, caller)
        }
    }

    private func seal(_ bytes: [UInt8]) async throws -> BlobReference {
        var receiver = try await UploadReceiver(blobs, NoHeader())
        try await receiver.take(ByteBuffer(bytes: bytes))
        return try await receiver.finish()
    }

    // MARK: Storing

    private func storeText(_ text: String, _ form: DocumentForm, _ caller: Principal) async throws -> Response {
        let draft = DocumentDraft(
            person: caller.person, kind: .note, title: form.title, text: text,
            source: DraftSource(name: form.source ?? "notes", key: form.key, url: form.url), timestamp: form.timestamp,
            metadata: form.metadata ?? [:])
        return Self.response(FileReader.Report(documents: try await library.intake.add([draft])))
    }

    /// First the file becomes durable with a reading that names it, then it is read: after a crash in between, the processor
    /// of files does the rest. Somebody who hangs up before the end changes nothing.
    private func store(_ blob: BlobReference, _ file: FileReader.File, _ caller: Principal) async throws -> Response {
        guard let stream = ingest.registry["file"] else {
            throw HearthError(.internalError, "The stream file is missing.", disposition: .defect)
        }
        let device = try await LibraryDevice.id(for: caller, in: ingest.devices, at: time.now())
        var file = file
        file.blob = blob.sha256
        file.device = device
        let described = file
        let report: FileReader.Report?
        do {
            report = try await Patience.wait(Self.patience) {
                try await library.files.read(described) { file in
                    var file = file
                    let receipt = try await ingest.one(
                        try Self.reading(file, size: blob.size), source: source(blob, caller, stream))
                    file.record = receipt.id
                    return (file, !receipt.isDuplicate)
                }
            }
        } catch let error as HearthError where error.code == .decoderCrashed && error.disposition == .retry {
            // It is stored, and the decoder's end was not its fault: the processor of files tries again.
            report = nil
        }
        // A mailbox of years is read for minutes. What goes wrong later is found by the processor of files.
        return report.map(Self.response)
            ?? .json(["documents": [], "incomplete": [], "reading": true], status: .accepted)
    }

    private func source(
        _ blob: BlobReference, _ caller: Principal, _ stream: StreamDefinition
    ) -> Admission.Source {
        var source = Admission.Source(principal: caller, stream: stream)
        source.blobs = [blob.sha256]
        return source
    }

    private static func reading(_ file: FileReader.File, size: Int) throws -> JSONDocument {
        var members: [(String, JSONValue)] = [
            ("device_id", .string(file.device?.description ?? "")),
            ("timestamp", .string(file.timestamp.description)),
            ("blob", .string(file.blob)), ("size_bytes", .integer(Int64(size))),
        ]
        // The same file in the same place is the same reading, whenever it comes.
        let identity = Fingerprint.of(title: "\(file.source ?? "") \(file.key ?? "")", text: file.blob)
        members.append(("id", .string(Fingerprint.hexadecimal(of: identity))))
        for (name, value) in [
            ("media_type", file.mediaType), ("name", file.name), ("title", file.title), ("source", file.source),
            ("key", file.key), ("url", file.url),
        ] {
            if let value { members.append((name, .string(value))) }
        }
        return try JSONDocument(JSONValue.members(members))
    }

    private static func response(_ report: FileReader.Report) -> Response {
        let isNew = report.documents.contains(where: \.change.isNew)
        var writer = JSONWriter(capacity: 128 * (report.documents.count + 1))
        writer.raw("{")
        if let first = report.documents.first {
            writer.member("id", first.id)
            writer.comma()
            writer.member("passages", report.documents.reduce(0) { $0 + $1.passages })
            writer.comma()
        }
        writer.raw("\"documents\":[")
        for (index, outcome) in report.documents.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{")
            writer.member("id", outcome.id)
            writer.comma()
            writer.member("version", outcome.version)
            writer.comma()
            writer.member("passages", outcome.passages)
            writer.comma()
            writer.member("change", outcome.change.word)
            writer.raw("}")
        }
        writer.raw("],\"incomplete\":")
        writer.write(JSONValue.array(report.incomplete.map { .string($0) }))
        writer.raw("}")
        return .json(writer, status: isNew ? .created : .ok)
    }
}

extension PutOutcome.Change {
    var word: String {
        switch self {
        case .inserted: "new"
        case .newVersion: "new_version"
        case .unchanged: "unchanged"
        case .late: "late"
        }
    }
}

/// The JSON form of `POST /documents`.
struct DocumentForm {
    enum Content {
        case text(String)
        case html(String)
        case address(String)
    }

    var content: Content
    var title: String?
    var source: String?
    var key: String?
    var url: String?
    var timestamp: Timestamp?
    var metadata: JSONValue?

    private static let metadataBytes = 64 << 10

    init(_ root: JSONReference) throws(HearthError) {
        var reader = try MemberReader(root)
        title = reader.text("title", 1...500)
        source = reader.text("source", 1...64)
        key = reader.text("key", 1...2048)
        url = reader.text("url", 1...2048)
        if let url, !WebAddress.isValid(url) { reader.report("url", WebAddress.rule) }
        timestamp = reader.time("timestamp")
        metadata = reader.object("metadata", limit: Self.metadataBytes)
        let text = Self.string(&reader, "text")
        let html = Self.string(&reader, "html")
        if text != nil, html != nil { reader.report("html", "does not go together with text") }
        if let text {
            content = .text(text)
        } else if let html {
            content = .html(html)
        } else {
            content = .address(url ?? "")
            if url == nil { reader.report("text", "is required, or html, or url") }
        }
        try reader.check("The document")
    }

    private static func string(_ reader: inout MemberReader, _ name: String) -> String? {
        guard let value = reader.value(name) else { return nil }
        guard let text = value.string else {
            reader.report(name, "must be a string")
            return nil
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            reader.report(name, "must have more than white space")
            return nil
        }
        return text
    }
}

/// Files whose heads nobody looks at on the way in.
struct NoHeader: HeaderParser {
    static let start = HeaderStep.done
    mutating func take(_ block: ArraySlice<UInt8>) -> HeaderStep { .done }
}
