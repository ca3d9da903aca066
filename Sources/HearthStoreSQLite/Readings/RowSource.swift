import GRDB
import HearthCore
import HearthSchema
import HearthStore

/// Readings of one device from a stream's table.
final class RowSource: ReadingSource {
    private let statement: RawStatement
    private let owner: Owner
    /// By wanted column: its type, or nil where the table has none.
    private let types: [StreamDefinition.FieldType?]
    private(set) var time: Int64 = 0
    private var currentDigest: Int64 = 0
    private var isOpen = true

    /// Columns of the result before the wanted ones.
    private static let headCount: Int32 = 5

    /// - Parameters:
    ///   - wanted: Column indexes of `definition`.
    ///   - lane: Distinguishes statements that are open at the same time.
    /// - Returns: nil when there are no readings.
    init?(
        db: Database, layout: TableLayout, definition: StreamDefinition, wanted: [Int], owner: Owner, span: ReadingSpan,
        order: ReadingQuery.Order, lane: Int
    ) throws {
        let held = ColumnMap(of: definition, in: layout.definition).sources
        self.owner = owner
        types = wanted.map { column in
            guard held[column] != nil else { return nil }
            return column < definition.fields.count ? definition.fields[column].type : .json
        }
        var sql = "SELECT ts, digest, received, flags, seq"
        for column in wanted {
            sql += ", " + (held[column] == nil ? "NULL" : TableLayout.column(column, of: definition))
        }
        sql += """
             FROM \(layout.table) WHERE device = ?1 AND ts >= ?2 AND ts <= ?3 AND (ts > ?2 OR digest > ?4) \
            AND (ts < ?3 OR digest < ?5) AND person = ?6 ORDER BY
            """
        sql += order == .oldestFirst ? " ts, digest" : " ts DESC, digest DESC"
        // One statement serves one source at a time.
        sql += " -- \(lane)"
        statement = try RawStatement(db, sql)
        statement.bind(1, owner.device)
        statement.bind(2, span.firstTime)
        statement.bind(3, span.lastTime)
        statement.bind(4, span.afterDigest)
        statement.bind(5, span.beforeDigest)
        statement.bind(6, owner.person)
        guard try advance() else {
            statement.reset()
            return nil
        }
    }

    func digest() -> Int64 { currentDigest }

    var received: Int64 { statement.int64(2) }
    var flags: ReadingFlags { ReadingFlags(rawValue: UInt8(truncatingIfNeeded: statement.int64(3))) }
    var sequence: Int64 { statement.int64(4) }

    func advance() throws -> Bool {
        guard try statement.step() else { return false }
        time = statement.int64(0)
        currentDigest = statement.int64(1)
        return true
    }

    func append(to batch: inout ReadingBatch) {
        batch.heads.append(
            ReadingHead(
                person: owner.personID, device: owner.deviceID, timestamp: Timestamp(microseconds: time),
                digest: UInt64(bitPattern: currentDigest), received: Timestamp(microseconds: received), flags: flags))
        statement.appendCells(types, from: Self.headCount, to: &batch)
    }

    func values(into values: UnsafeMutableBufferPointer<Double>) {
        for (index, type) in types.enumerated() {
            let column = Self.headCount + Int32(index)
            switch type {
            case .integer, .real, .boolean: values[index] = statement.isNull(column) ? .nan : statement.double(column)
            case .text, .json, nil: values[index] = .nan
            }
        }
    }

    func close() {
        if isOpen { statement.reset() }
        isOpen = false
    }
}

extension RawStatement {
    /// Appends the columns from `first` on as cells of the given types.
    @inline(__always)
    func appendCells(_ types: [StreamDefinition.FieldType?], from first: Int32, to batch: inout ReadingBatch) {
        var column = first
        for type in types {
            if let type, !isNull(column) {
                switch type {
                case .real: batch.cells.append(.real(double(column)))
                case .integer, .boolean: batch.cells.append(.integer(int64(column)))
                case .text, .json:
                    let text = bytes(column).bindMemory(to: UInt8.self)
                    batch.cells.append(batch.textCell(text))
                }
            } else {
                batch.cells.append(.null)
            }
            column += 1
        }
    }
}
