import GRDB
package import HearthCore
package import HearthStore

extension SQLiteReadingStore {
    package func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter] {
        try await letters(of: processor, after: id, limit: limit, onlyReplays: false)
    }

    package func replays(of processor: String, limit: Int) async throws -> [DeadLetter] {
        try await letters(of: processor, after: nil, limit: limit, onlyReplays: true)
    }

    private func letters(
        of processor: String, after id: UniqueID?, limit: Int, onlyReplays: Bool
    ) async throws -> [DeadLetter] {
        try await file.read { db in
            let query = try RawStatement(
                db,
                """
                SELECT l.id, s.name, l.ts, l.digest, p.uuid, d.uuid, l.code, l.message, l.attempts, l.first_failed,
                l.last_failed, l.replay
                FROM hearth_dead_letters l JOIN hearth_processors w ON w.id = l.processor
                JOIN hearth_streams s ON s.id = l.stream JOIN hearth_people p ON p.id = l.person
                JOIN hearth_devices d ON d.id = l.device
                WHERE w.name = ? AND l.id > ? AND l.replay >= ? ORDER BY l.id LIMIT ?
                """)
            defer { query.reset() }
            query.bind(1, processor)
            query.bind(2, id ?? UniqueID(high: 0, low: 0))
            query.bind(3, onlyReplays ? 1 : 0)
            query.bind(4, max(limit, 0))
            var letters: [DeadLetter] = []
            while try query.step() {
                let reading = RecordID(
                    timestamp: Timestamp(microseconds: query.int64(2)), digest: UInt64(bitPattern: query.int64(3)))
                letters.append(
                    DeadLetter(
                        id: try query.id(0), processor: processor, stream: query.string(1), reading: reading,
                        person: try query.id(4), device: try query.id(5), code: ErrorCode(query.string(6)),
                        message: query.string(7), attempts: query.int(8),
                        firstFailedAt: Timestamp(microseconds: query.int64(9)),
                        lastFailedAt: Timestamp(microseconds: query.int64(10)),
                        isReplayRequested: query.int(11) != 0))
            }
            return letters
        }
    }

    package func requestReplay(of letter: UniqueID, of processor: String) async throws -> Bool {
        try await change("UPDATE hearth_dead_letters SET replay = 1", letter, of: processor)
    }

    package func removeDeadLetter(_ letter: UniqueID, of processor: String) async throws -> Bool {
        try await change("DELETE FROM hearth_dead_letters", letter, of: processor)
    }

    private func change(_ sql: String, _ letter: UniqueID, of processor: String) async throws -> Bool {
        try await write { db, _ in
            let statement = try RawStatement(
                db, sql + " WHERE id = ? AND processor = (SELECT id FROM hearth_processors WHERE name = ?)")
            statement.bind(1, letter)
            statement.bind(2, processor)
            return try statement.run() > 0
        }
    }
}
