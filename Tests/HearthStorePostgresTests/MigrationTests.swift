import HearthCore
import HearthStore
import HearthTesting
import Testing

@testable import HearthStorePostgres

@Suite("Migrations in PostgreSQL", .enabled(if: TestPostgres.isInstalled, "\(TestPostgres.absence)"))
struct MigrationTests {
    /// Columns, indexes and constraints of the tables that are the same in every household.
    private func schema(_ pool: PostgresPool) async throws -> [String] {
        try await pool.read { connection in
            try connection.execute(
                """
                SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                    || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
                UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
                UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                    WHERE connamespace = 'public'::regnamespace
                ORDER BY 1
                """
            ).map { $0.string(0) }
        }
    }

    @Test("Every older version becomes the newest", arguments: ReadingTables.migrator.migrations.map(\.name))
    func readings(last: String) async throws {
        let fresh = try await withPool { pool in
            try await ReadingTables.migrator.migrate(pool)
            return try await schema(pool)
        }
        try await withPool { pool in
            try await ReadingTables.migrator.migrate(pool, through: last)
            let store = try await PostgresReadingStore.open(pool)
            let migrated = try await schema(pool)
            #expect(migrated == fresh)
            let stream = try ContractReadings.motion()
            try await store.install([stream])
            let stored = try await store.append([ContractReadings.sample(60, seed: 1, stream: stream)])
            #expect(stored[0].stored == 60)
        }
    }

    @Test("Every table says what it is for")
    func comments() async throws {
        try await withPool { pool in
            let store = try await PostgresReadingStore.open(pool)
            try await store.install([try ContractReadings.motion()])
            let silent = try await pool.read { connection in
                try connection.execute(
                    """
                    SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                    AND obj_description(oid, 'pg_class') IS NULL
                    """
                ).map { $0.string(0) }
            }
            #expect(silent == [])
        }
    }
}
