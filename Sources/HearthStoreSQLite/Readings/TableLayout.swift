import GRDB
import HearthCore
import HearthSchema
import HearthStore

/// How one stream lies in the database.
struct TableLayout: Sendable {
    let stream: Int64
    let generation: Int64
    let definition: StreamDefinition

    var name: String { definition.name }
    /// Quoted for SQL.
    var table: String { "\"\(definition.table)\"" }
    var columnCount: Int { definition.columnCount }

    /// The columns that every stream's table begins with.
    static let headColumns = ["seq", "person", "device", "ts", "digest", "received", "flags"]

    /// The SQL name of a column of the definition, quoted.
    static func column(_ index: Int, of definition: StreamDefinition) -> String {
        index < definition.fields.count ? "\"\(definition.fields[index].name)\"" : "\"extra\""
    }

    static func sqlType(_ type: StreamDefinition.FieldType) -> String {
        switch type {
        case .integer, .boolean: "INTEGER"
        case .real: "REAL"
        case .text, .json: "TEXT"
        }
    }

    /// Two trees that mostly grow at their ends: rows in order of commit, and the index that finds them by device and
    /// time and refuses duplicates.
    static func creation(of definition: StreamDefinition) -> String {
        var lines = [
            "seq INTEGER PRIMARY KEY, -- order of commit, never used twice",
            "person INTEGER NOT NULL, -- hearth_people.id",
            "device INTEGER NOT NULL, -- hearth_devices.id",
            "ts INTEGER NOT NULL, -- when it was measured, microseconds since 1970",
            "digest INTEGER NOT NULL, -- 62 bits of the reading's identity",
            "received INTEGER NOT NULL, -- when it came in, microseconds since 1970",
            "flags INTEGER NOT NULL, -- 1 clock skew, 2 late, 4 named by the client",
        ]
        for (index, field) in definition.fields.enumerated() {
            let description = definition.source["properties"]?[field.name]?["description"]?.string ?? ""
            let isLast = index == definition.fields.count - 1 && !definition.allowsExtra
            // No NOT NULL: a later definition may make a field optional, and admission has judged the value already.
            lines.append(
                "\(column(index, of: definition)) \(sqlType(field.type))\(isLast ? "" : ",")\(comment(description))")
        }
        if definition.allowsExtra { lines.append("\"extra\" TEXT -- what else the client sent, a JSON object") }
        return """
            CREATE TABLE "\(definition.table)" ( --\(comment(definition.title).dropFirst(3))
                \(lines.joined(separator: "\n    "))
            ) STRICT;
            CREATE UNIQUE INDEX "\(definition.table)__identity" ON "\(definition.table)" (device, ts, digest);
            """
    }

    /// A description as the end of a line of SQL.
    private static func comment(_ text: String) -> String {
        let line = String(text.map { $0.isNewline || $0 == "\0" ? " " : $0 })
        return line.isEmpty ? "" : " -- \(line)"
    }

    static func indexName(_ field: StreamDefinition.Field, of definition: StreamDefinition) -> String {
        "\(definition.table)__by_\(field.name)"
    }
}
