import Foundation
import GRDB
import HearthCore
package import HearthStore

extension SQLiteVaultStore {
    package func put(_ entries: [VaultEntry]) async throws -> [Int] {
        if entries.isEmpty { return [] }
        let (conflicts, numbers) = try await file.write { [self] db -> ([Int], [String: Int64]) in
            let names = Set(entries.map(\.place.stream))
            var numbers = try self.numbers(of: names, in: db)
            for name in names where numbers[name] == nil {
                try db.execute(sql: "INSERT INTO vault_streams (name) VALUES (?)", arguments: [name])
                numbers[name] = db.lastInsertedRowID
            }
            return (try Self.insert(entries, numbers, db), numbers)
        }
        remember(numbers)
        return conflicts
    }

    private static func insert(
        _ entries: [VaultEntry], _ numbers: [String: Int64], _ db: Database
    ) throws -> [Int] {
        let insertion = try RawStatement(
            db,
            """
            INSERT INTO vault_entries (stream, day, token, kept, key, sealed) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (stream, day, token) DO NOTHING
            """)
        let present = try RawStatement(
            db, "SELECT key, sealed FROM vault_entries WHERE stream = ? AND day = ? AND token = ?")
        let extending = try RawStatement(
            db, "UPDATE vault_entries SET kept = ?4 WHERE stream = ?1 AND day = ?2 AND token = ?3 AND kept < ?4")
        var conflicts: [Int] = []
        for (index, entry) in entries.enumerated() {
            let stream = numbers[entry.place.stream] ?? 0
            insertion.bind(1, stream)
            insertion.bind(2, Int64(entry.place.day))
            insertion.bind(3, Int64(bitPattern: entry.place.token))
            insertion.bind(4, Int64(entry.keptDay))
            insertion.bind(5, entry.key)
            insertion.bind(6, blob: entry.sealed)
            if try insertion.run() == 1 { continue }
            present.bind(1, stream)
            present.bind(2, Int64(entry.place.day))
            present.bind(3, Int64(bitPattern: entry.place.token))
            let isSame =
                try present.step() && present.int64(0) == entry.key && present.bytes(1).elementsEqual(entry.sealed)
            present.reset()
            guard isSame else {
                conflicts.append(index)
                continue
            }
            extending.bind(1, stream)
            extending.bind(2, Int64(entry.place.day))
            extending.bind(3, Int64(bitPattern: entry.place.token))
            extending.bind(4, Int64(entry.keptDay))
            try extending.run()
        }
        return conflicts
    }

    package func entries(at places: [VaultPlace]) async throws -> [VaultEntry?] {
        if places.isEmpty { return [] }
        return try await file.read { [self] db in
            let numbers = try self.numbers(of: Set(places.map(\.stream)), in: db)
            let query = try RawStatement(
                db, "SELECT kept, key, sealed FROM vault_entries WHERE stream = ? AND day = ? AND token = ?")
            defer { query.reset() }
            return try places.map { place in
                guard let stream = numbers[place.stream] else { return nil }
                query.reset()
                query.bind(1, stream)
                query.bind(2, Int64(place.day))
                query.bind(3, Int64(bitPattern: place.token))
                guard try query.step() else { return nil }
                return VaultEntry(
                    place: place, keptDay: Int32(truncatingIfNeeded: query.int64(0)), key: query.int64(1),
                    sealed: Array(query.bytes(2)))
            }
        }
    }

    package func entries(of token: UInt64, in stream: String) async throws -> [VaultEntry] {
        try await file.read { [self] db in
            guard let number = try self.numbers(of: [stream], in: db)[stream] else { return [] }
            // Entries lie by day: one look for each day that has any, and none at the others.
            let rows = try Row.fetchAll(
                db,
                sql: """
                    WITH RECURSIVE days (day) AS (
                        SELECT min(day) FROM vault_entries WHERE stream = ?1
                        UNION ALL
                        SELECT (SELECT min(day) FROM vault_entries WHERE stream = ?1 AND day > days.day) FROM days
                        WHERE days.day IS NOT NULL)
                    SELECT e.day, e.kept, e.key, e.sealed FROM days
                    JOIN vault_entries e ON e.stream = ?1 AND e.day = days.day AND e.token = ?2 ORDER BY e.day
                    """,
                arguments: [number, Int64(bitPattern: token)])
            return rows.map { row in
                let sealed: Data = row["sealed"]
                return VaultEntry(
                    place: VaultPlace(
                        stream: stream, day: Int32(truncatingIfNeeded: row["day"] as Int64), token: token),
                    keptDay: Int32(truncatingIfNeeded: row["kept"] as Int64), key: row["key"], sealed: Array(sealed))
            }
        }
    }

    package func remove(_ places: [VaultPlace]) async throws {
        if places.isEmpty { return }
        try await file.write { [self] db in
            let numbers = try self.numbers(of: Set(places.map(\.stream)), in: db)
            let deletion = try RawStatement(
                db, "DELETE FROM vault_entries WHERE stream = ? AND day = ? AND token = ?")
            for place in places {
                guard let stream = numbers[place.stream] else { continue }
                deletion.bind(1, stream)
                deletion.bind(2, Int64(place.day))
                deletion.bind(3, Int64(bitPattern: place.token))
                try deletion.run()
            }
        }
    }

    package func expire(_ stream: String, before day: Int32, limit: Int) async throws -> Int {
        try await file.write { [self] db in
            guard let number = try self.numbers(of: [stream], in: db)[stream] else { return 0 }
            try db.execute(
                sql: """
                    DELETE FROM vault_entries WHERE (stream, day, token) IN (
                    SELECT stream, day, token FROM vault_entries WHERE stream = ?1 AND day < ?2 AND kept < ?2 LIMIT ?3)
                    """,
                arguments: [number, Int64(day), limit])
            return db.changesCount
        }
    }

    package func sweep(before epoch: Int64, after place: VaultPlace?, limit: Int) async throws -> VaultPlace? {
        try await file.write { [self] db in
            var start: (Int64, Int64, Int64) = (-1, 0, 0)
            if let place {
                let number = try self.numbers(of: [place.stream], in: db)[place.stream]
                start = (number ?? -1, Int64(place.day), Int64(bitPattern: place.token))
            }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT stream, day, token, key NOT IN (SELECT id FROM vault_keys WHERE epoch >= ?) AS lost
                    FROM vault_entries WHERE (stream, day, token) > (?, ?, ?) ORDER BY stream, day, token LIMIT ?
                    """,
                arguments: [epoch, start.0, start.1, start.2, limit])
            for row in rows where row["lost"] as Bool {
                try db.execute(
                    sql: "DELETE FROM vault_entries WHERE stream = ? AND day = ? AND token = ?",
                    arguments: [row["stream"] as Int64, row["day"] as Int64, row["token"] as Int64])
            }
            guard rows.count == limit, let last = rows.last else { return nil }
            let name = try String.fetchOne(
                db, sql: "SELECT name FROM vault_streams WHERE id = ?", arguments: [last["stream"] as Int64])
            return VaultPlace(
                stream: name ?? "", day: Int32(truncatingIfNeeded: last["day"] as Int64),
                token: UInt64(bitPattern: last["token"] as Int64))
        }
    }
}
