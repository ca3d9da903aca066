public import OrderedCollections

/// A JSON value as Swift values: for settings, documents and answers. Streams of readings use `JSONDocument`.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([JSONValue])
    case object(OrderedDictionary<String, JSONValue>)
}

extension JSONValue {
    public init(_ reference: JSONReference) {
        switch reference.kind {
        case .null: self = .null
        case .false: self = .bool(false)
        case .true: self = .bool(true)
        case .integer: self = .integer(reference.int64 ?? 0)
        case .real: self = .real(reference.double ?? 0)
        case .string: self = .string(reference.string ?? "")
        case .binary: self = .string(Base64.encode(reference.utf8))
        case .array: self = .array(reference.elements.map(JSONValue.init))
        case .object:
            var members = OrderedDictionary<String, JSONValue>(minimumCapacity: reference.count)
            for (key, value) in reference.members { members[key.string ?? ""] = JSONValue(value) }
            self = .object(members)
        }
    }

    public init(parsing bytes: [UInt8], options: JSONOptions = .init()) throws(JSONError) {
        self = try JSONDocument(parsing: bytes, options: options).withRoot { JSONValue($0) }
    }

    public init(parsing string: String, options: JSONOptions = .init()) throws(JSONError) {
        try self.init(parsing: Array(string.utf8), options: options)
    }

    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    public subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: OrderedDictionary<String, JSONValue>? {
        if case .object(let value) = self { value } else { nil }
    }
    public var isNull: Bool { self == .null }

    /// The value of a number without fraction.
    public var int64: Int64? {
        switch self {
        case .integer(let value): value
        case .real(let value): Int64(exactly: value)
        default: nil
        }
    }

    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// Compact JSON text.
    public var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return writer.string
    }

    /// JSON text for people: two spaces of indentation.
    public var prettyText: String {
        var writer = JSONWriter()
        writer.write(self, indentation: 0)
        return writer.string
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .real(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(OrderedDictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    public init(nilLiteral: ()) { self = .null }
}
