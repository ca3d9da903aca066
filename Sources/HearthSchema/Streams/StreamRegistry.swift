import Foundation
package import HearthCore
import OrderedCollections

/// All streams that this Hearth knows, found by name, table or alias.
package struct StreamRegistry: Sendable {
    /// In order of name.
    package let all: [StreamDefinition]
    private let numbers: [Int]
    private let table: NameTable

    /// - Throws: `.invalidStreamDefinition` when two streams share a name, a table, an alias or a path.
    package init(_ definitions: [StreamDefinition]) throws(HearthError) {
        all = definitions.sorted { $0.name < $1.name }
        var names: [String] = []
        var numbers: [Int] = []
        var owners: [String: String] = [:]
        for (number, stream) in all.enumerated() {
            for name in Set([stream.name, stream.table] + stream.aliases) {
                if let owner = owners.updateValue(stream.name, forKey: name) {
                    throw Self.clash(name, owner, stream.name)
                }
                names.append(name)
                numbers.append(number)
            }
            if let path = stream.path, let owner = owners.updateValue(stream.name, forKey: path) {
                throw Self.clash(path, owner, stream.name)
            }
        }
        self.numbers = numbers
        table = NameTable(names)
    }

    private static func clash(_ name: String, _ first: String, _ second: String) -> HearthError {
        HearthError(
            .invalidStreamDefinition, "The streams \(first) and \(second) both claim \(name).",
            hint: "Give one of them another stream name, table, alias or path.")
    }

    package subscript(name: String) -> StreamDefinition? {
        var name = name
        return name.withUTF8 { named(utf8: $0) }
    }

    package func named(utf8 name: UnsafeBufferPointer<UInt8>) -> StreamDefinition? {
        table[name].map { all[numbers[$0]] }
    }

    // MARK: Files

    /// The definitions that ship with Hearth.
    package static func shipped() throws(HearthError) -> [StreamDefinition] {
        try load(directory: Resources.directory() + "/streams")
    }

    /// Reads every `*.json` of a directory; one that does not exist has none.
    package static func load(directory: String) throws(HearthError) -> [StreamDefinition] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw HearthError(
                .invalidStreamDefinition, "The folder \(directory) cannot be read.",
                hint: "Make it readable for the user that runs Hearth.", cause: error)
        }
        var definitions: [StreamDefinition] = []
        for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = directory + "/" + name
            let source: JSONValue
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                source = try JSONValue(parsing: Array(data), options: .strict)
            } catch {
                throw HearthError(
                    .invalidStreamDefinition, "\(path) cannot be read: \(error).", hint: "Mend or remove the file.",
                    cause: error)
            }
            let definition = try StreamDefinition(source, file: path)
            for key in ["version", "example"] where source["x-hearth"]?.object?.keys.contains(key) != true {
                throw HearthError(
                    .invalidStreamDefinition, "\(path) is not a valid stream definition: it lacks \(key).",
                    hint: "See docs/reference/stream-definitions.md.",
                    fields: [.init(pointer: "/x-hearth/\(key)", message: "is required in a file")])
            }
            guard name == definition.name + ".json" else {
                throw HearthError(
                    .invalidStreamDefinition,
                    "\(path) defines the stream \(definition.name), which its name does not say.",
                    hint: "Call the file \(definition.name).json.",
                    fields: [.init(pointer: "/x-hearth/stream", message: "must be the file's name without .json")])
            }
            definitions.append(definition)
        }
        return definitions
    }
}
