import HearthCore
import HearthSchema
import HearthStore

/// How one stream lies in the database: a table in partitions by time.
struct StreamTable: Sendable {
    let stream: Int32
    let definition: StreamDefinition
    /// Microseconds of time in each partition.
    let period: Int64

    var name: String { definition.name }
    /// Quoted for SQL.
    var table: String { Self.quoted(definition.table) }

    /// The columns that every stream's table begins with.
    static let headColumns = ["seq", "person_id", "device_id", "ts", "digest", "received", "flags"]

    /// A day of a sensor that writes many rows a second, 30 days of anything else: so that a household of years has
    /// hundreds of partitions, not thousands.
    static func period(of definition: StreamDefinition) -> Int64 {
        (definition.isHighRate ? 1 : 30) * 86_400_000_000
    }

    func periodStart(_ time: Int64) -> Int64 { Self.periodStart(time, period) }

    static func periodStart(_ time: Int64, _ period: Int64) -> Int64 { time.floorDivided(by: period) * period }

    static func quoted(_ name: String) -> String { "\"\(name)\"" }

    /// A name made of a table's and something behind it. PostgreSQL keeps 63 bytes of a name, so of longer ones a hash stands
    /// for what is cut.
    static func joined(_ table: String, _ suffix: String) -> String {
        let name = table + suffix
        guard name.utf8.count > 63 else { return name }
        // FNV-1a, 64 bits.
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return "\(table.prefix(40))_\(String(hash, radix: 36))"
    }

    /// The partition that begins at `start`, named by its first day.
    static func partition(of table: String, from start: Int64) -> String {
        let date = CivilDate(daysSince1970: Int(start.floorDivided(by: 86_400_000_000)))
        let year = date.year < 0 ? "m\(-date.year)" : String(date.year)
        let digits = [date.month, date.day].map { ($0 < 10 ? "0" : "") + String($0) }
        return joined(table, "__p\(year)\(digits.joined())")
    }

    /// The SQL name of a column of a definition, quoted.
    static func column(_ index: Int, of definition: StreamDefinition) -> String {
        quoted(index < definition.fields.count ? definition.fields[index].name : "extra")
    }

    static func sqlType(_ type: StreamDefinition.FieldType) -> String {
        switch type {
        case .integer: "bigint"
        case .boolean: "boolean"
        case .real: "double precision"
        case .text, .json: "text COLLATE \"C\""
        }
    }

    /// The types of a definition's columns, `extra` included.
    static func types(of definition: StreamDefinition) -> [StreamDefinition.FieldType] {
        definition.fields.map(\.type) + (definition.allowsExtra ? [.json] : [])
    }

    // MARK: Making it

    static func creation(of definition: StreamDefinition) -> String {
        var lines = [
            "seq bigint NOT NULL", "person_id integer NOT NULL", "device_id integer NOT NULL", "ts bigint NOT NULL",
            "digest bigint NOT NULL", "received bigint NOT NULL", "flags smallint NOT NULL",
        ]
        for index in 0..<definition.columnCount {
            // No NOT NULL: a later definition may make a field optional, and admission has judged the value already.
            lines.append("\(column(index, of: definition)) \(sqlType(types(of: definition)[index]))")
        }
        let table = quoted(definition.table)
        let comments = [
            ("seq", "Order of commits in the stream, never used twice"), ("person_id", "hearth_person_numbers.id"),
            ("device_id", "hearth_device_numbers.id"), ("ts", "When it was measured, microseconds since 1970"),
            ("digest", "62 bits of the reading's identity"),
            ("received", "When it came in, microseconds since 1970"),
            ("flags", "1 clock skew, 2 late, 4 named by the client"),
        ]
        let fields = definition.fields.map { field in
            (field.name, definition.source["properties"]?[field.name]?["description"]?.string ?? "")
        }
        let extra = definition.allowsExtra ? [("extra", "What else the client sent, a JSON object")] : []
        return """
            CREATE TABLE \(table) (
                \(lines.joined(separator: ",\n    "))
            ) PARTITION BY RANGE (ts);
            CREATE UNIQUE INDEX \(quoted(joined(definition.table, "__identity"))) ON \(table) (device_id, ts, digest);
            CREATE INDEX \(quoted(joined(definition.table, "__commits"))) ON \(table) (seq);
            COMMENT ON TABLE \(table) IS \(literal(definition.title));

            """
                + (comments + fields + extra).filter { !$0.1.isEmpty }.map {
                    "COMMENT ON COLUMN \(table).\(quoted($0.0)) IS \(literal($0.1));"
                }.joined(separator: "\n")
    }

    /// Finds the newest reading with a text. A hash of it, since entries of an index are small and texts are not.
    static func indexCreation(_ field: StreamDefinition.Field, of definition: StreamDefinition) -> String {
        let column = quoted(field.name)
        let key = field.type == .text ? "hashtextextended(\(column), 0)" : column
        return """
            CREATE INDEX \(quoted(indexName(field, of: definition))) ON \(quoted(definition.table))
            (person_id, \(key), ts) WHERE \(column) IS NOT NULL
            """
    }

    static func indexName(_ field: StreamDefinition.Field, of definition: StreamDefinition) -> String {
        joined(definition.table, "__by_\(field.name)")
    }

    private static func literal(_ text: String) -> String {
        let clean = text.filter { $0 != "\0" }
        return "'" + clean.replacing("'", with: "''").replacing("\\", with: "/") + "'"
    }
}
