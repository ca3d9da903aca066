import HearthCore
import HearthSchema
import HearthStore

/// A batch in the forms in which rows go to the server.
struct BatchRows {
    let batch: ReadingBatch
    /// By row, as the database numbers them.
    var people: [Int32] = []
    var devices: [Int32] = []
    private let first: Int64
    private let types: [StreamDefinition.FieldType]

    /// - Parameter first: The number of the first row in the order of commits.
    init(batch: ReadingBatch, first: Int64) {
        self.batch = batch
        self.first = first
        types = StreamTable.types(of: batch.stream)
        people.reserveCapacity(batch.count)
        devices.reserveCapacity(batch.count)
    }

    func sequence(_ row: Int) -> Int64 { first + Int64(row) }

    /// A batch may be older than the table, never newer, and its cells must fit their columns.
    func check(against table: StreamTable) throws {
        guard !ColumnMap(of: batch.stream, in: table.definition).sources.contains(nil) else {
            throw HearthError(
                .internalError, "A batch of the stream \(batch.stream.name) has columns that its table lacks.",
                disposition: .defect)
        }
        let isRequired = batch.stream.fields.map(\.isRequired) + (batch.stream.allowsExtra ? [false] : [])
        var index = 0
        for row in 0..<batch.count {
            for column in 0..<types.count {
                let fits =
                    switch (batch.cells[index], types[column]) {
                    case (.null, _): !isRequired[column]
                    case (.real(let value), .real): value.isFinite
                    case (.integer, .integer), (.integer, .boolean), (.integer, .real): true
                    case (.text(let offset, let length), .text), (.text(let offset, let length), .json):
                        Int(offset) + Int(length) <= batch.text.count
                    default: false
                    }
                guard fits else { throw batch.misfit(row, column) }
                index += 1
            }
        }
    }

    // MARK: As statements

    var columnNames: String {
        (StreamTable.headColumns + (0..<types.count).map { StreamTable.column($0, of: batch.stream) })
            .joined(separator: ", ")
    }

    /// `$1, $2, …`, one array for each column.
    var marks: String { (1...StreamTable.headColumns.count + types.count).map { "$\($0)" }.joined(separator: ", ") }

    var aliases: String { (1...StreamTable.headColumns.count + types.count).map { "a\($0)" }.joined(separator: ", ") }

    var selection: String {
        let heads = (1...StreamTable.headColumns.count).map { "a\($0)" }
        let cells = types.indices.map { column in
            let name = "a\(StreamTable.headColumns.count + 1 + column)"
            return types[column] == .boolean ? "\(name) <> 0" : name
        }
        return (heads + cells).joined(separator: ", ")
    }

    func arrays(_ chosen: [Int]) throws -> [PostgresValue] {
        let heads = batch.heads
        var values: [PostgresValue] = [
            .int8s(chosen.map(sequence)), .int4s(chosen.map { people[$0] }), .int4s(chosen.map { devices[$0] }),
            .int8s(chosen.map { heads[$0].timestamp.microseconds }),
            .int8s(chosen.map { Int64(bitPattern: heads[$0].digest) }),
            .int8s(chosen.map { heads[$0].received.microseconds }),
            .int2s(chosen.map { Int16(heads[$0].flags.rawValue) }),
        ]
        for column in types.indices { values.append(.array(array(of: column, chosen))) }
        return values
    }

    private func array(of column: Int, _ chosen: [Int]) -> PostgresArray {
        let element: PostgresType =
            switch types[column] {
            case .integer, .boolean: .int8
            case .real: .float8
            case .text, .json: .text
            }
        var array = PostgresArray(of: element, capacity: chosen.count * 12)
        batch.text.withUnsafeBufferPointer { text in
            for row in chosen {
                switch batch[row, column] {
                case .null: array.appendNull()
                case .integer(let value):
                    if types[column] == .real {
                        array.append(Self.unsigned(Double(value)))
                    } else {
                        array.append(value)
                    }
                case .real(let value): array.append(Self.unsigned(value))
                case .text(let offset, let length):
                    array.append(utf8: UnsafeBufferPointer(rebasing: text[Int(offset)..<Int(offset) + Int(length)]))
                }
            }
        }
        return array
    }

    /// Zero without a sign, as stores keep it.
    @inline(__always)
    private static func unsigned(_ value: Double) -> Double { value == 0 ? 0 : value }

    // MARK: As a copy

    func write(_ chosen: [Int], to writer: inout PostgresCopyWriter) throws {
        let columns = StreamTable.headColumns.count + types.count
        // One address for all texts; an empty one needs none.
        let text = batch.text
        for row in chosen {
            let head = batch.heads[row]
            try writer.beginRow(columns: columns)
            writer.append(sequence(row))
            writer.append(people[row])
            writer.append(devices[row])
            writer.append(head.timestamp.microseconds)
            writer.append(Int64(bitPattern: head.digest))
            writer.append(head.received.microseconds)
            writer.append(Int16(head.flags.rawValue))
            var index = row * batch.width
            for type in types {
                switch batch.cells[index] {
                case .null: writer.appendNull()
                case .integer(let value):
                    switch type {
                    case .boolean: writer.append(value != 0)
                    case .real: writer.append(Self.unsigned(Double(value)))
                    default: writer.append(value)
                    }
                case .real(let value): writer.append(Self.unsigned(value))
                case .text(let offset, let length):
                    writer.append(utf8: text[Int(offset)..<Int(offset) + Int(length)])
                }
                index += 1
            }
        }
    }
}
