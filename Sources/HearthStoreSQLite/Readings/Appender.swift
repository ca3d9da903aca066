import GRDB
import HearthCore
import HearthSchema
import HearthStore

/// Stores the rows of one batch within a transaction.
struct Appender {
    /// What the batch adds to the counters of one device.
    private struct Addition {
        var person: Int64
        var device: Int64
        var count = 0
        var first = Int64.max
        var last = Int64.min
        var lastReceived = Int64.min
    }

    private struct Owner: Hashable {
        var person: UniqueID
        var device: UniqueID
    }

    private struct Column {
        var type: StreamDefinition.FieldType
        var isRequired: Bool
    }

    private let db: Database
    private let layout: TableLayout
    private var chunks: ChunkFinder
    private let insertion: RawStatement
    private let columns: [Column]
    private var additions: [Addition] = []
    private var numbers: [Owner: Int] = [:]

    init(db: Database, layout: TableLayout, batch: ReadingBatch, chunks: ChunkLoader) throws {
        self.db = db
        self.layout = layout
        self.chunks = ChunkFinder(layout: layout, loader: chunks, db: db)
        let definition = batch.stream
        // A batch may be older than the table, never newer.
        let map = ColumnMap(of: definition, in: layout.definition)
        guard !map.sources.contains(nil) else {
            throw HearthError(
                .internalError, "A batch of the stream \(definition.name) has columns that its table lacks.",
                disposition: .defect)
        }
        columns =
            definition.fields.map { Column(type: $0.type, isRequired: $0.isRequired) }
            + (definition.allowsExtra ? [Column(type: .json, isRequired: false)] : [])
        insertion = try RawStatement(db, Self.insertion(into: layout, of: definition))
    }

    private static func insertion(into layout: TableLayout, of definition: StreamDefinition) -> String {
        var names = TableLayout.headColumns.joined(separator: ", ")
        for column in 0..<definition.columnCount { names += ", " + TableLayout.column(column, of: definition) }
        let count = TableLayout.headColumns.count + definition.columnCount
        let marks = repeatElement("?", count: count).joined(separator: ", ")
        // Only this conflict is a duplicate; any other is an error.
        return """
            INSERT INTO \(layout.table) (\(names)) VALUES (\(marks)) ON CONFLICT (device, ts, digest) DO NOTHING
            """
    }

    mutating func append(_ batch: ReadingBatch, _ memory: inout WriterMemory) throws -> AppendOutcome {
        var outcome = AppendOutcome(stored: 0)
        defer { insertion.clear() }
        var sequence = try lastSequence(&memory)
        let firstNew = sequence
        // Text is bound where it stands; an empty one needs an address all the same.
        try batch.text.withUnsafeBytes { text in
            try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { empty in
                guard let textStart = text.baseAddress ?? UnsafeRawPointer(empty.baseAddress) else { return }
                try insertRows(batch, textStart, &memory, &sequence, &outcome)
            }
        }
        if sequence > firstNew {
            let update = try RawStatement(db, "UPDATE hearth_streams SET last_seq = ? WHERE id = ?")
            update.bind(1, sequence)
            update.bind(2, layout.stream)
            try update.run()
            memory.lastSequences[layout.stream] = sequence
            try storeAdditions()
        }
        return outcome
    }

    private mutating func insertRows(
        _ batch: ReadingBatch, _ text: UnsafeRawPointer, _ memory: inout WriterMemory, _ sequence: inout Int64,
        _ outcome: inout AppendOutcome
    ) throws {
        let textCount = batch.text.count
        var owner: Owner?
        var addition = 0
        var reach = Int64.min
        var cell = 0
        for (row, head) in batch.heads.enumerated() {
            if owner?.device != head.device || owner?.person != head.person {
                let next = Owner(person: head.person, device: head.device)
                addition = try self.addition(of: next, &memory)
                reach = try chunkReach(of: additions[addition].device, &memory)
                owner = next
            }
            let time = head.timestamp.microseconds
            let digest = Int64(bitPattern: head.digest)
            let isNamed = head.flags.contains(.clientKeyed)
            let device = additions[addition].device
            let person = additions[addition].person
            if isNamed, let known = try claim(digest, at: time, device: device, person: person) {
                let original = RecordID(timestamp: Timestamp(microseconds: known), digest: head.digest)
                outcome.duplicates.append(.init(row: row, original: original))
                cell += batch.width
                continue
            }
            // Names of compressed readings stay in the table of names.
            if time <= reach, !isNamed,
                try chunks.contains(time: time, digest: digest, device: device)
            {
                outcome.duplicates.append(.init(row: row, original: head.recordID))
                cell += batch.width
                continue
            }
            insertion.bind(1, sequence + 1)
            insertion.bind(2, person)
            insertion.bind(3, device)
            insertion.bind(4, time)
            insertion.bind(5, digest)
            insertion.bind(6, head.received.microseconds)
            insertion.bind(7, Int64(head.flags.rawValue))
            for column in 0..<columns.count {
                guard bind(batch.cells[cell], columns[column], at: Int32(8 + column), text, textCount) else {
                    throw batch.misfit(row, column)
                }
                cell += 1
            }
            if try insertion.run() == 0 {
                outcome.duplicates.append(.init(row: row, original: head.recordID))
                continue
            }
            sequence += 1
            outcome.stored += 1
            additions[addition].count += 1
            additions[addition].first = min(additions[addition].first, time)
            additions[addition].last = max(additions[addition].last, time)
            additions[addition].lastReceived = max(additions[addition].lastReceived, head.received.microseconds)
        }
    }

