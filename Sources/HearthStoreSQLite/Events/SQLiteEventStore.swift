import Foundation
import GRDB
package import HearthCore
package import HearthStore

/// The outbox of events in one SQLite file, `events.db`: a file of its own, so that webhooks and readings do not wait for each
/// other's transactions.
package final class SQLiteEventStore: EventStore {
    private let file: SQLiteFile

    private init(file: SQLiteFile) { self.file = file }

    /// Opens or creates the file.
    package static func open(path: String) async throws -> SQLiteEventStore {
        var limits = SQLiteFile.Limits()
        limits.writerCacheKiB = 2048
        limits.readerCacheKiB = 1024
        limits.readers = 2
        limits.checkpointPages = 1000
        limits.largestLogBytes = 8 << 20
        return SQLiteEventStore(
            file: try await SQLiteFile.open(path: path, limits: limits) { EventMigrations.migrator() })
    }

    package func probe() async throws {
        try await file.write { try $0.execute(sql: "UPDATE probe SET times = times + 1") }
    }

    package func close() async throws { try await file.close() }

    // MARK: Events

    package func append(_ entries: [EventEntry], mark: EventMark?, at now: Timestamp) async throws -> Int {
        if entries.isEmpty, mark == nil { return 0 }
        return try await file.write { db in
            let event = try db.makeStatement(
                sql: """
                    INSERT INTO events (id, kind, key, ordering, person, time, data) VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """)
            let delivery = try db.makeStatement(
                sql: """
                    INSERT INTO deliveries (event, target, ordering, since, due) VALUES (?1, ?2, ?3, ?4, ?4)
                    ON CONFLICT DO NOTHING
                    """)
            var added = 0
            for entry in entries {
                let told = entry.event
                try event.execute(arguments: [
                    CatalogueRow.blob(told.id), told.kind.text, told.key, told.order,
                    told.person.map(CatalogueRow.blob), told.time.microseconds, told.data.text,
                ])
                guard db.changesCount == 1 else { continue }
                added += 1
                let number = db.lastInsertedRowID
                for target in entry.targets {
                    try delivery.execute(arguments: [number, target, told.order, now.microseconds])
                }
            }
            if let mark {
                try db.execute(
                    sql: """
                        INSERT INTO marks (source, place) VALUES (?, ?)
                        ON CONFLICT DO UPDATE SET place = excluded.place
                        """, arguments: [mark.source, mark.place])
            }
            return added
        }
    }

    package func place(of source: String) async throws -> String? {
        try await file.read { db in
            try String.fetchOne(db, sql: "SELECT place FROM marks WHERE source = ?", arguments: [source])
        }
    }

    package func removeMark(of source: String) async throws {
        try await file.write { try $0.execute(sql: "DELETE FROM marks WHERE source = ?", arguments: [source]) }
    }

    package func forgetEvents(before cutoff: Timestamp) async throws -> Int {
        try await file.write { db in
            try db.execute(
                sql: """
                    DELETE FROM events WHERE time < ? AND NOT EXISTS (
                        SELECT 1 FROM deliveries d WHERE d.event = events.number AND d.state = 'pending')
                    """, arguments: [cutoff.microseconds])
            return db.changesCount
        }
    }

    package func eraseEvents(of person: UniqueID) async throws -> Int {
        try await file.write { db in
            try db.execute(sql: "DELETE FROM events WHERE person = ?", arguments: [CatalogueRow.blob(person)])
            return db.changesCount
        }
    }

    // MARK: Trying

    /// Pending, and no earlier one of its order is.
    private static let isItsTurn = """
        d.state = 'pending' AND NOT EXISTS (
            SELECT 1 FROM deliveries p WHERE p.target = d.target AND p.ordering = d.ordering AND p.state = 'pending'
            AND p.number < d.number)
        """

    package func claim(_ claim: DeliveryClaim) async throws -> [Delivery] {
        try await file.write { db in
            let found = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(DeliveryRow.columns) FROM deliveries d JOIN events e ON e.number = d.event
                    WHERE d.target = ? AND d.due <= ? AND \(Self.isItsTurn) ORDER BY d.number LIMIT ?
                    """, arguments: [claim.target, claim.now.microseconds, max(claim.limit, 0)]
            ).map(DeliveryRow.delivery)
            for delivery in found {
                try db.execute(
                    sql: "UPDATE deliveries SET holder = ?, due = ? WHERE number = ?",
                    arguments: [CatalogueRow.blob(claim.holder), claim.until.microseconds, delivery.number])
            }
            return found
        }
    }

    package func release(holder: UniqueID, at now: Timestamp) async throws -> Int {
        try await file.write { db in
            try db.execute(
                sql: "UPDATE deliveries SET holder = NULL, due = ? WHERE state = 'pending' AND holder = ?",
                arguments: [now.microseconds, CatalogueRow.blob(holder)])
            return db.changesCount
        }
    }

    package func settle(
        _ number: Int64, by holder: UniqueID, as outcome: DeliveryOutcome, at now: Timestamp
    ) async throws -> Bool {
        let change: String
        var arguments: StatementArguments
        switch outcome {
        case .delivered:
            change = "state = 'delivered', attempts = attempts + 1, tried = ?, code = NULL, message = NULL"
            arguments = [now.microseconds]
        case .retry(let due, let failure):
            change = "attempts = attempts + 1, tried = ?, due = ?, code = ?, message = ?"
            arguments = [now.microseconds, due.microseconds, failure.code.text, failure.message]
        case .dead(let failure):
            change = "state = 'dead', attempts = attempts + 1, tried = ?, code = ?, message = ?"
            arguments = [now.microseconds, failure.code.text, failure.message]
        case .postponed(let due):
            change = "due = ?"
            arguments = [due.microseconds]
        }
        arguments += [number, CatalogueRow.blob(holder)]
        return try await file.write { [arguments] db in
            try db.execute(
                sql: """
                    UPDATE deliveries SET holder = NULL, \(change)
                    WHERE number = ? AND state = 'pending' AND holder = ?
                    """, arguments: arguments)
            return db.changesCount == 1
        }
    }

    package func nextDue(of target: String) async throws -> Timestamp? {
        try await file.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT min(d.due) FROM deliveries d WHERE d.target = ? AND \(Self.isItsTurn)",
                arguments: [target]
            ).map { Timestamp(microseconds: $0) }
        }
    }

    // MARK: Looking

    package func deliveries(
        _ filter: DeliveryFilter, before number: Int64?, limit: Int
    ) async throws -> [Delivery] {
        try await file.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(DeliveryRow.columns) FROM deliveries d JOIN events e ON e.number = d.event
                    WHERE (?1 IS NULL OR d.target = ?1) AND (?2 IS NULL OR d.state = ?2) AND d.number < ?3
                    ORDER BY d.number DESC LIMIT ?4
                    """, arguments: [filter.target, filter.state?.rawValue, number ?? .max, max(limit, 0)]
            ).map(DeliveryRow.delivery)
        }
    }

    package func delivery(_ number: Int64) async throws -> Delivery? {
        try await file.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT \(DeliveryRow.columns) FROM deliveries d JOIN events e ON e.number = d.event
                    WHERE d.number = ?
                    """, arguments: [number]
            ).map(DeliveryRow.delivery)
        }
    }

    package func deliveryCounts() async throws -> [String: DeliveryCounts] {
        try await file.read { db in
            var counts: [String: DeliveryCounts] = [:]
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT target, state, count(*) AS count, min(since) AS oldest FROM deliveries GROUP BY target, state
                    """)
            for row in rows {
                let target: String = row["target"]
                let state: String = row["state"]
                let count: Int = row["count"]
                switch Delivery.State(rawValue: state) {
                case .pending:
                    counts[target, default: DeliveryCounts()].pending = count
                    counts[target, default: DeliveryCounts()].oldest = Timestamp(microseconds: row["oldest"])
                case .delivered: counts[target, default: DeliveryCounts()].delivered = count
                case .dead: counts[target, default: DeliveryCounts()].dead = count
                case nil: continue
                }
            }
            return counts
        }
    }

    // MARK: Giving up, and not

    package func replay(_ number: Int64?, target: String?, at now: Timestamp) async throws -> Int {
        try await file.write { db in
            try db.execute(
                sql: """
                    UPDATE deliveries SET state = 'pending', attempts = 0, since = ?1, due = ?1, holder = NULL
                    WHERE state = 'dead' AND (?2 IS NULL OR number = ?2) AND (?3 IS NULL OR target = ?3)
                    """, arguments: [now.microseconds, number, target])
            return db.changesCount
        }
    }

    package func discard(_ number: Int64) async throws -> Bool {
        try await file.write { db in
            try db.execute(
                sql: "DELETE FROM deliveries WHERE number = ? AND state = 'dead'", arguments: [number])
            return db.changesCount == 1
        }
    }

    package func abandon(
        except targets: Set<String>, because failure: DeliveryFailure, at now: Timestamp
    ) async throws -> Int {
        try await file.write { db in
            let names = JSONValue.array(targets.sorted().map { .string($0) }).text
            try db.execute(
                sql: """
                    UPDATE deliveries SET state = 'dead', holder = NULL, code = ?, message = ?
                    WHERE state = 'pending' AND target NOT IN (SELECT value FROM json_each(?))
                    """, arguments: [failure.code.text, failure.message, names])
            return db.changesCount
        }
    }
}
