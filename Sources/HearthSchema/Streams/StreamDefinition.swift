package import HearthCore
import OrderedCollections

/// A stream, as its definition file says: one JSON Schema with an `x-hearth` block is the only source of what is
/// accepted, how it is stored, how long it is kept and how it is described to programs.
package final class StreamDefinition: Sendable {
    /// How a field is stored.
    package enum FieldType: String, Sendable {
        case integer, real, boolean, text
        /// Objects, arrays and fields of several types, as canonical JSON text.
        case json
    }

    package struct Field: Sendable, Hashable {
        package let name: String
        package let type: FieldType
        package let isRequired: Bool
        /// Identifies a person or a place by itself: stored as a token, its value lies in the vault.
        package let isPrivate: Bool
        /// Private, and equal values of a person have equal tokens.
        package let isJoined: Bool
        package let isIndexed: Bool
    }

    /// How a reading's own time is judged against ours.
    package struct TimePolicy: Sendable, Hashable {
        /// Readings before it are refused: a device whose clock was never set says 1970.
        package let oldest: Timestamp
        /// Readings further ahead are refused.
        package let future: Duration
        /// Readings further ahead are flagged `clock_skew`.
        package let skew: Duration
        /// Readings further back are flagged `late`.
        package let late: Duration
    }

    package let name: String
    package let version: Int
    package let table: String
    /// Other names under which clients may send it.
    package let aliases: [String]
    /// The endpoint of its own, if it has one.
    package let path: String?
    package let deviceKinds: [String]
    package let title: String
    package let summary: String
    /// nil: kept for ever.
    package let retention: Duration?
    /// Closed chunks are compressed by column.
    package let isHighRate: Bool
    /// Payload fields in file order: column i of a batch is `fields[i]`.
    package let fields: [Field]
    /// Unknown members are kept, in one more text column after the fields.
    package let allowsExtra: Bool
    /// Columns that, with device and timestamp, make a reading this reading.
    package let identity: [Int]
    package let time: TimePolicy
    /// The whole schema as served: payload and envelope.
    package let document: JSONValue
    /// The definition file as it was read: stores keep it to compare with the next one.
    package let source: JSONValue
    /// A payload that is valid, for documentation and tests.
    package let example: JSONValue
    /// Validates items with or without envelope members; the envelope itself is judged by admission.
    package let schema: CompiledSchema

    /// Columns whose values are stored as tokens.
    package let privateColumns: [Int]

    /// The text field `blob`: rows name a file of the blob store in it.
    package let blobColumn: Int?

    private let fieldTable: NameTable

    /// Cells per row: the fields, then `extra` where allowed.
    package var columnCount: Int { fields.count + (allowsExtra ? 1 : 0) }

    package func fieldIndex(utf8 name: UnsafeBufferPointer<UInt8>) -> Int? { fieldTable[name] }

    package func fieldIndex(_ name: String) -> Int? {
        var name = name
        return name.withUTF8 { fieldTable[$0] }
    }

    /// - Parameters:
    ///   - file: What to call the source in errors.
    ///   - isStored: Readings were stored under it, when there were fewer rules about private fields.
    /// - Throws: `.invalidStreamDefinition` with a pointer to each thing that is wrong.
    package init(_ source: JSONValue, file: String, isStored: Bool = false) throws(HearthError) {
        var reader = DefinitionReader(source, file: file, isStored: isStored)
        self.source = source
        name = reader.identifier("stream")
        table = reader.identifier("table")
        version = reader.integer("version", default: 1, in: 1...1_000_000)
        aliases = reader.aliases()
        path = reader.path()
        deviceKinds = reader.strings("device_kinds")
        title = source["title"]?.string ?? name
        summary = source["description"]?.string ?? ""
        retention = reader.retention()
        isHighRate = reader.choice("rate", of: ["normal", "high"], default: "normal") == "high"
        allowsExtra = source["additionalProperties"]?.bool != false && source["unevaluatedProperties"]?.bool != false
        fields = reader.fields()
        identity = reader.identity(fields, allowsExtra: allowsExtra)
        time = reader.timePolicy()
        let payload = reader.example()
        example = payload ?? .object([:])
        document = reader.servedDocument(name)
        let validating = reader.validatingDocument()
        reader.rejectUnknownKeys()
        try reader.check()
        fieldTable = NameTable(fields.map(\.name))
        privateColumns = fields.enumerated().filter(\.element.isPrivate).map(\.offset)
        blobColumn = fields.firstIndex { $0.name == "blob" && $0.type == .text }
        do {
            schema = try CompiledSchema(streamSchema: validating)
        } catch {
            throw HearthError(
                .invalidStreamDefinition, "\(file) is not a valid stream definition: \(error.message)",
                hint: "See docs/reference/stream-definitions.md.", fields: error.fields, cause: error)
        }
        if payload != JSONValue?.none { try checkExample(file: file) }
    }

    /// What documentation shows must be true.
    private func checkExample(file: String) throws(HearthError) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(example)
        } catch {
            throw HearthError(error, in: "The example of \(file)", pointer: "/x-hearth/example")
        }
        let faults = document.withRoot { schema.errors(of: $0, limit: 10) }
        guard let first = faults.first else { return }
        throw HearthError(
            .invalidStreamDefinition, "\(file) is not a valid stream definition: its example is not valid: \(first).",
            hint: "See docs/reference/stream-definitions.md.",
            fields: faults.map {
                HearthError.Field(pointer: "/x-hearth/example" + $0.instanceLocation.text, message: $0.message)
            })
    }
}

extension ErrorCode {
    /// A stream definition file cannot be used.
    package static let invalidStreamDefinition = ErrorCode("invalid-stream-definition")
}
