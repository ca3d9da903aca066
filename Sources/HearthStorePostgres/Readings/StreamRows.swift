import HearthCore
import HearthSchema
import HearthStore

/// Turns rows of a stream's table into readings.
struct StreamRows {
    let definition: StreamDefinition
    /// By column of the definition: its type, or nil where the table has none.
    private let types: [StreamDefinition.FieldType?]
    private let held: [Int?]

    init(_ definition: StreamDefinition, in table: StreamTable) {
        self.definition = definition
        held = ColumnMap(of: definition, in: table.definition).sources
        types = zip(StreamTable.types(of: definition), held).map { $1 == nil ? nil : $0 }
    }

    /// What to select: the head, then the cells.
    func columns(_ alias: String = "") -> String {
        var names = StreamTable.headColumns.map { alias + $0 }
        for column in 0..<definition.columnCount {
            names.append(held[column] == nil ? "NULL::text" : alias + StreamTable.column(column, of: definition))
        }
        return names.joined(separator: ", ")
    }

    static func sequence(_ row: PostgresRow) throws -> Int64 { try row.int64(0) }

    /// Appends a row that was selected with `columns`.
    func append(_ row: PostgresRow, to batch: inout ReadingBatch, _ numbers: NumberBook) throws {
        batch.heads.append(
            ReadingHead(
                person: try numbers.person(try row.int32(1)), device: try numbers.device(try row.int32(2)),
                timestamp: try row.time(3), digest: UInt64(bitPattern: try row.int64(4)), received: try row.time(5),
                flags: ReadingFlags(rawValue: UInt8(truncatingIfNeeded: try row.int16(6)))))
        var column = StreamTable.headColumns.count
        for type in types {
            if let type, !row.isNull(column) {
                switch type {
                case .real: batch.cells.append(.real(try row.double(column)))
                case .integer: batch.cells.append(.integer(try row.int64(column)))
                case .boolean: batch.cells.append(.integer(try row.bool(column) ? 1 : 0))
                case .text, .json:
                    let offset = UInt32(batch.text.count)
                    PostgresText.appendRead(row.bytes(column).bindMemory(to: UInt8.self), to: &batch.text)
                    batch.cells.append(.text(offset: offset, length: UInt32(batch.text.count) - offset))
                }
            } else {
                batch.cells.append(.null)
            }
            column += 1
        }
    }
}

/// The people and devices behind numbers, as they are needed within one transaction.
final class NumberBook {
    private let connection: PostgresConnection
    private var people: [Int32: UniqueID] = [:]
    private var devices: [Int32: UniqueID] = [:]

    init(_ connection: PostgresConnection) { self.connection = connection }

    func person(_ number: Int32) throws -> UniqueID {
        if let known = people[number] { return known }
        let id = try find(number, in: "hearth_person_numbers")
        people[number] = id
        return id
    }

    func device(_ number: Int32) throws -> UniqueID {
        if let known = devices[number] { return known }
        let id = try find(number, in: "hearth_device_numbers")
        devices[number] = id
        return id
    }

    private func find(_ number: Int32, in table: String) throws -> UniqueID {
        guard let row = try connection.execute("SELECT uuid FROM \(table) WHERE id = $1", [.int4(number)]).first else {
            throw HearthError(.storageFailed, "A number in \(table) is missing.", disposition: .defect)
        }
        return try row.id(0)
    }
}
