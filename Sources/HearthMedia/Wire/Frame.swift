package import HearthCore

/// One message between Hearth and its decoder: a byte that tells its kind, its length (4 bytes, little-endian), and the
/// payload.
///
/// A conversation is `request`, any number of `data`, `end`; then any number of `event`, and at last `done` or
/// `failure`. The decoder answers only after it has read everything up to `end`.
package struct Frame: Sendable, Hashable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// JSON: what is asked.
        case request = 1
        /// A piece of the file.
        case data = 2
        /// The file is complete. No payload.
        case end = 3
        /// The length of the JSON that follows (4 bytes, little-endian), the JSON, and raw bytes that belong to it.
        case event = 4
        /// JSON: why there is no (further) answer.
        case failure = 5
        /// The answer is complete. No payload.
        case done = 6

        /// Bytes that its payload may have.
        package var limit: Int {
            switch self {
            case .request, .failure: 64 * 1024
            case .data: MediaLimits.pieceBytes
            case .event: MediaLimits.answerPartBytes
            case .end, .done: 0
            }
        }
    }

    package static let headerBytes = 5

    package var kind: Kind
    package var payload: [UInt8]

    package init(_ kind: Kind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload
    }

    package var header: [UInt8] {
        var bytes = [kind.rawValue]
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Kind and length, out of the first five bytes.
    ///
    /// - Throws: `decoder-protocol` for an unknown kind or a length above its limit.
    package static func parse(header: some Collection<UInt8>) throws(HearthError) -> (kind: Kind, length: Int) {
        let bytes = Array(header)
        guard bytes.count == headerBytes, let kind = Kind(rawValue: bytes[0]) else { throw .wire("an unknown frame") }
        let length = bytes[1...].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= kind.limit else { throw .wire("a frame of \(length) bytes") }
        return (kind, length)
    }
}

/// An event as it travels: JSON and bytes beside it.
package struct EventPayload: Sendable, Hashable {
    package var json: JSONValue
    package var bytes: [UInt8]

    package init(json: JSONValue, bytes: [UInt8] = []) {
        self.json = json
        self.bytes = bytes
    }

    package init(payload: [UInt8]) throws(HearthError) {
        guard payload.count >= 4 else { throw .wire("an event without a length") }
        let length = payload[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= payload.count - 4 else { throw .wire("an event that is cut off") }
        do throws(JSONError) {
            json = try JSONValue(parsing: Array(payload[4..<4 + length]))
        } catch {
            throw .wire("an event that is not JSON (\(error))")
        }
        bytes = Array(payload[(4 + length)...])
    }

    package var payload: [UInt8] {
        let text = Array(json.text.utf8)
        var payload: [UInt8] = []
        payload.reserveCapacity(4 + text.count + bytes.count)
        withUnsafeBytes(of: UInt32(text.count).littleEndian) { payload.append(contentsOf: $0) }
        payload.append(contentsOf: text)
        payload.append(contentsOf: bytes)
        return payload
    }
}
