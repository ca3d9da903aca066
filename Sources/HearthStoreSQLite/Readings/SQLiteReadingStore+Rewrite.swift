import GRDB
import HearthCore
import HearthSchema
package import HearthStore

extension SQLiteReadingStore: ReadingRewriteStore {
    package func rewrite(_ batch: ReadingBatch, columns: [Int]) async throws -> Int {
        if batch.isEmpty || columns.isEmpty { return 0 }
        let layout = try layout(of: batch.stream)
        // On the one writer, so that no transaction comes in between that would leave it off.
        return try await file.writeOutsideTransaction { [chunks] db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
            var count = 0
            try db.inTransaction(.immediate) {
                if batch.stream.isHighRate { try ChunkDissolution(layout: layout, chunks: chunks, db: db).run(batch) }
                count = try Self.rewrite(batch, columns, layout, db)
                return .commit
            }
            return count
        }
    }

    private static func rewrite(
        _ batch: ReadingBatch, _ columns: [Int], _ layout: TableLayout, _ db: Database
    ) throws -> Int {
        let assignments = columns.enumerated().map { index, column in
            "\(TableLayout.column(column, of: batch.stream)) = ?\(index + 4)"
        }
        let update = try RawStatement(
            db,
            """
            UPDATE \(layout.table) SET \(assignments.joined(separator: ", "))
            WHERE device = (SELECT id FROM hearth_devices WHERE uuid = ?1) AND ts = ?2 AND digest = ?3
            """)
        defer { update.clear() }
        var count = 0
        for (row, head) in batch.heads.enumerated() {
            update.bind(1, head.device)
            update.bind(2, head.timestamp.microseconds)
            update.bind(3, Int64(bitPattern: head.digest))
            for (index, column) in columns.enumerated() {
                update.bind(Int32(index + 4), batch[row, column], of: batch)
            }
            count += try update.run()
        }
        return count
    }

    package func scrub() async throws {
        try await file.writeOutsideTransaction { db in
            _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }
}
