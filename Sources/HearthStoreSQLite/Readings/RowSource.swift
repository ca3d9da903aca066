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
    private let isReversed: Bool
    /// Columns of the result before the wanted ones.
    private let headCount: Int32
    private var isOpen = true

    /// - Parameters:
    ///   - wanted: Column indexes of `definition`.
    ///   - lane: Distinguishes statements that are open at the same time.
    ///   - isForValues: Only times and values will be asked for, no whole readings.
    /// - Returns: nil when there are no readings.
    init?(
        db: Database, layout: TableLayout, definition: StreamDefinition, wanted: [Int], owner: Owner, span: ReadingSpan,
        order: ReadingQuery.Order, lane: Int, isForValues: Bool = false
    ) throws {
        let held = ColumnMap(of: definition, in: layout.definition).sources
        self.owner = owner
        types = wanted.map { column in
            guard held[column] != nil else { return nil }
            return column < definition.fields.count ? definition.fields[column].type : .json
        }
        isReversed = order == .newestFirst
        headCount = isForValues ? 2 : 5
        var sql = isForValues ? "SELECT ts, digest" : "SELECT ts, digest, received, flags, seq"
        for column in wanted {
            sql += ", " + (held[column] == nil ? "NULL" : TableLayout.column(column, of: definition))
        }
        sql += " FROM \(layout.table) WHERE device = ?1 AND ts >= ?2 AND ts <= ?3"
        // Each condition costs something in every row.
        if span.afterDigest != ReadingSpan.everything.afterDigest { sql += " AND (ts > ?2 OR digest > ?4)" }
        if span.beforeDigest != ReadingSpan.everything.beforeDigest { sql += " AND (ts < ?3 OR digest < ?5)" }
        if owner.sharesDevice { sql += " AND person = ?6" }
        sql += order == .oldestFirst ? " ORDER BY ts, digest" : " ORDER BY ts DESC, digest DESC"
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

    func append(to batch: inout ReadingBatch, limit: Int, before rival: Int64?) throws -> Bool {
        var left = limit
        while true {
            appendCurrent(to: &batch)
            guard try advance() else { return false }
            left -= 1
            if left <= 0 { return true }
            if let rival, isReversed ? time <= rival : time >= rival { return true }
        }
    }

    func appendCurrent(to batch: inout ReadingBatch) {
        batch.heads.append(
            ReadingHead(
                person: owner.personID, device: owner.deviceID, timestamp: Timestamp(microseconds: time),
                digest: UInt64(bitPattern: currentDigest), received: Timestamp(microseconds: received), flags: flags))
        statement.appendCells(types, from: headCount, to: &batch)
    }

    func values(into values: UnsafeMutableBufferPointer<Double>) {
        for index in 0..<types.count {
            let column = headCount + Int32(index)
            switch types[index] {
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
