import HearthCore
import Yams

/// `hearth.yaml`: one flat mapping of names to values.
enum SettingsFile {
    struct Entry: Sendable, Hashable {
        var name: String
        /// Lists are joined by commas, as the environment writes them.
        var text: String
        var line: Int
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
                problems.append(
                    HearthError.Field(
                        pointer: "\(name) (line \(line))", message: "is neither a value nor a list of values"))
            }
        }
        return (entries, problems)
    }
}
