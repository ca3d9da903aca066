import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOCore
import NIOPosix

/// One file on its way in. Everything that can be judged without the file is judged before a byte of it is kept.
struct Upload<Kind: UploadKind>: Sendable {
    let ingest: Ingest
    let blobs: BlobStore
    let stream: StreamDefinition
    let caller: Principal
    let metrics: ServerMetrics

    func receive(_ request: Request) async throws -> Response {
        switch try form(request) {
        case .object: try await receiveObject(request)
        case .file(let named): try await receiveFile(request, named)
        }
    }

    // MARK: Forms

    private enum Form {
        case object
        /// The body is the file; its content type may name the format.
        case file(String?)
    }

    private func form(_ request: Request) throws(HearthError) -> Form {
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.trimmingSpaces().lowercased()
        let hasFields = request.query("timestamp") != nil || request.query("device_id") != nil
        switch type {
        case "multipart/form-data", "multipart/mixed":
            throw HearthError(
                .unsupportedMediaType, "Forms of several parts are not read here.",
                hint: "Send the file itself as the body, with its fields in the query, or JSON with data in base64.")
        case "", "application/x-www-form-urlencoded", "application/octet-stream":
            return hasFields ? .file(nil) : .object
        case _ where Kind.format(named: type) != nil: return .file(type)
        // Says what is read here when it is something else.
        default:
            _ = try BodyDecoder.format(contentType: type)
            return .object
        }
    }

    private func receiveFile(_ request: Request, _ type: String?) async throws -> Response {
        try request.refuseContentEncoding()
        var members: [(String, JSONValue)] = []
        for (name, value) in request.uri.queryParameters {
            members.append((String(name), field(String(name), String(value))))
        }
        let fields = JSONValue.members(members)
        let stated = try statedFormat(fields, type)
        let head = try check(fields, stated: stated)
        try refuseTooLong(request.headers[.contentLength].flatMap { Int($0) })
        var receiver = try await UploadReceiver(blobs, Kind.makeParser())
        try await receiver.take(request.body) {
            _ = try Kind.check($0.walker, stated: stated, size: $0.size, isEnd: false)
        }
        return try await store(receiver, head, fields, stated)
    }

    private func receiveObject(_ request: Request) async throws -> Response {
        let body = try await request.decodedBody(ingest.limits)
        guard body.documents.count == 1, body.failures.isEmpty, let document = body.documents.first else {
            throw HearthError(.malformedBody, "The body is not one object; a file comes alone.")
        }
        let (fields, bytes) = try document.withRoot { root throws(HearthError) in try parts(of: root) }
        let stated = try statedFormat(fields, nil)
        let head = try check(fields, stated: stated)
        var receiver = try await UploadReceiver(blobs, Kind.makeParser())
        try await receiver.take(ByteBuffer(bytes: bytes))
        return try await store(receiver, head, fields, stated)
    }

    /// The reading's members and the file.
    private func parts(of root: JSONReference) throws(HearthError) -> (JSONValue, [UInt8]) {
        guard root.kind == .object else {
            throw HearthError(
                .invalidValue, "The body is not an object.", fields: [.init(pointer: "", message: "must be an object")])
        }
        guard let data = root["data"], data.kind == .string || data.kind == .binary else {
            throw HearthError(
                .invalidValue, "The file is missing.",
                fields: [.init(pointer: "/data", message: "is required: the file in base64")])
        }
        guard let bytes = data.kind == .binary ? Array(data.utf8) : Self.base64(data.utf8) else {
            throw HearthError(
                .invalidValue, "The file is not base64.",
                fields: [.init(pointer: "/data", message: "must be base64 (RFC 4648 section 4)")])
        }
        var members: [(String, JSONValue)] = []
        for (key, value) in root.members where key.string != "data" {
            members.append((key.string ?? "", JSONValue(value)))
        }
        return (.members(members), bytes)
    }

    /// Also with the prefix that browsers give: `data:audio/webm;base64,…`.
    private static func base64(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.starts(with: "data:".utf8), let comma = text.prefix(128).firstIndex(of: UInt8(ascii: ",")) else {
            return Base64.decode(text)
        }
        return Base64.decode(UnsafeBufferPointer(rebasing: text[(comma + 1)...]))
    }

    // MARK: Judging

