import ArgumentParser
import HearthCore

/// How a file of readings is written.
enum ItemFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// One array of readings, one object, or values one after the other.
    case json
    /// One JSON value per line.
    case ndjson
    /// MessagePack values one after the other.
    case msgpack

    /// What a file's name says; nil when it says nothing.
    static func of(fileName: String) -> ItemFormat? {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        switch fileName[fileName.index(after: dot)...].lowercased() {
        case "json": return .json
        case "ndjson", "jsonl", "jsonlines": return .ndjson
        case "msgpack", "mpk", "mp": return .msgpack
        default: return nil
        }
    }
}

/// One reading of the input, as JSON text.
struct SendItem: Sendable {
    var json: [UInt8]
    /// Line of the text it begins at, or its number in a binary file; counted from one.
    var place: Int
    /// What the object around it says for all of its readings.
    var device: String?
    var stream: String?
}

/// Something of the input that was not stored, and why.
struct RefusedItem: Sendable {
    var place: Int
    var problems: [HearthError.Field]
    /// The item as it was read; empty when it could not be told apart from what follows.
    var json: [UInt8]
}
