import Foundation
import GRDB
import HearthCore
import HearthStore
import HearthTesting
import Testing

@testable import HearthStoreSQLite

/// What is in the file of the library, and what is not any more.
@Suite("Library file")
struct LibraryFileTests {
    private let person = LibraryStoreContract.id(1)

    private func holds(_ word: String, in folder: TemporaryFolder) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        return try names.contains { name in
            try Data(contentsOf: folder.url.appending(path: name)).range(of: Data(word.utf8)) != nil
        }
    }

    @Test("A deleted document leaves no word in any file")
    func deletion() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        for number in 0..<20 {
            _ = try await store.put([LibraryStoreContract.entry(UInt64(100 + number), "Ordinary words \(number).")])
        }
        _ = try await store.put([
            LibraryStoreContract.entry(10, "The xylophonequark is hidden.", title: "Zebrafinchtitle")
        ])
        #expect(try holds("xylophonequark", in: folder))
        #expect(
            try await store.delete(
                LibraryStoreContract.id(10), person: person, at: LibraryStoreContract.time(9_500_000)))
        #expect(try !holds("Zebrafinchtitle", in: folder))
        try await store.purge()
        for word in ["xylophonequark", "Zebrafinchtitle", "zebrafinchtitl"] {
            #expect(try !holds(word, in: folder), "\(word) is still there")
        }
        #expect(try await ordinary(store) == 20)
        try await store.close()
    }

    private func ordinary(_ store: SQLiteLibraryStore) async throws -> Int {
        try await store.rank(text: TextQuery("ordinary words"), DocumentFilter(person: person), limit: 100).count
    }

    /// The blocks of the text index that hold words, by their numbers.
    private func blocks(_ store: SQLiteLibraryStore) async throws -> Set<Int64> {
        try await store.file.read { Set(try Int64.fetchAll($0, sql: "SELECT id FROM terms_data WHERE id > 10")) }
    }

    @Test("A deletion leaves the text index as it is, and the purge that it calls for is done once")
    func deletionIsCheap() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        // Fewer segments than FTS5 merges by itself.
        for part in [10..<20, 20..<30] as [Range<UInt64>] {
            _ = try await store.put(part.map { LibraryStoreContract.entry($0, "Ordinary words \($0).") })
        }
        let before = try await blocks(store)
        try await store.purge()
        #expect(try await blocks(store) == before)
        let time = LibraryStoreContract.time(9_500_000)
        #expect(try await store.delete(LibraryStoreContract.id(15), person: person, at: time))
        #expect(try await blocks(store).isSuperset(of: before))
        try await store.purge()
        let after = try await blocks(store)
        #expect(after.isDisjoint(with: before) && !after.isEmpty)
        try await store.purge()
        #expect(try await blocks(store) == after)
        #expect(try await ordinary(store) == 19)
        try await store.close()
    }

    @Test("A purge that was put off is done after the file was closed and opened")
    func purgeAfterReopening() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        _ = try await store.put([
            LibraryStoreContract.entry(10, "Xylophonequark."), LibraryStoreContract.entry(11, "Ordinary words."),
        ])
        let time = LibraryStoreContract.time(9_500_000)
        #expect(try await store.delete(LibraryStoreContract.id(10), person: person, at: time))
        try await store.close()
        store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        #expect(try holds("xylophonequark", in: folder))
        try await store.purge()
        #expect(try !holds("xylophonequark", in: folder))
        try await store.close()
    }

    @Test("Terms of another revision are made anew when the file is opened")
    func revision() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path("library.db")
        var store = try await SQLiteLibraryStore.open(path: path)
        _ = try await store.put([
            LibraryStoreContract.entry(10, "apples and pears", title: "Fruit"),
            LibraryStoreContract.entry(11, "something else"), LibraryStoreContract.entry(12, "a third thing"),
        ])
        try await store.file.write { db in
            try db.execute(sql: "INSERT INTO terms (terms) VALUES ('delete-all')")
            try db.execute(sql: "INSERT INTO terms (rowid, title, text) VALUES (1, '', 'wrong')")
            try db.execute(sql: "UPDATE facts SET value = 0 WHERE name = 'terms'")
        }
        try await store.close()
        store = try await SQLiteLibraryStore.open(path: path)
        let filter = DocumentFilter(person: person)
        #expect(try await store.rank(text: TextQuery("pear"), filter, limit: 5).count == 1)
        #expect(try await store.rank(text: TextQuery("fruit"), filter, limit: 5).count == 1)
        #expect(try await store.rank(text: TextQuery("wrong"), filter, limit: 5).isEmpty)
        try await store.close()
    }

    @Test("Scores are those that FTS5 computes itself, before and after passages come and go")
    func scores() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        let words = ["boiler", "repair", "garden", "letter", "tax", "green", "boat", "letter", "Monday"]
        func entry(_ number: Int) -> DocumentEntry {
            let text = (0...number % 11).map { words[($0 * 5 + number) % words.count] + ($0 == 6 ? "\n" : " ") }
                .joined()
            return LibraryStoreContract.entry(UInt64(number), text, title: words[number * 7 % words.count])
        }
        let query = "the letter of the tax boiler"
        for part in [10..<60, 60..<90] {
            _ = try await store.put(part.map(entry))
            _ = try await store.put([LibraryStoreContract.entry(UInt64(part.lowerBound + 3), "a letter, changed")])
            let ranked = try await store.rank(text: TextQuery(query), DocumentFilter(person: person), limit: 500)
            let expected = try await store.file.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT rowid, -bm25(terms, \(TextRanking.titleWeight), 1.0) FROM terms
                        WHERE terms MATCH 'letter OR tax OR boiler'
                        """
                ).map { ($0[0] as Int64, $0[1] as Double) }
            }
            let byNumber = Dictionary(uniqueKeysWithValues: expected)
            #expect(Set(ranked.map(\.number)) == Set(byNumber.keys))
            #expect(ranked.allSatisfy { abs($0.score - (byNumber[$0.number] ?? 0)) < 1e-9 })
            #expect(zip(ranked, ranked.dropFirst()).allSatisfy { $0.score >= $1.score })
        }
        try await store.close()
    }

    @Test("What a filter leaves is found by words that are nearly everywhere")
    func narrowFilter() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        let many = (0...TextRanking.candidateBudget).map { "common water \($0)" }.joined(separator: "\n")
        _ = try await store.put([
            LibraryStoreContract.entry(10, "common water in a letter", source: "mail"),
            LibraryStoreContract.entry(11, "nothing of it", source: "mail"),
            LibraryStoreContract.entry(12, "another common letter", source: "mail"),
            LibraryStoreContract.entry(13, many), LibraryStoreContract.entry(14, "a rare thing, twice rare"),
        ])
        let mails = DocumentFilter(person: person, sources: ["mail"])
        // Of the common word alone the newest passages are looked at, and with the rare one the common one is left out.
        for query in ["common", "rare common", "rare common waters"] {
            let found = try await store.rank(text: TextQuery(query), mails, limit: 10)
            #expect(
                Set(found.map(\.document)) == [LibraryStoreContract.id(10), LibraryStoreContract.id(12)], "\(query)")
        }
        let all = try await store.rank(text: TextQuery("rare common"), DocumentFilter(person: person), limit: 10)
        #expect(all.map(\.document) == [LibraryStoreContract.id(14)])
        try await store.close()
    }

    @Test("What another person has more of and newer hides nothing")
    func manyOfAnother() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        let (bob, budget) = (LibraryStoreContract.id(2), TextRanking.candidateBudget)
        func lines(_ count: Int, _ text: String) -> String {
            (0..<count).map { "\(text) \($0)" }.joined(separator: "\n")
        }
        _ = try await store.put([
            // More than are looked at one by one.
            LibraryStoreContract.entry(10, lines(TextRanking.few, "of something else")),
            LibraryStoreContract.entry(11, "common letter"), LibraryStoreContract.entry(12, "common water, a letter"),
            LibraryStoreContract.entry(20, lines(budget + 500, "common water"), person: bob),
            LibraryStoreContract.entry(21, lines(budget + 500, "common water"), person: bob),
            LibraryStoreContract.entry(22, "a strange thing", person: bob),
        ])
        func found(_ query: String, _ person: UniqueID, limit: Int = 10) async throws -> [UniqueID] {
            try await store.rank(text: TextQuery(query), DocumentFilter(person: person), limit: limit)
                .map(\.document)
        }
        let (first, second) = (LibraryStoreContract.id(11), LibraryStoreContract.id(12))
        #expect(try await Set(found("common", person)) == [first, second])
        #expect(try await found("common water", person) == [second, first])
        #expect(try await found("common water", person, limit: 1).count == 1)
        // Of the frequent words only the rarest is looked for, unless it tells the person nothing.
        #expect(try await found("strange common", person).count == 2)
        #expect(try await found("strange common", bob) == [LibraryStoreContract.id(22)])
        #expect(try await found("common", bob).allSatisfy { $0 == LibraryStoreContract.id(21) })
        try await store.close()
    }

    @Test("Documents are there after the file is closed and opened")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path("library.db")
        let entry = LibraryStoreContract.entry(10, String(repeating: "Long text. ", count: 5000), title: "T")
        var store = try await SQLiteLibraryStore.open(path: path)
        _ = try await store.put([entry])
        try await store.close()
        store = try await SQLiteLibraryStore.open(path: path)
        #expect(try await store.document(LibraryStoreContract.id(10), person: person) == entry.document)
        #expect(try await store.latestPassageChange() == 1)
        try await store.close()
    }

    @Test("Every table has a word on each column that does not speak for itself, and text is kept once")
    func schema() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await SQLiteLibraryStore.open(path: folder.path("library.db"))
        let tables = try await store.file.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'
                    AND name NOT LIKE 'terms%' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'
                    """)
        }
        #expect(tables.count >= 10)
        for table in tables { #expect(table.contains("--"), "\(table)") }
        let content = try await store.file.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE name = 'terms_content'")
        }
        #expect(content == 0)
        try await store.close()
    }
}
