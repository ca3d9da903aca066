import CLibPQ
package import HearthCore

/// What the server or the connection to it said, before it is put into Hearth's words at the border.
package struct PostgresError: Error, CustomStringConvertible {
    /// Five letters of SQL's own table of failures; empty when the server said nothing.
    package var state: String
    package var message: String
    package var constraint: String?
    /// The session is gone, and with it what it had not committed.
    package var isConnectionLost: Bool

    /// The details, which may quote stored values, stay out.
    package var description: String { state.isEmpty ? message : "\(state): \(message)" }

    static func mismatch(_ column: Int) -> PostgresError {
        PostgresError(
            state: "", message: "Column \(column) has another type than the one it is read as.", isConnectionLost: false
        )
    }

    /// Two transactions wanted the same in different orders, or saw too different a past: the loser may simply try again.
    package var asksForRetry: Bool { state == "40001" || state == "40P01" }
}

extension HearthError {
    /// When to come back after the server could not be reached.
    private static let connectionRetry = Duration.seconds(1)

    /// The error to throw at the border for what libpq or this module threw.
    package init(postgres error: any Error) {
        if let error = error as? HearthError {
            self = error
            return
        }
        guard let error = error as? PostgresError else {
            self.init(.storageFailed, "The database could not be used.", disposition: .defect, cause: error)
            return
        }
        switch error.state {
        case "53100":
            self.init(
                .storageFull, "The disk of the database is full; nothing of the request was stored.",
                hint: "Make room on the disk; Hearth goes on by itself.", disposition: .retry, retryAfter: .seconds(5),
                cause: error)
        case "28000", "28P01":
            self.init(
                .storageFailed, "The database refused the user name or the password.",
                hint: "Check the URL of the database.", disposition: .caller, cause: error)
        case "3D000":
            self.init(
                .storageFailed, "The database server has no database of this name.",
                hint: "Make it with createdb, or check the URL.", disposition: .caller, cause: error)
        case "42501":
            self.init(
                .storageFailed, "The user of the database may not do what Hearth needs.",
                hint: "The user must own the database, or have all rights on its schema.", disposition: .caller,
                cause: error)
        case "25006":
            self.init(
                .storageFailed, "The database only takes reads; it may be a standby.",
                hint: "Name the primary server in the URL of the database.", disposition: .retry,
                retryAfter: Self.connectionRetry, cause: error)
        case "57014":
            self.init(
                .storageFailed, "The database took too long for a statement.", disposition: .retry,
                retryAfter: Self.connectionRetry, cause: error)
        case "55P03":
            self.init(
                .storageFailed, "Another transaction holds what this one needs.", disposition: .retry,
                retryAfter: Self.connectionRetry, cause: error)
        case "40001", "40P01":
            self.init(
                .storageFailed, "Transactions got into each other's way again and again.", disposition: .retry,
                retryAfter: Self.connectionRetry, cause: error)
        case "53300":
            self.init(
                .storageFailed, "The database server has no connection left.",
                hint: "Raise max_connections, or let Hearth use fewer.", disposition: .retry,
                retryAfter: Self.connectionRetry, cause: error)
        case "XX001", "XX002":
            self.init(
                .storageFailed, "The database is damaged.",
                hint: "Stop Hearth, keep a copy of the database, and restore the last backup.", disposition: .defect,
                cause: error)
        case let state where error.isConnectionLost || state.hasPrefix("08") || state.hasPrefix("57P"):
            self.init(
                .storageFailed, "The database server cannot be reached.",
                hint: "Is it running, and does the URL name it? Hearth tries again by itself.",
                disposition: .retry, retryAfter: Self.connectionRetry, cause: error)
        default:
            self.init(.storageFailed, "The database refused a statement.", disposition: .defect, cause: error)
        }
    }
}
