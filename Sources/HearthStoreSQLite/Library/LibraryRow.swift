import Foundation
import GRDB
import HearthCore
import HearthStore

/// Between records of the library and rows of its tables.
enum LibraryRow {
    /// Columns of `documents d JOIN versions v` that make a head.
    static let head = """
        d.id, d.source, d.key, d.version, d.timestamp, d.passages, v.kind, v.title, v.language, v.url, v.blob,
        v.stream, v.record, v.device, v.received, v.metadata, v.summary
        """
    /// How many those are.
    private static let headWidth: Int32 = 17
    static let joined = "documents d JOIN versions v ON v.document = d.number AND v.version = d.version"
    /// Columns of a passage, apart from its document's.
    static let passage = """
        p.number, p.id, p.version, p.position, p.start, p.spoken_from, p.spoken_to, p.text
        """

    static func json(_ text: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw HearthError(
                .storageFailed, "A JSON value in the library cannot be read.", disposition: .defect, cause: error)
        }
    }

    static func kind(_ text: String) throws -> DocumentKind {
        guard let kind = DocumentKind(rawValue: text) else {
            throw HearthError(
                .storageFailed, "The library holds a document of the unknown kind “\(text)”.",
                hint: "A newer Hearth wrote it; run that one.", disposition: .defect)
        }
        return kind
    }

    static func record(_ row: Row) throws -> RecordID? {
        let record: Data? = row["record"]
        return try record.flatMap { RecordID(try CatalogueRow.id($0)) }
    }

    static func source(_ row: Row) throws -> DocumentSource {
        let device: Data? = row["device"]
        return DocumentSource(
            name: row["source"], key: row["key"], url: row["url"], blob: row["blob"], stream: row["stream"],
            record: try record(row), device: try device.map(CatalogueRow.id))
    }

    /// From a row that begins with the columns `head`.
    static func head(_ row: RawStatement) throws -> DocumentHead {
        let source = DocumentSource(
            name: row.string(1), key: row.string(2), url: row.optionalString(9), blob: row.optionalString(10),
            stream: row.optionalString(11), record: row.isNull(12) ? nil : RecordID(try row.id(12)),
            device: row.isNull(13) ? nil : try row.id(13))
        return DocumentHead(
            id: try row.id(0), kind: try kind(row.string(6)), title: row.string(7), language: row.optionalString(8),
            source: source, timestamp: Timestamp(microseconds: row.int64(4)),
            received: Timestamp(microseconds: row.int64(14)), version: row.int(3), passages: row.int(5),
            metadata: try json(row.string(15)), summary: row.string(16))
    }

    /// From a row of `documents d JOIN versions v` with all columns of v.
    static func document(_ row: Row, person: UniqueID) throws -> Document {
        Document(
            id: try CatalogueRow.id(row["id"]), person: person, kind: try kind(row["kind"]), title: row["title"],
            text: try text(row["text"]), language: row["language"], source: try source(row),
            timestamp: Timestamp(microseconds: row["timestamp"]), received: Timestamp(microseconds: row["received"]),
            version: row["version"], fingerprint: Array(row["fingerprint"] as Data),
            metadata: try json(row["metadata"]), links: try strings(row["links"]))
    }

    /// From a row with the columns `passage` from `first` on.
    static func passage(_ row: RawStatement, from first: Int32 = 0, document: UniqueID) throws -> Passage {
        var spoken: ClosedRange<Double>?
        if !row.isNull(first + 5), !row.isNull(first + 6) {
            let start = row.double(first + 5)
            spoken = start...max(start, row.double(first + 6))
        }
        return Passage(
            id: try row.id(first + 1), number: row.int64(first), document: document, version: row.int(first + 2),
            index: row.int(first + 3), offset: row.int(first + 4), text: row.string(first + 7), spoken: spoken)
    }

    /// From a row with the columns `head`, then `passage`.
    static func found(_ row: RawStatement) throws -> FoundPassage {
        let head = try head(row)
        return FoundPassage(passage: try passage(row, from: headWidth, document: head.id), document: head)
    }

    // MARK: Values

    static func strings(_ text: String) throws -> [String] { try json(text).array?.compactMap(\.string) ?? [] }

    static func text(of strings: [String]) -> String { JSONValue.array(strings.map(JSONValue.string)).text }

    static func compressed(_ text: String) throws -> Data {
        var writer = ByteWriter()
        try Zstandard.write(Array(text.utf8), to: &writer)
        return Data(writer.bytes)
    }

    static func text(_ data: Data) throws -> String {
        do {
            return try data.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return String(
                    decoding: try Zstandard.read(&reader, limit: LibraryLimits.documentBytes), as: UTF8.self)
            }
        } catch let damage as ChunkDamage {
            throw HearthError(
                .storageFailed, "The text of a document cannot be read: \(damage.description).",
                hint: "Restore the last backup of library.db.", disposition: .defect)
        }
    }

    static func embedding(_ data: Data) -> [Float] {
        data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    static func data(_ embedding: [Float]) -> Data {
        var data = Data(capacity: embedding.count * 4)
        for value in embedding {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        return data
    }
}
