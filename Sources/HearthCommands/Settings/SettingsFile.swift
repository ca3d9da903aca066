import HearthCore
import OrderedCollections
import Yams

/// `hearth.yaml`: one flat mapping of names to values.
enum SettingsFile {
    struct Entry: Sendable, Hashable {
        var name: String
        /// Lists are joined by commas, as the environment writes them.
        var text: String
        var line: Int
        /// Whether it holds mappings, written as YAML in `text`.
        var isNested = false
    }

    /// Entries in the order of the file, and what is wrong with those that are not entries. None of both when there is no
    /// file.
    static func read(_ path: String) throws(HearthError) -> (entries: [Entry], problems: [HearthError.Field]) {
        guard let bytes = try LocalFile.bytesIfPresent(path, limit: 1 << 20) else { return ([], []) }
        do {
            return try parse(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw HearthError(
                .settingsInvalid, "\(path) is not YAML: \(error)",
                hint: "Write one setting per line, as in `port: 8000`.")
        }
    }

    static func parse(_ text: String) throws -> (entries: [Entry], problems: [HearthError.Field]) {
        guard let root = try Yams.compose(yaml: text) else { return ([], []) }
        if case .scalar(let scalar) = root, scalar.string.isEmpty { return ([], []) }
        guard case .mapping(let mapping) = root else {
            let field = HearthError.Field(pointer: Settings.fileName, message: "is not a mapping of names to values")
            return ([], [field])
        }
        var entries: [Entry] = []
        var problems: [HearthError.Field] = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            let line = key.mark?.line ?? 0
            switch value {
            case .scalar(let scalar):
                // `port:` and `port: ~` say nothing.
                if value.null == nil || scalar.style != .plain {
                    entries.append(Entry(name: name, text: scalar.string, line: line))
                }
            case .sequence(let sequence) where sequence.allSatisfy({ $0.scalar != nil }):
                let items = sequence.compactMap { $0.scalar?.string }
                entries.append(Entry(name: name, text: items.joined(separator: ","), line: line))
            default:
                entries.append(
                    Entry(name: name, text: try Yams.serialize(node: value), line: line, isNested: true))
            }
        }
        return (entries, problems)
    }

    /// What a text in YAML, or JSON, means; nil: nothing.
    /// - Throws: what YAML is refused for, a value nested too deep among it.
    static func value(of text: String) throws -> JSONValue? {
        guard let root = try Yams.compose(yaml: text) else { return nil }
        let value = try value(of: root, depth: 0)
        return value.isNull || value.string == "" ? nil : value
    }

    private static let deepest = 8

    private static func value(of node: Node, depth: Int) throws -> JSONValue {
        guard depth < deepest else { throw UnusableValue(message: "is nested too deep") }
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain else { return .string(scalar.string) }
            if node.null != nil { return .null }
            if let value = node.bool { return .bool(value) }
            if let value = node.int { return .integer(Int64(value)) }
            if let value = node.float { return .real(value) }
            return .string(scalar.string)
        case .sequence(let sequence): return .array(try sequence.map { try value(of: $0, depth: depth + 1) })
        case .mapping(let mapping):
            var members: OrderedDictionary<String, JSONValue> = [:]
            for (key, node) in mapping {
                guard let name = key.string,
                    members.updateValue(try value(of: node, depth: depth + 1), forKey: name) == nil
                else { throw UnusableValue(message: "has a name twice, or one that is no text") }
            }
            return .object(members)
        default: throw UnusableValue(message: "uses a reference, which is not understood here")
        }
    }
}
