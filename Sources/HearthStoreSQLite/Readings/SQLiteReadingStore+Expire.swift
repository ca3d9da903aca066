import GRDB
package import HearthCore
package import HearthSchema
import HearthStore

extension SQLiteReadingStore {
    package func expire(_ stream: StreamDefinition, before cutoff: Timestamp, limit: Int) async throws -> Int {
        let layout = try layout(of: stream)
        return try await write { [chunks] db, memory in
            var deleted = 0
            for owner in try Owner.all(in: db, stream: layout.stream)
            where owner.times.lowerBound < cutoff.microseconds && deleted < limit {
                var expiry = Expiry(db: db, layout: layout, owner: owner, chunks: chunks, cutoff: cutoff.microseconds)
                try expiry.run(limit: limit - deleted)
                deleted += expiry.deleted
            }
            memory.chunkReach = [:]
            try Self.forgetDerivations(in: layout, before: cutoff.microseconds, limit: limit, db)
            return deleted
        }
    }

    /// The same readings were deleted, by the same two times.
    private static func forgetDerivations(
        in layout: TableLayout, before cutoff: Int64, limit: Int, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                DELETE FROM hearth_derivations
                WHERE (source_stream, device, source_ts, source_digest, processor, output_stream, output_digest) IN (
                    SELECT source_stream, device, source_ts, source_digest, processor, output_stream, output_digest
                    FROM hearth_derivations WHERE output_stream = ? AND output_ts < ? AND received < ? LIMIT ?)
                """,
            arguments: [layout.stream, cutoff, cutoff, limit])
    }
}

/// Deletes the old readings of one owner within a transaction.
struct Expiry {
    let db: Database
    let layout: TableLayout
    let owner: Owner
    let chunks: ChunkLoader
    /// Readings are old when both their time and their arrival lie before it.
    let cutoff: Int64
    private(set) var deleted = 0
    private var lastReceived = Int64.min

    init(db: Database, layout: TableLayout, owner: Owner, chunks: ChunkLoader, cutoff: Int64) {
        self.db = db
        self.layout = layout
        self.owner = owner
        self.chunks = chunks
        self.cutoff = cutoff
    }

    mutating func run(limit: Int) throws {
        try expireRows(limit: limit)
        try expireChunks(limit: limit)
        if deleted == 0 { return }
        try Counters(db: db, layout: layout).subtract(deleted, from: owner, lastReceived: lastReceived)
    }

    private mutating func expireRows(limit: Int) throws {
        let query = try RawStatement(
            db,
            """
            SELECT seq, digest, received, flags, ts FROM \(layout.table)
            WHERE device = ? AND ts < ? AND received < ? AND person = ? ORDER BY ts LIMIT ?
            """)
        query.bind(1, owner.device)
        query.bind(2, cutoff)
        query.bind(3, cutoff)
        query.bind(4, owner.person)
        query.bind(5, limit)
        var sequences: [Int64] = []
        var names: [(digest: Int64, time: Int64)] = []
        do {
            defer { query.reset() }
            while try query.step() {
                sequences.append(query.int64(0))
                lastReceived = max(lastReceived, query.int64(2))
                if query.int64(3) & Int64(ReadingFlags.clientKeyed.rawValue) != 0 {
                    names.append((query.int64(1), query.int64(4)))
                }
            }
        }
        let deletion = try RawStatement(db, "DELETE FROM \(layout.table) WHERE seq = ?")
        for sequence in sequences {
            deletion.bind(1, sequence)
            try deletion.run()
        }
        for name in names { try forget(name.digest, at: name.time) }
        deleted += sequences.count
    }

    private func forget(_ digest: Int64, at time: Int64) throws {
        let deletion = try RawStatement(
            db, "DELETE FROM hearth_client_keys WHERE stream = ? AND device = ? AND digest = ? AND ts = ?")
        deletion.bind(1, layout.stream)
        deletion.bind(2, owner.device)
        deletion.bind(3, digest)
        deletion.bind(4, time)
        try deletion.run()
    }

    private mutating func expireChunks(limit: Int) throws {
        let query = try RawStatement(
            db,
            """
            SELECT \(ChunkHead.columns) FROM hearth_chunks
            WHERE stream = ? AND device = ? AND person = ? AND first_ts < ? AND first_received < ? ORDER BY last_ts
            """)
        query.bind(1, layout.stream)
        query.bind(2, owner.device)
        query.bind(3, owner.person)
        query.bind(4, cutoff)
        query.bind(5, cutoff)
        var heads: [ChunkHead] = []
        do {
            defer { query.reset() }
            while try query.step() { heads.append(ChunkHead(query)) }
        }
        for head in heads where deleted < limit { try expire(head, limit: limit) }
    }

    /// Deletes a chunk whose readings are all old; of others, writes again what stays.
    private mutating func expire(_ head: ChunkHead, limit: Int) throws {
        let columns = try chunks.load(head, of: layout, db: db)
        var isOld = (0..<columns.count).map { columns.times[$0] < cutoff && columns.received[$0] < cutoff }
        var count = 0
        for row in isOld.indices where isOld[row] {
            if deleted + count == limit { isOld[row] = false } else { count += 1 }
        }
        if count == 0 { return }
        for row in isOld.indices where isOld[row] {
            lastReceived = max(lastReceived, columns.received[row])
            if columns.flags[row] & ReadingFlags.clientKeyed.rawValue != 0 {
                try forget(columns.digests[row], at: columns.times[row])
            }
        }
        let deletion = try RawStatement(db, "DELETE FROM hearth_chunks WHERE id = ?")
        deletion.bind(1, head.id)
        try deletion.run()
        if count < columns.count {
            let all = try SequencedReadings(head, of: owner, layout: layout, chunks: chunks, db: db)
            var kept = SequencedReadings(layout)
            for row in isOld.indices where !isOld[row] {
                kept.batch.append(row: row, of: all.batch)
                kept.sequences.append(all.sequences[row])
            }
            for chunk in try kept.encoded(limit: columns.count, owner: owner, layout: layout, coding: chunks.coding) {
                try chunk.insert(into: db)
            }
        }
        deleted += count
    }
}

/// The counters of a stream, after readings were deleted.
struct Counters {
    let db: Database
    let layout: TableLayout

    /// - Parameter lastReceived: The latest arrival among the readings that were deleted.
    func subtract(_ deleted: Int, from owner: Owner, lastReceived: Int64) throws {
        let selection = [layout.stream, owner.person, owner.device]
        let place = "stream = ? AND person = ? AND device = ?"
        let row = try Row.fetchOne(
            db, sql: "SELECT readings, last_received FROM hearth_counters WHERE \(place)",
            arguments: StatementArguments(selection))
        guard let row else { return }
        let left: Int = row["readings"] - deleted
        if left <= 0 {
            try db.execute(
                sql: "DELETE FROM hearth_counters WHERE \(place)", arguments: StatementArguments(selection))
            return
        }
        var last: Int64 = row["last_received"]
        // Only when the newest arrival was among them is a search for the next one needed.
        if lastReceived >= last { last = try extreme("max(received)", "max(last_received)", of: owner, max) ?? last }
        let first = try edge("ASC", "min(first_ts)", of: owner, min)
        let final = try edge("DESC", "max(last_ts)", of: owner, max)
        try db.execute(
            sql: """
                UPDATE hearth_counters SET readings = ?, first_ts = ?, last_ts = ?, last_received = ? WHERE \(place)
                """,
            arguments: StatementArguments([Int64(left), first ?? 0, final ?? 0, last] + selection))
    }

    /// The first or last time among rows and chunks.
    private func edge(
        _ order: String, _ chunkTime: String, of owner: Owner, _ choose: (Int64, Int64) -> Int64
    ) throws -> Int64? {
        let row = try Int64.fetchOne(
            db,
            sql: "SELECT ts FROM \(layout.table) WHERE device = ? AND person = ? ORDER BY ts \(order) LIMIT 1",
            arguments: [owner.device, owner.person])
        return combined(row, try chunkValue(chunkTime, of: owner), choose)
    }

    private func extreme(
        _ rowValue: String, _ chunkName: String, of owner: Owner, _ choose: (Int64, Int64) -> Int64
    ) throws -> Int64? {
        let row = try Int64.fetchOne(
            db, sql: "SELECT \(rowValue) FROM \(layout.table) WHERE device = ? AND person = ?",
            arguments: [owner.device, owner.person])
        return combined(row, try chunkValue(chunkName, of: owner), choose)
    }

    private func chunkValue(_ expression: String, of owner: Owner) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT \(expression) FROM hearth_chunks WHERE stream = ? AND device = ? AND person = ?",
            arguments: [layout.stream, owner.device, owner.person])
    }

    private func combined(_ left: Int64?, _ right: Int64?, _ choose: (Int64, Int64) -> Int64) -> Int64? {
        guard let left, let right else { return left ?? right }
        return choose(left, right)
    }
}
