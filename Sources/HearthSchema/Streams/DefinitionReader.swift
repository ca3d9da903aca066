import HearthCore
import OrderedCollections

/// Reads the parts of a stream definition file and gathers everything that is wrong with it, so that its author hears
/// of all of it at once.
struct DefinitionReader {
    private let source: JSONValue
    private let file: String
    let block: JSONValue
    private let isStored: Bool
    private var problems: [HearthError.Field] = []

    init(_ source: JSONValue, file: String, isStored: Bool) {
        self.isStored = isStored
        self.source = source
        self.file = file
        block = source["x-hearth"] ?? .object([:])
        if source["x-hearth"]?.object == nil {
            problems.append(.init(pointer: "/x-hearth", message: "is required: the block that makes a schema a stream"))
        }
        if source["type"]?.string != "object" {
            problems.append(.init(pointer: "/type", message: "must be \"object\""))
        }
    }

    private mutating func report(_ key: String, _ message: String) {
        problems.append(.init(pointer: "/x-hearth/\(key)", message: message))
    }

    func check() throws(HearthError) {
        guard let first = problems.first else { return }
        throw HearthError(
            .invalidStreamDefinition,
            "\(file) is not a valid stream definition: \(first.pointer) \(first.message).",
            hint: "See docs/reference/stream-definitions.md.", fields: problems)
    }

    // MARK: Simple keys

    static let knownKeys: Set<String> = [
        "stream", "version", "table", "aliases", "path", "device_kinds", "retention", "rate", "private", "joined",
        "personal", "dedupe", "indexed", "time", "example",
    ]

    mutating func rejectUnknownKeys() {
        for key in block.object?.keys ?? [] where !Self.knownKeys.contains(key) {
            report(key, "is not a key of x-hearth")
        }
    }