    /// A query parameter as the stream's schema wants it: numbers and booleans where it has such. A time may be a number.
    private func field(_ name: String, _ text: String) -> JSONValue {
        if name == "timestamp" { return Self.number(text) ?? .string(text) }
        guard let column = stream.fieldIndex(name) else { return .string(text) }
        switch stream.fields[column].type {
        case .integer, .real: return Self.number(text) ?? .string(text)
        case .boolean: return text == "true" ? true : text == "false" ? false : .string(text)
        case .text, .json: return .string(text)
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        if let whole = Int64(text) { return .integer(whole) }
        return Double(text).flatMap { $0.isFinite ? .real($0) : nil }
    }

    private func statedFormat(_ fields: JSONValue, _ type: String?) throws(HearthError) -> Kind.Format? {
        for (name, text) in [("format", fields["format"]), ("media_type", fields["media_type"])] {
            guard let text, !text.isNull else { continue }
            guard let format = text.string.flatMap({ Kind.format(named: $0) }) else {
                throw HearthError(
                    .invalidValue, "The format is none of those that Hearth takes here.",
                    hint: "It takes \(Kind.formatNames).",
                    fields: [.init(pointer: "/\(name)", message: "must be one of \(Kind.formatNames)")])
            }
            return format
        }
        return type.flatMap { Kind.format(named: $0) }
    }

    /// Admits the reading with what stands in for the file, and drops it again.
    private func check(_ fields: JSONValue, stated: Kind.Format?) throws -> ReadingHead {
        let stand = String(repeating: "0", count: 64)
        let item = reading(fields, Kind.makeParser(), stated ?? Kind.anyFormat, blob: stand, size: 0)
        var draft = Draft()
        try JSONDocument(item).withRoot { root in
            ingest.admission.admit(root, index: 0, source: source(naming: stand), into: &draft)
        }
        if let rejection = draft.rejected.first { throw rejection.error }
        for name in stated.map(Kind.requiredFields) ?? [] where fields[name] == nil {
            throw HearthError(
                .invalidValue, "A file of this format needs \(name).",
                fields: [.init(pointer: "/\(name)", message: "is required: the file itself does not tell")])
        }
        return draft.batches[0].heads[0]
    }

    func refuseTooLong(_ length: Int?) throws(HearthError) {
        let limit = UploadReceiver<Kind.Parser>.limit
        guard let length, length > limit else { return }
        throw HearthError(.tooLarge, "The file is larger than \(limit) bytes.", hint: "Send it in parts.")
    }

    private func source(naming blob: String) -> Admission.Source {
        var source = Admission.Source(principal: caller, stream: stream)
        source.blobs = [blob]
        return source
    }

    // MARK: Storing

    private func store(
        _ receiver: UploadReceiver<Kind.Parser>, _ head: ReadingHead, _ fields: JSONValue, _ stated: Kind.Format?
    ) async throws -> Response {
        guard receiver.size > 0 else {
            throw HearthError(
                .invalidValue, "The file is empty.", fields: [.init(pointer: "/data", message: "has no bytes")])
        }
        guard let format = try Kind.check(receiver.walker, stated: stated, size: receiver.size, isEnd: true) else {
            throw HearthError(.internalError, "The file's format was not decided.", disposition: .defect)
        }
        let blob = try await receiver.finish()
        let parser = receiver.walker.parser
        let item = reading(fields, parser, format, blob: blob.sha256, size: blob.size)
        if let cut = Kind.cut(parser, format, said: fields, size: blob.size) {
            return try await CutUpload(ingest: ingest, blobs: blobs, stream: stream, caller: caller, metrics: metrics)
                .store(cut, of: blob, head, item)
        }
        let receipt = try await ingest.one(try JSONDocument(item), source: source(naming: blob.sha256))
        metrics.count(1, of: stream.name, receipt.isDuplicate ? .duplicate : .stored)
        try await blobs.confirm(blob)
        var writer = JSONWriter(capacity: 384)
        writer.raw("{")
        writer.uploadMembers(receipt, blob, item, stream)
        writer.raw("}")
        return .json(writer, status: receipt.isDuplicate ? .ok : .created)
    }

    /// The reading as a sender would put it. What the caller says wins over what the file says; the names that the stream
    /// does not have are left to the caller.
    private func reading(
        _ fields: JSONValue, _ parser: Kind.Parser, _ format: Kind.Format, blob: String, size: Int
    ) -> JSONValue {
        var item = fields
        let zone = LocalTime(of: ingest.devices.person(person(fields)))
        for (name, value) in Kind.fields(parser, format, size: size, zone: zone) where stream.fieldIndex(name) != nil {
            if name == "format" || name == "media_type" || item[name] == nil { item.set(name, value) }
        }
        item.set("blob", .string(blob))
        item.set("size_bytes", .integer(Int64(size)))
        return item
    }

    private func person(_ fields: JSONValue) -> UniqueID {
        let device = fields["device_id"]?.string.flatMap { UniqueID($0) } ?? caller.deviceID
        return device.flatMap { ingest.devices.device($0)?.person } ?? caller.person
    }
}

extension BlobStore {
    /// Erasing a person may have taken the same file between its being stored and its reading's; then it must come again.
    func confirm(_ blob: BlobReference) async throws {
        guard try await NIOThreadPool.singleton.runIfActive({ try self.exists(blob.sha256) }) else {
            throw HearthError(
                .overloaded, "The same file was erased at this moment.", hint: "Send it again.", disposition: .retry,
                retryAfter: .seconds(1))
        }
    }
}

extension JSONWriter {
    /// `"id","stream","received_at","blob","href",…` of a file and the reading that names it.
    mutating func uploadMembers(
        _ receipt: Receipt, _ blob: BlobReference, _ item: JSONValue, _ stream: StreamDefinition
    ) {
        receiptMembers(receipt)
        comma()
        member("blob", blob.sha256)
        comma()
        member("href", "/blobs/\(blob.sha256)")
        for name in ["format", "size_bytes", "sample_rate", "channels", "duration_seconds", "width", "height"] {
            guard let value = item[name], stream.fieldIndex(name) != nil else { continue }
            comma()
            key(name)
            write(value)
        }
    }
}
