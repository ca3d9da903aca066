import Foundation
import GRDB
package import HearthCore
package import HearthStore

extension SQLiteLibraryStore {
    package func document(_ id: UniqueID, person: UniqueID) async throws -> Document? {
        try await document(id, person: person, version: nil)
    }

    package func document(_ id: UniqueID, version: Int, person: UniqueID) async throws -> Document? {
        try await document(id, person: person, version: version)
    }

    private func document(_ id: UniqueID, person: UniqueID, version: Int?) async throws -> Document? {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return nil }
            return try Row.fetchOne(
                db,
                sql: """
                    SELECT d.id, d.source, d.key, v.* FROM documents d JOIN versions v ON v.document = d.number
                    WHERE d.id = ? AND d.owner = ? AND v.version = ifnull(?, d.version)
                    """,
                arguments: [CatalogueRow.blob(id), owner, version]
            ).map { try LibraryRow.document($0, person: person) }
        }
    }

    package func versions(of document: UniqueID, person: UniqueID) async throws -> [DocumentVersion] {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT v.version, v.title, v.timestamp, v.received, v.fingerprint, v.bytes FROM documents d
                    JOIN versions v ON v.document = d.number WHERE d.id = ? AND d.owner = ?
                    ORDER BY v.version DESC LIMIT ?
                    """,
                arguments: [CatalogueRow.blob(document), owner, LibraryLimits.listLength]
            ).map { row in
                DocumentVersion(
                    version: row["version"], title: row["title"], timestamp: Timestamp(microseconds: row["timestamp"]),
                    received: Timestamp(microseconds: row["received"]), fingerprint: Array(row["fingerprint"] as Data),
                    bytes: row["bytes"])
            }
        }
    }

    package func passages(of document: UniqueID, person: UniqueID) async throws -> [Passage] {
        try await passages(of: document, person: person, version: nil)
    }

    package func passages(of document: UniqueID, version: Int, person: UniqueID) async throws -> [Passage] {
        try await passages(of: document, person: person, version: version)
    }

    private func passages(of document: UniqueID, person: UniqueID, version: Int?) async throws -> [Passage] {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            let statement = try RawStatement(
                db,
                """
                SELECT \(LibraryRow.passage) FROM documents d
                JOIN passages p ON p.document = d.number AND p.version = ifnull(?, d.version)
                WHERE d.id = ? AND d.owner = ? ORDER BY p.position, p.number
                """)
            if let version { statement.bind(1, version) } else { statement.bindNull(1) }
            statement.bind(2, document)
            statement.bind(3, owner)
            return try statement.rows { try LibraryRow.passage($0, document: document) }
        }
    }

    package func passages(numbered numbers: [Int64], person: UniqueID) async throws -> [FoundPassage] {
        if numbers.isEmpty { return [] }
        return try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            let statement = try RawStatement(
                db,
                """
                SELECT \(LibraryRow.head), \(LibraryRow.passage) FROM findable f
                JOIN passages p ON p.number = f.number JOIN documents d ON d.number = f.document
                JOIN versions v ON v.document = d.number AND v.version = d.version
                WHERE f.number = ? AND f.owner = ?
                """)
            defer { statement.clear() }
            statement.bind(2, owner)
            return try numbers.prefix(LibraryLimits.listLength).compactMap { number in
                defer { statement.reset() }
                statement.bind(1, number)
                return try statement.step() ? try LibraryRow.found(statement) : nil
            }
        }
    }

    package func passage(_ id: UniqueID, person: UniqueID) async throws -> FoundPassage? {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return nil }
            let statement = try RawStatement(
                db,
                """
                SELECT \(LibraryRow.head), \(LibraryRow.passage) FROM passages p
                JOIN documents d ON d.number = p.document
                JOIN versions v ON v.document = d.number AND v.version = d.version WHERE p.id = ? AND d.owner = ?
                """)
            statement.bind(1, id)
            statement.bind(2, owner)
            return try statement.rows(LibraryRow.found).first
        }
    }

    package func documents(
        _ filter: DocumentFilter, after position: DocumentPosition?, limit: Int
    ) async throws -> [DocumentHead] {
        try await file.read { db in
            guard let owner = try Self.owner(filter.person, in: db) else { return [] }
            var condition = LibraryCondition(filter, owner: owner, table: "d")
            if let position {
                condition.add(
                    "(d.timestamp, d.id) < (?, ?)", [position.timestamp.microseconds, CatalogueRow.blob(position.id)])
            }
            let sql = """
                SELECT \(LibraryRow.head) FROM \(LibraryRow.joined) WHERE \(condition.sql)
                ORDER BY d.timestamp DESC, d.id DESC LIMIT ?
                """
            let statement = try db.makeStatement(sql: sql)
            try statement.setArguments(condition.arguments + [LibraryLimits.length(limit)])
            return try RawStatement(statement, in: db).rows(LibraryRow.head)
        }
    }

    package func count(_ filter: DocumentFilter) async throws -> (documents: Int, passages: Int) {
        try await file.read { db in
            guard let owner = try Self.owner(filter.person, in: db) else { return (0, 0) }
            let condition = LibraryCondition(filter, owner: owner, table: "d")
            let row = try Row.fetchOne(
                db, sql: "SELECT count(*), ifnull(sum(d.passages), 0) FROM documents d WHERE \(condition.sql)",
                arguments: condition.arguments)
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    package func timeline(_ filter: DocumentFilter, edges: [Timestamp]) async throws -> [TimelineSpan] {
        try LibraryLimits.check(edges: edges)
        return try await file.read { db in
            let owner = try Self.owner(filter.person, in: db)
            return try zip(edges, edges.dropFirst()).map { from, to in
                var span = TimelineSpan(from: from, to: to, counts: [:])
                guard let owner else { return span }
                var inside = filter
                inside.from = filter.from.map { max($0, from) } ?? from
                inside.to = filter.to.map { min($0, to) } ?? to
                let condition = LibraryCondition(inside, owner: owner, table: "d")
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT d.source, d.kind, count(*) AS count FROM documents d WHERE \(condition.sql)
                        GROUP BY d.source, d.kind
                        """,
                    arguments: condition.arguments)
                for row in rows {
                    let group = TimelineSpan.Group(source: row["source"], kind: try LibraryRow.kind(row["kind"]))
                    span.counts[group] = row["count"]
                }
                return span
            }
        }
    }

    package func links(person: UniqueID) async throws -> [(from: UniqueID, to: UniqueID)] {
        try await file.read { db in
            guard let owner = try Self.owner(person, in: db) else { return [] }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT a.id AS source, b.id AS target FROM links l
                    JOIN names n ON n.owner = l.owner AND n.name = l.target AND n.document <> l.document
                    JOIN documents a ON a.number = l.document JOIN documents b ON b.number = n.document
                    WHERE l.owner = ? ORDER BY 1, 2
                    """,
                arguments: [owner])
            return try rows.map { (try CatalogueRow.id($0["source"]), try CatalogueRow.id($0["target"])) }
        }
    }
}
