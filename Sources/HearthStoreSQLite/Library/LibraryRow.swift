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
    static let joined = "documents d JOIN versions v ON v.document = d.number AND v.version = d.version"
    /// Columns of a passage, apart from its document's.
    static let passage = """
        p.number AS number, p.id AS passage_id, p.version AS passage_version, p.position, p.start, p.spoken_from,
        p.spoken_to, p.text AS passage_text
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

    static func head(_ row: Row) throws -> DocumentHead {
        DocumentHead(
            id: try CatalogueRow.id(row["id"]), kind: try kind(row["kind"]), title: row["title"],
            language: row["language"], source: try source(row), timestamp: Timestamp(microseconds: row["timestamp"]),
            received: Timestamp(microseconds: row["received"]), version: row["version"], passages: row["passages"],
            metadata: try json(row["metadata"]), summary: row["summary"])
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

    static func passage(_ row: Row, document: UniqueID) throws -> Passage {
        let from: Double? = row["spoken_from"]
        let to: Double? = row["spoken_to"]
        return Passage(
            id: try CatalogueRow.id(row["passage_id"]), number: row["number"], document: document,
            version: row["passage_version"], index: row["position"], offset: row["start"], text: row["passage_text"],
            spoken: from.flatMap { from in to.map { from...max(from, $0) } })
    }

    static func found(_ row: Row) throws -> FoundPassage {
        let head = try head(row)
        return FoundPassage(passage: try passage(row, document: head.id), document: head)
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
