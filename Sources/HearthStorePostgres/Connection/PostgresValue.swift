package import HearthCore

/// An argument of a statement, sent in PostgreSQL's binary format with its type, so that nothing is guessed and nothing
/// needs quoting.
package enum PostgresValue: Sendable, Hashable {
    case bool(Bool)
    case int2(Int16)
    case int4(Int32)
    case int8(Int64)
    case float8(Double)
    case text(String)
    case bytes([UInt8])
    case uuid(UniqueID)
    case null(PostgresType)
    case int2s([Int16])
    case int4s([Int32])
    case int8s([Int64])
    case float8s([Double])
    case texts([String])
    case uuids([UniqueID])
    /// An array that was encoded with `PostgresArray`, for columns with empty places.
    case array(PostgresArray)

    /// An `int8`.
    package static func int(_ value: Int) -> PostgresValue { .int8(Int64(value)) }

    /// Microseconds since 1970, which is how every time is stored: an `int8`.
    package static func time(_ time: Timestamp) -> PostgresValue { .int8(time.microseconds) }

    package static func time(_ time: Timestamp?) -> PostgresValue { time.map { .time($0) } ?? .null(.int8) }

    package static func text(_ text: String?) -> PostgresValue { text.map { .text($0) } ?? .null(.text) }

    package static func uuid(_ id: UniqueID?) -> PostgresValue { id.map { .uuid($0) } ?? .null(.uuid) }

    var type: PostgresType {
        switch self {
        case .bool: .bool
        case .int2: .int2
        case .int4: .int4
        case .int8: .int8
        case .float8: .float8
        case .text: .text
        case .bytes: .bytes
        case .uuid: .uuid
        case .null(let type): type
        case .int2s: .int2s
        case .int4s: .int4s
        case .int8s: .int8s
        case .float8s: .float8s
        case .texts: .texts
        case .uuids: .uuids
        case .array(let array): array.type
        }
    }

    /// - Returns: false for null, which has no bytes.
    func append(to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int2(let value): bytes.append(bigEndian: value)
        case .int4(let value): bytes.append(bigEndian: value)
        case .int8(let value): bytes.append(bigEndian: value)
        case .float8(let value): bytes.append(bigEndian: value.bitPattern)
        case .text(let text): bytes.append(contentsOf: text.utf8)
        case .bytes(let value): bytes.append(contentsOf: value)
        case .uuid(let id): bytes.append(id)
        case .null: return false
        case .int2s(let values): bytes.append(array: values, of: .int2) { $0.append(bigEndian: $1) }
        case .int4s(let values): bytes.append(array: values, of: .int4) { $0.append(bigEndian: $1) }
        case .int8s(let values): bytes.append(array: values, of: .int8) { $0.append(bigEndian: $1) }
        case .float8s(let values): bytes.append(array: values, of: .float8) { $0.append(bigEndian: $1.bitPattern) }
        case .texts(let values): bytes.append(array: values, of: .text) { $0.append(contentsOf: $1.utf8) }
        case .uuids(let values): bytes.append(array: values, of: .uuid) { $0.append($1) }
        case .array(let array): array.append(to: &bytes)
        }
        return true
    }
}

/// The types we send, by their number in `pg_type`, which is the same in every database.
package struct PostgresType: Sendable, Hashable {
    package var number: UInt32

    package static let bool = PostgresType(number: 16)
    package static let bytes = PostgresType(number: 17)
    package static let int8 = PostgresType(number: 20)
    package static let int2 = PostgresType(number: 21)
    package static let int4 = PostgresType(number: 23)
    package static let text = PostgresType(number: 25)
    package static let float8 = PostgresType(number: 701)
    package static let uuid = PostgresType(number: 2950)
    package static let int2s = PostgresType(number: 1005)
    package static let int4s = PostgresType(number: 1007)
    package static let texts = PostgresType(number: 1009)
    package static let int8s = PostgresType(number: 1016)
    package static let float8s = PostgresType(number: 1022)
    package static let uuids = PostgresType(number: 2951)
}

/// An array of one dimension whose elements may be null, encoded while it is filled.
package struct PostgresArray: Sendable, Hashable {
    let type: PostgresType
    private let element: PostgresType
    private var count = 0
    private var hasNulls = false
    private var body: [UInt8] = []

    /// - Parameter capacity: Bytes to expect.
    init(of element: PostgresType, capacity: Int = 0) {
        self.element = element
        type =
            switch element {
            case .int2: .int2s
            case .int4: .int4s
            case .int8: .int8s
            case .float8: .float8s
            case .uuid: .uuids
            default: .texts
            }
        body.reserveCapacity(capacity)
    }

    mutating func appendNull() {
        count += 1
        hasNulls = true
        body.append(bigEndian: Int32(-1))
    }

    mutating func append(_ value: Int64) {
        count += 1
        body.append(bigEndian: Int32(8))
        body.append(bigEndian: value)
    }

    mutating func append(_ value: Double) {
        count += 1
        body.append(bigEndian: Int32(8))
        body.append(bigEndian: value.bitPattern)
    }

    mutating func append(utf8 text: UnsafeBufferPointer<UInt8>) {
        count += 1
        let start = body.count
        body.append(bigEndian: Int32(0))
        PostgresText.append(text, to: &body)
        withUnsafeBytes(of: Int32(body.count - start - 4).bigEndian) { length in
            for offset in 0..<4 { body[start + offset] = length[offset] }
        }
    }

    fileprivate func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
        bytes.append(bigEndian: Int32(hasNulls ? 1 : 0))
        bytes.append(bigEndian: element.number)
        if count == 0 { return }
        bytes.append(bigEndian: Int32(count))
        bytes.append(bigEndian: Int32(1))
        bytes.append(contentsOf: body)
    }
}

extension [UInt8] {
    mutating func append<Value: FixedWidthInteger>(bigEndian value: Value) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(_ id: UniqueID) {
        append(bigEndian: id.high)
        append(bigEndian: id.low)
    }

    fileprivate mutating func append<Item>(
        array: [Item], of type: PostgresType, _ encode: (inout [UInt8], Item) -> Void
    ) {
        append(bigEndian: Int32(array.isEmpty ? 0 : 1))
        append(bigEndian: Int32(0))
        append(bigEndian: type.number)
        if array.isEmpty { return }
        append(bigEndian: Int32(array.count))
        append(bigEndian: Int32(1))
        for item in array {
            let start = count
            append(bigEndian: Int32(0))
            encode(&self, item)
            Swift.withUnsafeBytes(of: Int32(count - start - 4).bigEndian) { length in
                for offset in 0..<4 { self[start + offset] = length[offset] }
            }
        }
    }
}
