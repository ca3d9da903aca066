import Foundation
import GRDB
package import HearthCore
package import HearthStore

/// The catalogue in one SQLite file, `hearth.db`.
package final class SQLiteCatalogueStore: CatalogueStore {
    private let file: SQLiteFile

    private init(file: SQLiteFile) { self.file = file }

    /// Opens or creates the file.
    package static func open(path: String) async throws -> SQLiteCatalogueStore {
        var limits = SQLiteFile.Limits()
        // A few thousand small rows: everything fits, and the log should not be larger than what it protects.
        limits.writerCacheKiB = 1024
        limits.readerCacheKiB = 1024
        limits.readers = 2
        limits.checkpointPages = 1000
        limits.largestLogBytes = 8 << 20
        return SQLiteCatalogueStore(
            file: try await SQLiteFile.open(
                path: path, limits: limits,
                // What was sealed or deleted is overwritten.
                prepare: { try $0.execute(sql: "PRAGMA secure_delete = ON") },
                migrator: { CatalogueMigrations.migrator() }))
    }

    package func probe() async throws {
        try await file.write { try $0.execute(sql: "UPDATE probe SET times = times + 1") }
        _ = try await file.read { try Int.fetchOne($0, sql: "SELECT times FROM probe") }
    }

    package func close() async throws { try await file.close() }

    /// Inserts a row that may not be there yet.
    private func insert(
        _ sql: String, _ arguments: StatementArguments, orThrow conflict: @autoclosure @Sendable () -> HearthError
    ) async throws {
        let changes = try await file.write { db in
            try db.execute(sql: sql + " ON CONFLICT DO NOTHING", arguments: arguments)
            return db.changesCount
        }
        if changes == 0 { throw conflict() }
    }

    /// Changes the one row that must be there.
    private func update(
        _ sql: String, _ arguments: StatementArguments, orThrow missing: @autoclosure @Sendable () -> HearthError
    ) async throws {
        let changes = try await file.write { db in
            try db.execute(sql: sql, arguments: arguments)
            return db.changesCount
        }
        if changes == 0 { throw missing() }
    }

    // MARK: People

    package func people() async throws -> [Person] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM people ORDER BY id").map(CatalogueRow.person)
        }
    }

    package func insert(_ person: Person) async throws {
        try await insert(
            "INSERT INTO people (id, name, time_zone, created_at) VALUES (?, ?, ?, ?)",
            [CatalogueRow.blob(person.id), person.name, person.timeZone, person.createdAt.microseconds],
            orThrow: HearthError(.conflict, "There is a person with the id \(person.id) already."))
    }

    package func update(_ person: Person) async throws {
        try await update(
            "UPDATE people SET name = ?, time_zone = ?, created_at = ? WHERE id = ?",
            [person.name, person.timeZone, person.createdAt.microseconds, CatalogueRow.blob(person.id)],
            orThrow: HearthError(.notFound, "There is no person with the id \(person.id)."))
    }

    // MARK: Devices

    package func insert(_ device: Device) async throws {
        try await insert(
            """
            INSERT INTO devices (id, person, name, kind, platform, metadata, created_at, updated_at, deleted_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                CatalogueRow.blob(device.id), CatalogueRow.blob(device.person), device.name, device.kind,
                device.platform,
                device.metadata.text, device.createdAt.microseconds, device.updatedAt.microseconds,
                device.deletedAt?.microseconds,
            ],
            orThrow: HearthError(.conflict, "There is a device with the id \(device.id) already."))
    }

    package func update(_ device: Device) async throws {
        try await update(
            """
            UPDATE devices SET person = ?, name = ?, kind = ?, platform = ?, metadata = ?, created_at = ?,
            updated_at = ?, deleted_at = ? WHERE id = ?
            """,
            [
                CatalogueRow.blob(device.person), device.name, device.kind, device.platform, device.metadata.text,
                device.createdAt.microseconds, device.updatedAt.microseconds, device.deletedAt?.microseconds,
                CatalogueRow.blob(device.id),
            ],
            orThrow: HearthError(.notFound, "There is no device with the id \(device.id)."))
    }

    package func device(_ id: UniqueID) async throws -> Device? {
        try await file.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM devices WHERE id = ?", arguments: [CatalogueRow.blob(id)])
                .map(CatalogueRow.device)
        }
    }

    package func devices() async throws -> [Device] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM devices ORDER BY id").map(CatalogueRow.device)
        }
    }

    // MARK: Tokens

    package func insert(_ token: TokenRecord) async throws {
        let streams = token.streams.map { JSONValue.array($0.map(JSONValue.string)).text }
        try await insert(
            """
            INSERT INTO tokens (
                id, hash, name, role, person, device, streams, created_at, expires_at, revoked_at, parent)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                CatalogueRow.blob(token.id), Data(token.hash), token.name, token.role, CatalogueRow.blob(token.person),
                token.device.map(CatalogueRow.blob), streams, token.createdAt.microseconds,
                token.expiresAt?.microseconds, token.revokedAt?.microseconds, token.parent.map { Data($0) },
            ],
            orThrow: HearthError(
                .conflict, "There is a token with the id \(token.id) or the same secret already."))
    }

    package func revokeToken(_ id: UniqueID, at time: Timestamp) async throws {
        try await update(
            "UPDATE tokens SET revoked_at = ifnull(revoked_at, ?) WHERE id = ?",
            [time.microseconds, CatalogueRow.blob(id)],
            orThrow: HearthError(.notFound, "There is no token with the id \(id)."))
    }

    package func tokens() async throws -> [TokenRecord] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM tokens ORDER BY id").map(CatalogueRow.token)
        }
    }

    // MARK: Answers

    package func answer(principal: UniqueID, key: String, fingerprint: [UInt8]) async throws -> StoredAnswer? {
        try await file.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM answers WHERE principal = ? AND key = ?",
                arguments: [CatalogueRow.blob(principal), key])
            guard let row else { return nil }
            let known: Data = row["fingerprint"]
            guard Array(known) == fingerprint else {
                throw HearthError(
                    .idempotencyMismatch, "This Idempotency-Key was used with a different request.",
                    hint: "Use a new key for a new request.")
            }
            return CatalogueRow.answer(row)
        }
    }

    package func keep(
        _ answer: StoredAnswer, principal: UniqueID, key: String, fingerprint: [UInt8], at time: Timestamp
    ) async throws {
        try await file.write { db in
            try db.execute(
                sql: """
                    INSERT INTO answers (principal, key, fingerprint, status, content_type, body, kept_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    CatalogueRow.blob(principal), key, Data(fingerprint), answer.status, answer.contentType,
                    Data(answer.body), time.microseconds,
                ])
        }
    }

    package func dropAnswers(before cutoff: Timestamp) async throws -> Int {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM answers WHERE kept_at < ?", arguments: [cutoff.microseconds])
            return db.changesCount
        }
    }

    // MARK: Settings

    package func setting(_ name: String) async throws -> String? {
        try await file.read { db in
            try String.fetchOne(db, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name])
        }
    }

    package func set(_ name: String, to value: String) async throws {
        try await file.write { db in
            try db.execute(
                sql: """
                    INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value
                    """,
                arguments: [name, value])
        }
    }
}