    /// A name that is safe wherever names go: lower case, digits and underscores.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") else { return false }
        return text.utf8.count <= 63
            && text.utf8.allSatisfy {
                $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
                    || $0 == UInt8(ascii: "_")
            }
    }

    mutating func identifier(_ key: String) -> String {
        guard let text = block[key]?.string else {
            report(key, "is required")
            return ""
        }
        if !Self.isIdentifier(text) {
            report(key, "must be made of a-z, 0-9 and _, begin with a letter and be at most 63 long")
        }
        return text
    }

    mutating func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let value = block[key] else { return fallback }
        guard let integer = value.int64, range.contains(Int(integer)) else {
            report(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return Int(integer)
    }

    mutating func strings(_ key: String) -> [String] {
        guard let value = block[key] else { return [] }
        guard let strings = value.array?.map(\.string), !strings.contains(nil) else {
            report(key, "must be a list of strings")
            return []
        }
        return strings.compactMap { $0 }
    }

    /// Other names under which the stream is known, as safe as its own.
    mutating func aliases() -> [String] {
        let names = strings("aliases")
        for (index, name) in names.enumerated() where !Self.isIdentifier(name) {
            report("aliases/\(index)", "must be made of a-z, 0-9 and _, begin with a letter and be at most 63 long")
        }
        return names
    }

    mutating func path() -> String? {
        guard let value = block["path"], value != JSONValue.null else { return nil }
        guard let path = value.string, path.hasPrefix("/"), path.count > 1,
            path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ segment in
                !segment.isEmpty
                    && segment.utf8.allSatisfy {
                        $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")
                            || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "-")
                            || $0 == UInt8(ascii: "_")
                    }
            })
        else {
            report("path", "must be null or a path such as /sensor/humidity: a-z, 0-9, - and _ between slashes")
            return nil
        }
        return path
    }

    /// A payload for documentation, which the caller holds against the schema.
    mutating func example() -> JSONValue? {
        guard let example = block["example"] else { return nil }
        if example.object == nil { report("example", "must be a payload, an object") }
        return example
    }

    mutating func choice(_ key: String, of choices: [String], default fallback: String) -> String {
        guard let value = block[key] else { return fallback }
        guard let text = value.string, choices.contains(text) else {
            report(key, "must be one of \(choices.joined(separator: ", "))")
            return fallback
        }
        return text
    }

    mutating func retention() -> Duration? {
        let days = ["7d": 7, "30d": 30, "90d": 90, "365d": 365]
        let text = choice("retention", of: ["7d", "30d", "90d", "365d", "forever"], default: "30d")
        return days[text].map { .seconds($0 * 86_400) }
    }

    mutating func timePolicy() -> StreamDefinition.TimePolicy {
        let time = block["time"] ?? .object([:])
        for key in time.object?.keys ?? []
        where !["oldest", "future_seconds", "skew_seconds", "late_seconds"].contains(key) {
            report("time/\(key)", "is not a key of time")
        }
        func seconds(_ key: String, _ fallback: Int64, _ report: (String) -> Void) -> Duration {
            guard let value = time[key] else { return .seconds(fallback) }
            guard let seconds = value.int64, seconds >= 0, seconds <= 1 << 40 else {
                report("must be a count of seconds, not negative")
                return .seconds(fallback)
            }
            return .seconds(seconds)
        }
        var oldest = Timestamp(microseconds: 946_684_800_000_000)
        if let text = time["oldest"] {
            if let parsed = text.string.flatMap({ Timestamp($0) }) {
                oldest = parsed
            } else {
                report("time/oldest", "must be an RFC 3339 time")
            }
        }
        let future = seconds("future_seconds", 86_400) { report("time/future_seconds", $0) }
        let skew = seconds("skew_seconds", min(300, future.components.seconds)) { report("time/skew_seconds", $0) }
        if skew > future { report("time/skew_seconds", "must be at most future_seconds") }
        return StreamDefinition.TimePolicy(
            oldest: oldest, future: future, skew: skew,
            late: seconds("late_seconds", 604_800) { report("time/late_seconds", $0) })
    }

    // MARK: Fields

    /// Names of columns and members that every reading has.
    static let reservedNames: Set<String> = [
        "id", "device_id", "timestamp", "seq", "person", "device", "ts", "digest", "received", "received_at", "flags",
        "extra", "duplicate",
    ]

    mutating func fields() -> [StreamDefinition.Field] {
        let required = Set(source["required"]?.array?.compactMap(\.string) ?? [])
        let hidden = Set(strings("private"))
        let joined = Set(strings("joined"))
        let indexed = Set(strings("indexed"))
        let personal = Set(strings("personal"))
        guard let properties = source["properties"]?.object, !properties.isEmpty else {
            problems.append(.init(pointer: "/properties", message: "is required: a stream has at least one field"))
            return []
        }
        for name in required.union(hidden).union(joined).union(indexed).union(personal) where properties[name] == nil {
            problems.append(.init(pointer: "/properties/\(name)", message: "is named but not defined"))
        }
        checkPrivacy(properties, hidden: hidden, joined: joined, indexed: indexed, personal: personal)
        return properties.map { name, schema in
            if !Self.isIdentifier(name) || Self.reservedNames.contains(name) {
                problems.append(
                    .init(
                        pointer: JSONPointer("/properties").appending(name).text,
                        message: "cannot be a field's name: lower-case letters, digits and _, and not reserved"))
            }
            return StreamDefinition.Field(
                name: name, type: Self.type(of: schema), isRequired: required.contains(name),
                isPrivate: hidden.contains(name), isJoined: joined.contains(name), isIndexed: indexed.contains(name))
        }
    }

    /// What a token can stand in for: see `docs/decisions/0025-vault.md`.
    private mutating func checkPrivacy(
        _ properties: OrderedDictionary<String, JSONValue>, hidden: Set<String>, joined: Set<String>,
        indexed: Set<String>, personal: Set<String>
    ) {
        if isStored { return }
        for name in joined.subtracting(hidden).sorted() {
            report("joined", "names \(name), which is not private")
        }
        for name in personal.intersection(hidden).sorted() {
            report("personal", "names \(name), which is private")
        }
        for name in hidden.sorted() {
            guard let schema = properties[name] else { continue }
            if Self.type(of: schema) == .boolean {
                report("private", "names \(name), a boolean: a token for one of two values hides nothing")
            }
            if name == "blob" { report("private", "names blob, which finds the file of a reading") }
            if indexed.contains(name), !joined.contains(name) {
                report("private", "names \(name), which is indexed: only the tokens of a joined field can be found")
            }
        }
    }

    /// The one type beside null, else JSON.
    static func type(of schema: JSONValue) -> StreamDefinition.FieldType {
        var names: [String] = []
        switch schema["type"] {
        case .string(let name): names = [name]
        case .array(let types): names = types.compactMap(\.string).filter { $0 != "null" }
        default: break
        }
        guard names.count == 1 else { return .json }
        switch names[0] {
        case "integer": return .integer
        case "number": return .real
        case "boolean": return .boolean
        case "string": return .text
        default: return .json
        }
    }

    mutating func identity(_ fields: [StreamDefinition.Field], allowsExtra: Bool) -> [Int] {
        let names = strings("dedupe")
        if names.isEmpty || names == ["*"] {
            return Array(0..<fields.count + (allowsExtra ? 1 : 0))
        }
        return names.compactMap { name in
            guard let index = fields.firstIndex(where: { $0.name == name }) else {
                report("dedupe", "names \(name), which is no field")
                return nil
            }
            return index
        }
    }

    // MARK: Documents

    /// A null member says that the client has no value, as many serialisers write it; only required fields refuse it.
    private func nullable(_ schema: JSONValue) -> JSONValue {
        guard var members = schema.object, let type = members["type"]?.string, type != "null" else { return schema }
        members["type"] = [.string(type), "null"]
        if let choices = members["enum"]?.array, !choices.contains(.null) {
            members["enum"] = .array(choices + [.null])
        }
        return .object(members)
    }

    private var propertiesWithNulls: OrderedDictionary<String, JSONValue> {
        let required = Set(source["required"]?.array?.compactMap(\.string) ?? [])
        var properties = source["properties"]?.object ?? [:]
        for (name, schema) in properties where !required.contains(name) { properties[name] = nullable(schema) }
        return properties
    }

    /// The payload's schema, which lets envelope members pass unseen.
    func validatingDocument() -> JSONValue {
        guard var members = source.object else { return source }
        var properties = propertiesWithNulls
        for name in ["id", "device_id", "timestamp", "stream", "type", "seq"] where properties[name] == nil {
            properties[name] = true
        }
        members["properties"] = .object(properties)
        members["x-hearth"] = nil
        return .object(members)
    }

    /// The schema of a whole reading, as `GET /schemas/{name}` shows it.
    func servedDocument(_ name: String) -> JSONValue {
        guard var members = source.object else { return source }
        var properties: OrderedDictionary<String, JSONValue> = [
            "id": [
                "type": "string", "minLength": 1, "maxLength": 200,
                "description": "The client's own name for the reading: the same name is the same reading.",
            ],
            "device_id": ["type": "string", "format": "uuid", "description": "The device that took the reading."],
            "timestamp": [
                "description": "When the reading was taken: RFC 3339 with an offset, or epoch seconds or milliseconds.",
                "anyOf": [["type": "string", "format": "date-time"], ["type": "number"]],
            ],
        ]
        properties.merge(propertiesWithNulls) { _, payload in payload }
        members["properties"] = .object(properties)
        let required = source["required"]?.array ?? []
        members["required"] = .array(["device_id", "timestamp"] + required)
        return .object(members)
    }
}
