import GRDB
import HearthCore
import HearthStore

/// A filter as SQL on a table with the columns owner, timestamp, source and kind.
struct LibraryCondition {
    private(set) var sql: String
    private(set) var arguments: StatementArguments

    init(_ filter: DocumentFilter, owner: Int64, table: String) {
        sql = "\(table).owner = ?"
        arguments = [owner]
        if let from = filter.from { add("\(table).timestamp >= ?", [from.microseconds]) }
        if let to = filter.to { add("\(table).timestamp < ?", [to.microseconds]) }
        // One parameter for a list of any length: the statement stays the same.
        if let sources = filter.sources {
            add("\(table).source IN (SELECT value FROM json_each(?))", [LibraryRow.text(of: sources)])
        }
        if let kinds = filter.kinds {
            add("\(table).kind IN (SELECT value FROM json_each(?))", [LibraryRow.text(of: kinds.map(\.rawValue))])
        }
    }

    mutating func add(_ condition: String, _ values: StatementArguments) {
        sql += " AND " + condition
        arguments += values
    }
}
