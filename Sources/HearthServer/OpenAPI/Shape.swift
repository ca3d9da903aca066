import HearthCore
import OrderedCollections

/// Short spellings of JSON Schemas, so that a route table reads like a list.
enum Shape {
    static let text: JSONValue = ["type": "string"]
    static let id: JSONValue = ["type": "string", "format": "uuid"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let integer: JSONValue = ["type": "integer"]
    static let number: JSONValue = ["type": "number"]
    static let flag: JSONValue = ["type": "boolean"]
    static let binary: JSONValue = [:]

    static func text(_ lengths: ClosedRange<Int>) -> JSONValue {
        [
            "type": "string", "minLength": .integer(Int64(lengths.lowerBound)),
            "maxLength": .integer(Int64(lengths.upperBound)),
        ]
    }

    static func integer(_ range: ClosedRange<Int>, default value: Int) -> JSONValue {
        [
            "type": "integer", "minimum": .integer(Int64(range.lowerBound)),
            "maximum": .integer(Int64(range.upperBound)),
            "default": .integer(Int64(value)),
        ]
    }

    static func choice(_ values: [String]) -> JSONValue {
        ["type": "string", "enum": .array(values.map { .string($0) })]
    }

    static func array(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    /// Null, too.
    static func optional(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    /// A named schema of `ComponentSchemas`.
    static func named(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    static func object(
        _ properties: KeyValuePairs<String, JSONValue>, required: [String]? = nil, others: Bool = true
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", "object"), ("properties", .members(properties.map { ($0.key, $0.value) })),
        ]
        let names = required ?? properties.map(\.key)
        if !names.isEmpty { members.append(("required", .array(names.map { .string($0) }))) }
        if !others { members.append(("additionalProperties", false)) }
        return .members(members)
    }

    /// A page of a list.
    static func page(of items: JSONValue) -> JSONValue {
        object(["items": array(items), "next_cursor": optional(text)])
    }
}

extension JSONValue {
    /// An object with these members in this order; a later one of a name replaces an earlier one.
    static func members(_ members: [(String, JSONValue)]) -> JSONValue {
        var object: JSONValue = [:]
        for (name, value) in members { object.set(name, value) }
        return object
    }

    /// Puts a member into an object.
    mutating func set(_ name: String, _ value: JSONValue) {
        guard case .object(var object) = self else { return }
        object[name] = value
        self = .object(object)
    }
}
