import HTTPTypes
import HearthCore
import HearthIngest
import Hummingbird
import NIOCore

extension Request {
    /// The values of the body, in whatever format and compression it came.
    func decodedBody(_ limits: IngestLimits) async throws -> DecodedBody {
        try decoded(try await collectBytes(upTo: limits.bodyBytes), limits)
    }

    private func decoded(_ buffer: ByteBuffer, _ limits: IngestLimits) throws -> DecodedBody {
        try buffer.withUnsafeReadableBytes {
            try BodyDecoder.decode(
                $0, contentType: headers[.contentType], contentEncoding: headers[.contentEncoding], limits: limits)
        }
    }

    /// For a body that is a file: it is kept as it comes.
    func refuseContentEncoding() throws(HearthError) {
        guard let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" else { return }
        throw HearthError(
            .unsupportedMediaType, "A file as the body comes without content encoding.",
            hint: "Send the file itself, without Content-Encoding.")
    }

    /// The one value of a small body.
    func document(_ limits: IngestLimits) async throws -> JSONDocument {
        let limits = Self.small(limits)
        return try Self.only(in: try await decodedBody(limits))
    }

    /// The one value of a small body; nil without a body, whatever the headers say: many clients name a type for nothing.
    func documentIfAny(_ limits: IngestLimits) async throws -> JSONDocument? {
        let limits = Self.small(limits)
        let buffer = try await collectBytes(upTo: limits.bodyBytes)
        return buffer.readableBytes == 0 ? nil : try Self.only(in: try decoded(buffer, limits))
    }

    private static func small(_ limits: IngestLimits) -> IngestLimits {
        var limits = limits
        limits.bodyBytes = min(limits.bodyBytes, Self.smallBody)
        limits.inflatedBytes = min(limits.inflatedBytes, Self.smallBody)
        return limits
    }

    private static func only(in body: DecodedBody) throws -> JSONDocument {
        if let failure = body.failures.first { throw failure.error }
        guard body.documents.count == 1, let document = body.documents.first else {
            throw HearthError(.malformedBody, "The body holds \(body.documents.count) values; this path takes one.")
        }
        return document
    }

    /// Bodies that describe devices, tokens and the like.
    private static let smallBody = 256 << 10

    /// Whether the caller wants `mediaType` and does not rank it below `*/*`: exact names count, wildcards do not.
    func accepts(_ mediaType: String) -> Bool {
        headers[values: .accept].contains { value in
            value.split(separator: ",").contains { item in
                let parts = item.split(separator: ";")
                guard let name = parts.first?.trimmingSpaces(), name.lowercased() == mediaType else { return false }
                return !parts.dropFirst().contains {
                    $0.trimmingSpaces().hasPrefix("q=0") && Double($0.trimmingSpaces().dropFirst(2)) == 0
                }
            }
        }
    }

    /// All values of a query parameter: it may stand several times, and each may be a list with commas.
    func queryList(_ name: String) -> [String] {
        uri.queryParameters[values: Substring(name)].flatMap { $0.split(separator: ",").map(String.init) }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}
