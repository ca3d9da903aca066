package import HearthCore
import OrderedCollections

/// How a stream's definition differs from the one that stored readings were written under.
package enum StreamEvolution: Sendable, Hashable {
    case unchanged
    /// Only optional fields were added; older readings have no value there.
    case addedFields([StreamDefinition.Field])

    /// - Throws: `.invalidStreamDefinition` with a pointer to every difference that stored readings could not follow.
    package init(from older: StreamDefinition, to newer: StreamDefinition) throws(HearthError) {
        var comparison = DefinitionComparison(older, newer)
        let added = comparison.run()
        if older.version != newer.version {
            throw HearthError(
                .invalidStreamDefinition,
                "The stream \(newer.name) is stored under version \(older.version), and there is no migration to "
                    + "version \(newer.version).",
                hint: DefinitionComparison.hint, fields: comparison.differences)
        }
        guard comparison.differences.isEmpty else {
            let what = comparison.differences.prefix(3).map { "\($0.pointer) \($0.message)" }.joined(separator: "; ")
            let rest = comparison.differences.count > 3 ? " and \(comparison.differences.count - 3) more" : ""
            throw HearthError(
                .invalidStreamDefinition,
                "The stream \(newer.name) cannot change like this within version \(newer.version): \(what)\(rest).",
                hint: DefinitionComparison.hint, fields: comparison.differences)
        }
        self = added.isEmpty ? .unchanged : .addedFields(added)
    }
}

/// Finds where an older and a newer definition of one stream judge readings in different ways.
private struct DefinitionComparison {
    static let hint =
        "Readings are stored under the older definition. Put it back, or give the changed one a new name and table."

    private let older: StreamDefinition
    private let newer: StreamDefinition
    private(set) var differences: [HearthError.Field] = []

    init(_ older: StreamDefinition, _ newer: StreamDefinition) {
        self.older = older
        self.newer = newer
    }

    private mutating func report(_ pointer: JSONPointer, _ message: String) {
        differences.append(HearthError.Field(pointer: pointer.text, message: message))
    }

    /// Returns the fields that were added.
    mutating func run() -> [StreamDefinition.Field] {
        compareBlocks()
        compareRoots()
        return compareFields()
    }

    private mutating func compareBlocks() {
        let block = JSONPointer("/x-hearth")
        if older.table != newer.table { report(block.appending("table"), "was \(older.table) and is \(newer.table)") }
        let fallbacks: [(key: String, value: JSONValue)] = [("dedupe", ["*"]), ("rate", "normal")]
        for fallback in fallbacks {
            let before = older.source["x-hearth"]?[fallback.key] ?? fallback.value
            let after = newer.source["x-hearth"]?[fallback.key] ?? fallback.value
            if before != after { report(block.appending(fallback.key), "was \(before.text) and is \(after.text)") }
        }
    }

    /// Keywords of the root that judge readings, fields apart.
    private mutating func compareRoots() {
        let before = Self.demands(of: older.source).object ?? [:]
        let after = Self.demands(of: newer.source).object ?? [:]
        for key in OrderedSet(before.keys).union(after.keys) where !["properties", "required", "$id"].contains(key) {
            if before[key] != after[key] { report(JSONPointer.root.appending(key), "was changed") }
        }
    }

    private mutating func compareFields() -> [StreamDefinition.Field] {
        let properties = JSONPointer("/properties")
        for (index, field) in older.fields.enumerated() {
            let place = properties.appending(field.name)
            guard let position = newer.fields.firstIndex(where: { $0.name == field.name }) else {
                report(place, "was removed")
                continue
            }
            let now = newer.fields[position]
            if position != index { report(place, "was moved; new fields come after all others") }
            if now.type != field.type {
                report(place, "was stored as \(field.type.rawValue) and is \(now.type.rawValue)")
            }
            if now.isRequired != field.isRequired {
                report(place, "became \(now.isRequired ? "required" : "optional")")
            }
            let before = Self.demands(of: older.source["properties"]?[field.name] ?? true)
            let after = Self.demands(of: newer.source["properties"]?[field.name] ?? true)
            if now.type == field.type, before != after, !Self.admitsMore(before, after) {
                report(place, "allows other values than before")
            }
        }
        let known = Set(older.fields.map(\.name))
        let added = newer.fields.filter { !known.contains($0.name) }
        for field in added where field.isRequired {
            report(properties.appending(field.name), "is new and required; older readings lack it")
        }
        return added
    }

    /// Whether the newer demands differ in nothing but further values of `enum`: every stored value is still one of them.
    private static func admitsMore(_ older: JSONValue, _ newer: JSONValue) -> Bool {
        guard case .object(var before) = older, case .object(var after) = newer,
            let known = before.removeValue(forKey: "enum")?.array, let now = after.removeValue(forKey: "enum")?.array
        else { return false }
        return before == after && known.allSatisfy(now.contains)
    }

    /// A schema without what only describes: the rest decides which readings are valid.
    private static func demands(of schema: JSONValue) -> JSONValue {
        guard case .object(let members) = schema else { return schema }
        var kept = OrderedDictionary<String, JSONValue>()
        for (key, value) in members where !descriptive.contains(key) && !key.hasPrefix("x-") {
            if SchemaPlaces.single.contains(key) {
                kept[key] = demands(of: value)
            } else if SchemaPlaces.list.contains(key), case .array(let schemas) = value {
                kept[key] = .array(schemas.map(demands))
            } else if SchemaPlaces.map.contains(key), case .object(let schemas) = value {
                kept[key] = .object(schemas.mapValues(demands))
            } else {
                kept[key] = value
            }
        }
        kept.sort { $0.key < $1.key }
        return .object(kept)
    }

    private static let descriptive: Set<String> = [
        "$schema", "$comment", "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples",
    ]
}
