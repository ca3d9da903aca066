import HTTPTypes
package import HearthCore
package import Hummingbird
package import NIOCore

extension Request {
    /// The whole body, at most `limit` bytes; throws `.tooLarge` beyond that, before reading when the header says so.
    package func collectBytes(upTo limit: Int) async throws -> ByteBuffer {
        let refusal = HearthError(.tooLarge, "The body is larger than \(limit) bytes.", hint: "Send it in parts.")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw refusal }
        do { return try await body.collect(upTo: limit) } catch is NIOTooManyBytesError { throw refusal }
    }

    /// The decoded value of a query parameter; the first one where it stands twice.
    package func query(_ name: String) -> String? { uri.queryParameters[Substring(name)].map(String.init) }

    /// A query parameter that must be an id when it is there.
    package func queryID(_ name: String) throws(HearthError) -> UniqueID? {
        guard let text = query(name) else { return nil }
        guard let id = UniqueID(text) else { throw .malformedQuery(name, "is not a UUID") }
        return id
    }

    /// A query parameter that must be a time when it is there: RFC 3339, or seconds or milliseconds since 1970.
    package func queryTime(_ name: String) throws(HearthError) -> Timestamp? {
        guard let text = query(name) else { return nil }
        guard let time = Timestamp(queryText: text) else {
            throw .malformedQuery(name, "is not a time as RFC 3339 writes it")
        }
        return time
    }

    /// A query parameter that must be a whole number in `range` when it is there.
    package func queryInteger(_ name: String, in range: ClosedRange<Int>) throws(HearthError) -> Int? {
        guard let text = query(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .malformedQuery(name, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    package func queryFlag(_ name: String) throws(HearthError) -> Bool? {
        switch query(name) {
        case nil: nil
        case "true", "1", "": true
        case "false", "0": false
        default: throw .malformedQuery(name, "is neither true nor false")
        }
    }
}

extension HearthError {
    package static func malformedQuery(_ name: String, _ what: String) -> HearthError {
        HearthError(
            .malformedRequest, "The query parameter \(name) \(what).",
            fields: [Field(pointer: "?\(name)", message: what)])
    }
}

extension Timestamp {
    /// RFC 3339, or seconds or milliseconds since 1970.
    init?(queryText text: String) {
        if let time = Timestamp(text) {
            self = time
        } else if let number = Double(text), number.isFinite, let time = Timestamp(epoch: number) {
            self = time
        } else {
            return nil
        }
    }
}