    /// - Returns: false when the cell cannot stand in a column of this type.
    @inline(__always)
    private func bind(
        _ cell: Cell, _ column: Column, at index: Int32, _ text: UnsafeRawPointer, _ textCount: Int
    ) -> Bool {
        switch cell {
        case .null:
            guard !column.isRequired else { return false }
            insertion.bindNull(index)
        case .real(let value):
            guard column.type == .real, value.isFinite else { return false }
            insertion.bind(index, value)
        case .integer(let value):
            switch column.type {
            case .integer, .boolean: insertion.bind(index, value)
            case .real: insertion.bind(index, Double(value))
            case .text, .json: return false
            }
        case .text(let offset, let length):
            guard column.type == .text || column.type == .json, Int(offset) + Int(length) <= textCount else {
                return false
            }
            insertion.bindText(index, text + Int(offset), count: Int(length))
        }
        return true
    }

    // MARK: What the rows share

    private func lastSequence(_ memory: inout WriterMemory) throws -> Int64 {
        if let known = memory.lastSequences[layout.stream] { return known }
        let query = try RawStatement(db, "SELECT last_seq FROM hearth_streams WHERE id = ?")
        defer { query.reset() }
        query.bind(1, layout.stream)
        guard try query.step() else {
            throw HearthError(
                .storageFailed, "The stream \(layout.name) is gone from the database.", disposition: .defect)
        }
        return query.int64(0)
    }

    private mutating func addition(of owner: Owner, _ memory: inout WriterMemory) throws -> Int {
        if let known = numbers[owner] { return known }
        let person = try Self.number(of: owner.person, in: "hearth_people", &memory.people, db)
        let device = try Self.number(of: owner.device, in: "hearth_devices", &memory.devices, db)
        additions.append(Addition(person: person, device: device))
        numbers[owner] = additions.count - 1
        return additions.count - 1
    }

    /// The number of a person or device, a new one for a new id.
    static func number(
        of id: UniqueID, in table: String, _ known: inout [UniqueID: Int64], _ db: Database
    ) throws -> Int64 {
        if let number = known[id] { return number }
        let query = try RawStatement(db, "SELECT id FROM \(table) WHERE uuid = ?")
        defer { query.reset() }
        query.bind(1, id)
        let number: Int64
        if try query.step() {
            number = query.int64(0)
        } else {
            let insertion = try RawStatement(db, "INSERT INTO \(table) (uuid) VALUES (?)")
            insertion.bind(1, id)
            try insertion.run()
            number = db.lastInsertedRowID
        }
        known[id] = number
        return number
    }

    private func chunkReach(of device: Int64, _ memory: inout WriterMemory) throws -> Int64 {
        let lane = WriterMemory.Lane(stream: layout.stream, device: device)
        if let known = memory.chunkReach[lane] { return known }
        let query = try RawStatement(db, "SELECT max(last_ts) FROM hearth_chunks WHERE stream = ? AND device = ?")
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, device)
        let reach = try query.step() && !query.isNull(0) ? query.int64(0) : Int64.min
        memory.chunkReach[lane] = reach
        return reach
    }

    /// Takes a client's name for a reading.
    /// - Returns: the time of the reading that has the name already, or nil when it was free.
    private func claim(_ digest: Int64, at time: Int64, device: Int64, person: Int64) throws -> Int64? {
        let insertion = try RawStatement(
            db,
            """
            INSERT INTO hearth_client_keys (stream, device, digest, ts, person) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        insertion.bind(1, layout.stream)
        insertion.bind(2, device)
        insertion.bind(3, digest)
        insertion.bind(4, time)
        insertion.bind(5, person)
        if try insertion.run() > 0 { return nil }
        let query = try RawStatement(
            db, "SELECT ts FROM hearth_client_keys WHERE stream = ? AND device = ? AND digest = ?")
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, device)
        query.bind(3, digest)
        guard try query.step() else {
            throw HearthError(.storageFailed, "A client's name was refused and is not there.", disposition: .defect)
        }
        return query.int64(0)
    }

    private func storeAdditions() throws {
        let upsert = try RawStatement(
            db,
            """
            INSERT INTO hearth_counters (stream, person, device, readings, first_ts, last_ts, last_received)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stream, person, device) DO UPDATE SET
            readings = readings + excluded.readings, first_ts = min(first_ts, excluded.first_ts),
            last_ts = max(last_ts, excluded.last_ts), last_received = max(last_received, excluded.last_received)
            """)
        for addition in additions where addition.count > 0 {
            upsert.bind(1, layout.stream)
            upsert.bind(2, addition.person)
            upsert.bind(3, addition.device)
            upsert.bind(4, addition.count)
            upsert.bind(5, addition.first)
            upsert.bind(6, addition.last)
            upsert.bind(7, addition.lastReceived)
            try upsert.run()
        }
    }
}
