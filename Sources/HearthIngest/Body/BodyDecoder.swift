package import HearthCore

/// The values of a request body.
package struct DecodedBody: Sendable {
    package var documents: [JSONDocument]
    /// For NDJSON: the line number of each document, from 0, blank lines not counted. nil: one document or a
    /// concatenation.
    package var indexes: [Int]?
    /// Lines that are no JSON. In other formats a syntax error refuses the whole body.
    package var failures: [Rejection]

    package init(documents: [JSONDocument], indexes: [Int]? = nil, failures: [Rejection] = []) {
        self.documents = documents
        self.indexes = indexes
        self.failures = failures
    }
}

/// Turns request bodies into documents, whatever format and compression they came in.
package enum BodyDecoder {
    package enum Format: Sendable, Hashable { case json, lines, messagePack }

    /// The format that a content type names; JSON when there is none.
    package static func format(contentType: String?) throws(HearthError) -> Format {
        guard let contentType else { return .json }
        let name = contentType.prefix { $0 != ";" }.lowercased().trimmingSpaces()
        switch name {
        case "application/json", "text/json", "": return .json
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines": return .lines
        case "application/msgpack", "application/x-msgpack", "application/vnd.msgpack": return .messagePack
        // What `curl -d` says when nobody says anything else.
        case "application/x-www-form-urlencoded": return .json
        default:
            if name.hasSuffix("+json") { return .json }
            throw HearthError(
                .unsupportedMediaType, "Bodies of type \(name.prefix(80)) cannot be read here.",
                hint: "Send application/json, application/x-ndjson or application/msgpack.")
        }
    }

    /// - Throws: `.unsupportedMediaType`, `.malformedBody`, `.tooLarge`.
    package static func decode(
        _ body: UnsafeRawBufferPointer, contentType: String?, contentEncoding: String?, limits: IngestLimits
    ) throws(HearthError) -> DecodedBody {
        let format = try format(contentType: contentType)
        guard let encoding = try Inflater.Encoding(contentEncoding) else {
            return try documents(body, format, limits)
        }
        let inflated = try Inflater.inflate(body, encoding, limits: limits)
        let result: Result<DecodedBody, HearthError> = inflated.withUnsafeBytes { bytes in
            Result { () throws(HearthError) in try documents(bytes, format, limits) }
        }
        return try result.get()
    }

    private static func documents(
        _ body: UnsafeRawBufferPointer, _ format: Format, _ limits: IngestLimits
    ) throws(HearthError) -> DecodedBody {
        let options = JSONOptions(maximumDepth: limits.depth, rejectsDuplicateKeys: true)
        switch format {
        case .json:
            do {
                return DecodedBody(documents: [try JSONDocument(parsing: body, options: options)])
            } catch {
                throw HearthError(error, in: "The JSON body")
            }
        case .lines: return try lines(body, options, limits)
        case .messagePack:
            var documents: [JSONDocument] = []
            var offset = 0
            do {
                repeat {
                    guard documents.count < limits.batchItems else { break }
                    documents.append(try JSONDocument.nextMessagePack(in: body, at: &offset, options: options))
                } while offset < body.count
            } catch {
                throw HearthError(error, in: "The MessagePack body")
            }
            guard offset >= body.count else { throw .tooManyReadings(limits) }
            return DecodedBody(documents: documents)
        }
    }

    private static func lines(
        _ body: UnsafeRawBufferPointer, _ options: JSONOptions, _ limits: IngestLimits
    ) throws(HearthError) -> DecodedBody {
        var decoded = DecodedBody(documents: [], indexes: [])
        var start = 0
        var index = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: UInt8(ascii: "\n")) ?? body.count
            let line = UnsafeRawBufferPointer(rebasing: body[start..<end])
            start = end + 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) { continue }
            // Before it is read: a body of many short lines must not fill memory.
            guard index < limits.batchItems else { throw .tooManyReadings(limits) }
            do {
                decoded.documents.append(try JSONDocument(parsing: line, options: options))
                decoded.indexes?.append(index)
            } catch {
                decoded.failures.append(Rejection(index: index, error: HearthError(error, in: "The line")))
            }
            index += 1
        }
        return decoded
    }
}

extension String {
    func trimmingSpaces() -> String {
        var text = self[...]
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return String(text)
    }
}

extension ErrorCode {
    /// The content type or content encoding is none that Hearth reads.
    package static let unsupportedMediaType = ErrorCode("unsupported-media-type")
}
