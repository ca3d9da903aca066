import HearthTesting

@testable import HearthStorePostgres

/// Runs `body` with a pool on a database of its own.
func withPool<Value: Sendable>(
    _ settings: PostgresSettings = .test, _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
    try await TestPostgres.withDatabase { url in
        let pool = PostgresPool(url: url, settings: settings)
        let result: Result<Value, any Error>
        do { result = .success(try await body(pool)) } catch { result = .failure(error) }
        await pool.close()
        return try result.get()
    }
}

extension PostgresSettings {
    /// Few sessions, since many tests run at once.
    static var test: PostgresSettings {
        var settings = PostgresSettings()
        settings.connections = 4
        return settings
    }
}
