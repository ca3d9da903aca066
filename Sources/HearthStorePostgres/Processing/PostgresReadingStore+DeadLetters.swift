package import HearthCore
import HearthSchema
package import HearthStore

extension PostgresReadingStore {
    package func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter] {
        try await letters(of: processor, after: id, limit: limit, onlyReplays: false)
    }

    package func replays(of processor: String, limit: Int) async throws -> [DeadLetter] {
        try await letters(of: processor, after: nil, limit: limit, onlyReplays: true)
    }

    private func letters(
        of processor: String, after id: UniqueID?, limit: Int, onlyReplays: Bool
    ) async throws -> [DeadLetter] {
        try await pool.read { connection in
            try connection.execute(
                """
                SELECT l.id, s.name, l.ts, l.digest, p.uuid, d.uuid, l.code, l.message, l.attempts, l.first_failed,
                    l.last_failed, l.replay
                FROM hearth_dead_letters l JOIN hearth_processors w ON w.id = l.processor
                JOIN hearth_streams s ON s.id = l.stream JOIN hearth_person_numbers p ON p.id = l.person_id
                JOIN hearth_device_numbers d ON d.id = l.device_id
                WHERE w.name = $1 AND l.id > $2 AND (l.replay OR NOT $3) ORDER BY l.id LIMIT $4
                """,
                [
                    .text(processor), .uuid(id ?? UniqueID(high: 0, low: 0)), .bool(onlyReplays), .int(max(limit, 0)),
                ]
            ).map { row in
                DeadLetter(
                    id: try row.id(0), processor: processor, stream: row.string(1),
                    reading: RecordID(timestamp: try row.time(2), digest: UInt64(bitPattern: try row.int64(3))),
                    person: try row.id(4), device: try row.id(5), code: ErrorCode(row.string(6)),
                    message: PostgresText.read(row.string(7)), attempts: try row.int(8),
                    firstFailedAt: try row.time(9), lastFailedAt: try row.time(10),
                    isReplayRequested: try row.bool(11))
            }
        }
    }

    package func requestReplay(of letter: UniqueID, of processor: String) async throws -> Bool {
        try await change("UPDATE hearth_dead_letters SET replay = true", letter, of: processor)
    }

    package func removeDeadLetter(_ letter: UniqueID, of processor: String) async throws -> Bool {
        try await change("DELETE FROM hearth_dead_letters", letter, of: processor)
    }

    private func change(_ sql: String, _ letter: UniqueID, of processor: String) async throws -> Bool {
        try await pool.write { connection in
            try connection.execute(
                sql + " WHERE id = $1 AND processor = (SELECT id FROM hearth_processors WHERE name = $2)",
                [.uuid(letter), .text(processor)]
            ).changes > 0
        }
    }
}
