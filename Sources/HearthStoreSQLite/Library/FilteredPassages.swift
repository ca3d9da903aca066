import GRDB
import HearthCore
import HearthStore

/// Tells of passages one by one whether they pass a filter. For one read of the file.
struct FilteredPassages {
    private let statement: RawStatement

    init(_ filter: DocumentFilter, owner: Int64, in db: Database) throws {
        let condition = LibraryCondition(filter, owner: owner, table: "f")
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.id FROM findable f JOIN documents d ON d.number = f.document
                WHERE f.number = ? AND \(condition.sql)
                """)
        // Bound once; only the number changes.
        try statement.setArguments([0] + condition.arguments)
        self.statement = try RawStatement(statement, in: db)
    }

    /// The passage's document; nil when the passage does not pass.
    func document(of number: Int64) throws -> UniqueID? {
        defer { statement.reset() }
        statement.bind(1, number)
        return try statement.step() ? statement.id(0) : nil
    }
}
