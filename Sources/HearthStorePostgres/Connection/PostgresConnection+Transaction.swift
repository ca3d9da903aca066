package import HearthCore

/// How a transaction sees others.
package enum PostgresIsolation: Sendable {
    /// Each statement sees what was committed before it.
    case readCommitted
    /// All statements see one snapshot.
    case snapshot
    /// One snapshot, and no writes.
    case readOnlySnapshot

    fileprivate var begin: String {
        switch self {
        case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
        case .snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ"
        case .readOnlySnapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        }
    }
}

/// On whose behalf a transaction runs: policies of row-level security look at both.
package struct PostgresScope: Sendable, Hashable {
    /// The role that the transaction takes; nil keeps the user of the connection.
    package var role: String?
    /// `hearth.person_id` for the time of the transaction.
    package var person: UniqueID?

    package init(role: String? = nil, person: UniqueID? = nil) {
        self.role = role
        self.person = person
    }

    /// Hearth itself, as the user of the connection.
    package static let system = PostgresScope()
}

extension PostgresConnection {
    /// Runs `body` in a transaction, which is on stable storage when the call returns, or left no trace when it throws.
    package func transaction<Value>(
        _ isolation: PostgresIsolation = .readCommitted, as scope: PostgresScope = .system,
        _ body: (PostgresConnection) throws -> Value
    ) throws -> Value {
        try begin(isolation, as: scope)
        do {
            let value = try body(self)
            try script("COMMIT")
            return value
        } catch {
            try rollBack()
            throw error
        }
    }

    func begin(_ isolation: PostgresIsolation, as scope: PostgresScope) throws {
        try script(isolation.begin)
        if scope == .system { return }
        do {
            // As SET LOCAL would, but with arguments.
            if let person = scope.person {
                try execute("SELECT set_config('hearth.person_id', $1, true)", [.text(String(describing: person))])
            }
            if let role = scope.role { try execute("SELECT set_config('role', $1, true)", [.text(role)]) }
        } catch {
            try rollBack()
            throw error
        }
    }

    /// Undoes the transaction; on a lost connection the server has done so.
    func rollBack() throws {
        if !isBroken, !isIdle { try script("ROLLBACK") }
    }

    /// Runs `body` in a part of the transaction that can fail alone.
    package func savepoint<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        try script("SAVEPOINT hearth")
        do {
            let value = try body(self)
            try script("RELEASE SAVEPOINT hearth")
            return value
        } catch {
            if !isBroken { try script("ROLLBACK TO SAVEPOINT hearth; RELEASE SAVEPOINT hearth") }
            throw error
        }
    }
}
