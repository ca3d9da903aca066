import HearthCore
import HearthTesting
import OrderedCollections

/// Schemas and values from a small world of names and numbers, so that they often have something to do with each other.
struct RandomSchema {
    var generator: SplitMix64

    private static let names = ["a", "b", "c", "ab", "", "longer name of more than sixteen bytes", "ä"]
    private static let patterns = ["^a", "b$", "^[a-c]{1,2}$", "", "^(a|b)*$", #"\d"#, "^.$"]
    private static let formats = ["date", "ipv4", "uri", "regex", "date-time", "hostname", "json-pointer", "other"]

    private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func chance(_ percent: Int) -> Bool { number(0..<100) < percent }

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &generator) ?? "" }

    mutating func value(depth: Int = 3) -> JSONValue {
        switch number(0..<(depth > 0 ? 12 : 7)) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2, 3: return scalar()
        case 4...6: return chance(60) ? .string(pick(Self.names + ["a1", "abab", "2026-11-21", "1.2.3.4"])) : scalar()
        case 7...8: return .array((0..<number(0..<5)).map { _ in value(depth: depth - 1) })
        default:
            var members = OrderedDictionary<String, JSONValue>()
            for _ in 0..<number(0..<6) { members[pick(Self.names)] = value(depth: depth - 1) }
            return .object(members)
        }
    }

    private mutating func scalar() -> JSONValue {
        switch number(0..<8) {
        case 0: .real(Double(number(-4..<5)) / 2)
        case 1: .real(1e300)
        case 2: .integer(.max)
        case 3: .real(0.1 * Double(number(0..<30)))
        default: .integer(Int64(number(-3..<6)))
        }
    }

    mutating func schema() -> JSONValue {
        guard case .object(var members) = schema(depth: 3) else { return .bool(true) }
        var definitions = OrderedDictionary<String, JSONValue>()
        for name in ["d", "e"] {
            guard case .object(var definition) = schema(depth: 2) else { continue }
            if chance(30) { definition["$dynamicAnchor"] = "dyn" }
            if chance(20) { definition["$id"] = .string("https://example.org/\(name)") }
            definitions[name] = .object(definition)
        }
        members["$defs"] = .object(definitions)
        if chance(20) { members["$dynamicAnchor"] = "dyn" }
        if chance(10) { members["$id"] = "https://example.org/root" }
        return .object(members)
    }

    private mutating func schemas(_ depth: Int) -> JSONValue {
        .array((0..<number(1..<4)).map { _ in schema(depth: depth - 1) })
    }

    private mutating func schemaMap(_ names: [String], _ depth: Int) -> JSONValue {
        var members = OrderedDictionary<String, JSONValue>()
        for _ in 0..<number(1..<4) { members[pick(names)] = schema(depth: depth - 1) }
        return .object(members)
    }

    private mutating func nameList() -> JSONValue {
        .array(Set((0..<number(0..<3)).map { _ in pick(Self.names) }).sorted().map { .string($0) })
    }

    private mutating func schema(depth: Int) -> JSONValue {
        if depth <= 0 || chance(10) { return chance(70) ? leaf() : .bool(chance(70)) }
        var members = OrderedDictionary<String, JSONValue>()
        for _ in 0..<number(1..<4) {
            let (keyword, value) = keyword(depth)
            members[keyword] = value
        }
        return .object(members)
    }

    private mutating func leaf() -> JSONValue {
        let (keyword, value) = assertion()
        return .object([keyword: value])
    }

    private mutating func assertion() -> (String, JSONValue) {
        switch number(0..<19) {
        case 0, 1:
            return ("type", .string(pick(["null", "boolean", "integer", "number", "string", "array", "object"])))
        case 2: return ("type", ["integer", "string", "object"])
        case 3: return ("const", value(depth: 1))
        case 4: return ("enum", .array((0..<number(0..<4)).map { _ in value(depth: 1) }))
        case 5: return ("minimum", scalar())
        case 6: return ("maximum", scalar())
        case 7: return ("exclusiveMinimum", scalar())
        case 8: return ("exclusiveMaximum", scalar())
        case 9:
            return (
                "multipleOf", [.real(0.1), .integer(2), .real(1.5), .real(1e-7)].randomElement(using: &generator) ?? 1
            )
        case 10: return ("minLength", .integer(Int64(number(0..<3))))
        case 11: return ("maxLength", .integer(Int64(number(0..<3))))
        case 12: return ("pattern", .string(pick(Self.patterns)))
        case 13: return ("format", .string(pick(Self.formats)))
        case 14: return (pick(["minItems", "maxItems"]), .integer(Int64(number(0..<4))))
        case 15: return ("uniqueItems", .bool(chance(80)))
        case 16: return (pick(["minProperties", "maxProperties"]), .integer(Int64(number(0..<4))))
        case 17: return ("required", nameList())
        default: return ("dependentRequired", .object([pick(Self.names): nameList()]))
        }
    }

    private mutating func keyword(_ depth: Int) -> (String, JSONValue) {
        switch number(0..<26) {
        case 0: return ("allOf", schemas(depth))
        case 1, 2: return ("anyOf", schemas(depth))
        case 3: return ("oneOf", schemas(depth))
        case 4: return ("not", schema(depth: depth - 1))
        case 5: return ("if", schema(depth: depth - 1))
        case 6: return ("then", schema(depth: depth - 1))
        case 7: return ("else", schema(depth: depth - 1))
        case 8: return ("dependentSchemas", schemaMap(Self.names, depth))
        case 9: return ("prefixItems", schemas(depth))
        case 10: return ("items", schema(depth: depth - 1))
        case 11: return ("contains", schema(depth: depth - 1))
        case 12: return (pick(["minContains", "maxContains"]), .integer(Int64(number(0..<3))))
        case 13, 14, 15: return ("properties", schemaMap(Self.names, depth))
        case 16: return ("patternProperties", schemaMap(Self.patterns, depth))
        case 17: return ("additionalProperties", schema(depth: depth - 1))
        case 18: return ("propertyNames", schema(depth: depth - 1))
        case 19, 20: return ("unevaluatedProperties", schema(depth: depth - 1))
        case 21: return ("unevaluatedItems", schema(depth: depth - 1))
        case 22: return ("$ref", .string(pick(["#/$defs/d", "#/$defs/e", "#", "https://example.org/e"])))
        case 23: return ("$dynamicRef", .string("#dyn"))
        default: return assertion()
        }
    }
}
