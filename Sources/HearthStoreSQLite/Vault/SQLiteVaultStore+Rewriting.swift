import GRDB
package import HearthCore
package import HearthStore

extension SQLiteVaultStore {
    // MARK: Fields

    package func fields() async throws -> [VaultField] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM vault_fields ORDER BY stream, field").map { row in
                guard let state = VaultField.State(rawValue: row["state"]) else {
                    throw HearthError(.storageFailed, "A field in the vault has no known state.", disposition: .defect)
                }
                return VaultField(stream: row["stream"], field: row["field"], state: state)
            }
        }
    }

    package func set(_ fields: [VaultField]) async throws {
        try await file.write { db in
            for field in fields {
                try db.execute(
                    sql: """
                        INSERT INTO vault_fields (stream, field, state) VALUES (?, ?, ?)
                        ON CONFLICT (stream, field) DO UPDATE SET state = excluded.state
                        """,
                    arguments: [field.stream, field.field, field.state.rawValue])
            }
            try db.execute(sql: "DELETE FROM vault_progress")
        }
    }

    package func removeFields(_ fields: [VaultField]) async throws {
        try await file.write { db in
            for field in fields {
                try db.execute(
                    sql: "DELETE FROM vault_fields WHERE stream = ? AND field = ?",
                    arguments: [field.stream, field.field])
            }
        }
    }

    // MARK: Progress

    package func progress() async throws -> [VaultProgress] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM vault_progress ORDER BY stream, person").map { row in
                let text: String? = row["position"]
                let position = text.flatMap { ReadingPosition(text: $0) }
                guard (text == nil) == (position == nil) else {
                    throw HearthError(.storageFailed, "A place in the vault cannot be read.", disposition: .defect)
                }
                return VaultProgress(
                    stream: row["stream"], person: try CatalogueRow.id(row["person"]), position: position)
            }
        }
    }

    package func note(_ progress: VaultProgress) async throws {
        try await file.write { db in
            try db.execute(
                sql: """
                    INSERT INTO vault_progress (stream, person, position) VALUES (?, ?, ?)
                    ON CONFLICT (stream, person) DO UPDATE SET position = excluded.position
                    """,
                arguments: [progress.stream, CatalogueRow.blob(progress.person), progress.position?.text])
        }
    }

    package func forgetProgress() async throws {
        try await file.write { try $0.execute(sql: "DELETE FROM vault_progress") }
    }

    // MARK: Erasures

    package func erasures() async throws -> [UniqueID] {
        try await file.read { db in
            try Row.fetchAll(db, sql: "SELECT person FROM vault_erasures ORDER BY person").map {
                try CatalogueRow.id($0["person"])
            }
        }
    }

    package func beginErasure(of person: UniqueID) async throws {
        try await file.write { db in
            try db.execute(
                sql: "INSERT INTO vault_erasures (person) VALUES (?) ON CONFLICT DO NOTHING",
                arguments: [CatalogueRow.blob(person)])
        }
    }

    package func endErasure(of person: UniqueID) async throws {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM vault_erasures WHERE person = ?", arguments: [CatalogueRow.blob(person)])
        }
    }
}
