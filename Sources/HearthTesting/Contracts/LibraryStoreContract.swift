package import HearthCore
package import HearthStore

/// What every library store does, as `LibraryStore` says.
package enum LibraryStoreContract {
    typealias Make = @Sendable () async throws -> any LibraryStore

    package static let cases: [ContractCase<any LibraryStore>] = [
        ContractCase("keeps documents and passages as they came", verifyDocuments),
        ContractCase("stores the same once and a change as a version", verifyVersions),
        ContractCase("leaves out what comes too late", verifyLateness),
        ContractCase("keeps mails of one name apart", verifyMails),
        ContractCase("does not bring back what was forgotten", verifyForgetting),
        ContractCase("stores all of a call or nothing", verifyAllOrNothing),
        ContractCase("lists and counts by filter, newest first", verifyLists),
        ContractCase("counts documents over time", verifyTimeline),
        ContractCase("shows nobody what is another's", verifyPeople),
        ContractCase("ranks by terms, without regard to form", verifyRanking),
        ContractCase("takes any words as a query", verifyQueries),
        ContractCase("ranks inside a filter", verifyRankingFilters),
        ContractCase("tells of passages that come and go", verifyChanges),
        ContractCase("forgets a document", verifyDeletion),
        ContractCase("resolves links", verifyLinks),
        ContractCase("keeps conversations", verifyTurns),
        ContractCase("keeps open questions", verifyGaps),
        ContractCase("erases a person", verifyErasure),
        ContractCase("takes one of many inserts at once", verifyConcurrency),
        ContractCase("refuses what is too large", verifyLimits),
        ContractCase("probes and closes", verifyEnd),
    ]

    // MARK: Material

    package static func id(_ number: UInt64) -> UniqueID {
        UniqueID(high: number << 16 | 0x7000, low: 0x8000_0000_0000_0000 | number)
    }

    package static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000 + 7) }

    static let ada = id(1)
    static let bob = id(2)

    /// A document whose passages are its paragraphs.
    package static func entry(
        _ number: UInt64, _ text: String, title: String = "", source: String = "notes", key: String? = nil,
        kind: DocumentKind = .note, person: UniqueID = id(1), at seconds: Int64? = nil, links: [String] = []
    ) -> DocumentEntry {
        var fingerprint = SipHash(key: SipHash.Key(first: 1, second: 2))
        var whole = title + "\n" + text
        whole.withUTF8 { fingerprint.combine(UnsafeRawBufferPointer($0)) }
        let document = Document(
            id: id(number), person: person, kind: kind, title: title, text: text, language: "en",
            source: DocumentSource(name: source, key: key ?? "key-\(number)"),
            timestamp: time(seconds ?? Int64(number) * 1000), received: time(9_000_000),
            fingerprint: withUnsafeBytes(of: fingerprint.finalize().littleEndian) { Array($0) }, links: links)
        var passages: [Passage] = []
        var offset = 0
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if !paragraph.isEmpty {
                passages.append(
                    Passage(
                        id: id(number << 20 | UInt64(passages.count) << 8 | fingerprintByte(document)),
                        document: document.id, version: 1, index: passages.count, offset: offset,
                        text: String(paragraph)))
            }
            offset += paragraph.utf8.count + 1
        }
        return DocumentEntry(document: document, passages: passages)
    }

    private static func fingerprintByte(_ document: Document) -> UInt64 { UInt64(document.fingerprint.first ?? 0) }

    static func ranked(
        _ store: any LibraryStore, _ query: String, _ filter: DocumentFilter? = nil, limit: Int = 10
    ) async throws -> [UniqueID] {
        try await store.rank(text: TextQuery(query), filter ?? DocumentFilter(person: ada), limit: limit)
            .map(\.document)
    }

    // MARK: Documents

    static func verifyDocuments(_ make: Make) async throws {
        let store = try await make()
        var full = entry(10, "Erster Satz. 🙂\n\nZweiter Absatz, naïve.", title: "Ein Brief", kind: .mail)
        full.document.language = "de"
        full.document.source = DocumentSource(
            name: "mail", key: "<a@b>", url: "https://example.org/1", blob: String(repeating: "ab", count: 32),
            stream: "mail", record: RecordID(timestamp: time(5), digest: 77), device: id(9))
        full.document.metadata = ["from": "ada@example.org", "to": ["x", "y"], "size": 12]
        full.document.links = ["https://example.org/2", "<c@d>"]
        full.passages[1].spoken = 1.25...3.5
        let bare = entry(11, "", kind: .file)
        let outcomes = try await store.put([full, bare])
        try requireEqual(
            outcomes,
            [
                PutOutcome(id: id(10), version: 1, change: .inserted, passages: 2),
                PutOutcome(id: id(11), version: 1, change: .inserted, passages: 0),
            ], "outcomes of inserts")
        let found = try await store.document(id(10), person: ada)
        try requireEqual(found, full.document, "a document read back")
        let empty = try await store.document(id(11), person: ada)
        try requireEqual(empty, bare.document, "a document without text")
        let passages = try await store.passages(of: id(10), person: ada)
        var expected = full.passages
        for index in expected.indices { expected[index].number = passages[index].number }
        try requireEqual(passages, expected, "passages in order")
        try require(
            passages[0].number > 0 && passages[0].number < passages[1].number, "numbers of passages do not count up")
        let text = Array(full.document.text.utf8)
        for passage in passages {
            let range = passage.offset..<passage.offset + passage.text.utf8.count
            try requireEqual(Array(text[range]), Array(passage.text.utf8), "a passage's place in the text")
        }
        let numbers = [passages[1].number, 987_654_321, passages[0].number]
        let byNumber = try await store.passages(numbered: numbers, person: ada)
        try requireEqual(byNumber.map(\.passage), [passages[1], passages[0]], "passages by number, in the order asked")
        let byID = try await store.passage(passages[1].id, person: ada)
        try requireEqual(byID, byNumber[0], "a passage by id")
        let head = byNumber[0].document
        try requireEqual(head.source, full.document.source, "the source in a head")
        try requireEqual(head.metadata, full.document.metadata, "metadata in a head")
        try requireEqual(head.summary, "Erster Satz. 🙂  Zweiter Absatz, naïve.", "the summary")
        try requireEqual([head.passages, head.version], [2, 1], "passages and version in a head")
        let unknown = try await store.document(id(99), person: ada)
        try requireEqual(unknown, nil, "an unknown document")
    }

    static func verifyVersions(_ make: Make) async throws {
        let store = try await make()
        let first = entry(10, "old words about rivers", title: "Plan", key: "k")
        _ = try await store.put([first])
        let firstPassage = try await store.passages(of: id(10), person: ada)[0]
        var same = first
        (same.document.id, same.document.received) = (id(50), time(1))
        let again = try await store.put([same])
        try requireEqual(
            again, [PutOutcome(id: id(10), version: 1, change: .unchanged, passages: 1)], "the same stored again")
        var second = entry(51, "new words about mountains\nand valleys", title: "Plan B", key: "k", kind: .page, at: 5)
        second.document.version = 40
        let changed = try await store.put([second])
        try requireEqual(
            changed, [PutOutcome(id: id(10), version: 2, change: .newVersion, passages: 2)], "a changed document")
        var expected = second.document
        (expected.id, expected.version) = (id(10), 2)
        let current = try await store.document(id(10), person: ada)
        try requireEqual(current, expected, "the current version")
        let old = try await store.document(id(10), version: 1, person: ada)
        try requireEqual(old, first.document, "the earlier version, as it was")
        let none = try await store.document(id(10), version: 3, person: ada)
        try requireEqual(none, nil, "a version that never was")
        let versions = try await store.versions(of: id(10), person: ada)
        try requireEqual(versions.map(\.version), [2, 1], "versions, newest first")
        try requireEqual(versions.map(\.title), ["Plan B", "Plan"], "titles of versions")
        try requireEqual(versions[1].bytes, first.document.text.utf8.count, "bytes of a version")
        let passages = try await store.passages(of: id(10), person: ada)
        try requireEqual(passages.map(\.text), second.passages.map(\.text), "passages of the current version")
        try require(passages.allSatisfy { $0.version == 2 && $0.document == id(10) }, "passages name another version")
        let rivers = try await ranked(store, "rivers")
        try requireEqual(rivers, [], "an old version found by its words")
        let mountains = try await ranked(store, "mountain")
        try requireEqual(mountains, [id(10)], "the new version found by its words")
        let byNumber = try await store.passages(numbered: [firstPassage.number], person: ada)
        try requireEqual(byNumber, [], "an old passage by number")
        let cited = try await store.passage(firstPassage.id, person: ada)
        try requireEqual(cited?.passage, firstPassage, "an old passage by id, as it was cited")
        let counts = try await store.count(DocumentFilter(person: ada))
        try requireEqual([counts.documents, counts.passages], [1, 2], "counts after a new version")
        // The old text again is a third version: passages whose ids are taken get others.
        let third = try await store.put([first])
        try requireEqual(third.map(\.version), [3], "an old text again")
        let stored = try await store.passages(of: id(10), person: ada)
        try requireEqual(stored.map(\.text), first.passages.map(\.text), "passages of a text that came back")
        try require(stored[0].id != firstPassage.id, "a passage's id is used twice")
    }

    static func verifyAllOrNothing(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([entry(10, "first", key: "a")])
        try await requireFailure(.conflict, "an id used for two documents") {
            try await store.put([entry(11, "second", key: "b"), entry(10, "third", key: "c")])
        }
        let documents = try await store.documents(DocumentFilter(person: ada), after: nil, limit: 10)
        try requireEqual(documents.map(\.id), [id(10)], "documents after a call that failed")
        let found = try await ranked(store, "second")
        try requireEqual(found, [], "words of a call that failed")
        let twice = try await store.put([entry(12, "same", key: "d"), entry(13, "same", key: "d")])
        try requireEqual(twice.map(\.id), [id(12), id(12)], "the same twice in one call")
        try requireEqual(twice.map(\.change), [.inserted, .unchanged], "the same twice in one call")
    }

    static func verifyLists(_ make: Make) async throws {
        let store = try await make()
        var entries: [DocumentEntry] = []
        for number in 0..<30 {
            let (source, kind): (String, DocumentKind) = (
                number % 3 == 0 ? "mail" : "notes", number % 5 == 0 ? .pdf : .note
            )
            // Threes share a time, so that the id decides.
            let seconds = Int64(number / 3)
            entries.append(
                entry(UInt64(100 + number * 7 % 30), "text \(number)", source: source, kind: kind, at: seconds))
        }
        _ = try await store.put(entries)
        let expected = entries.map(\.document).sorted { ($0.timestamp, $0.id) > ($1.timestamp, $1.id) }
        func pages(_ filter: DocumentFilter) async throws -> [UniqueID] {
            var ids: [UniqueID] = []
            var position: DocumentPosition?
            while ids.count <= 30 {
                let page = try await store.documents(filter, after: position, limit: 4)
                guard let last = page.last else { return ids }
                ids += page.map(\.id)
                position = DocumentPosition(timestamp: last.timestamp, id: last.id)
            }
            return ids
        }
        typealias Choice = (filter: DocumentFilter, holds: @Sendable (Document) -> Bool)
        var filters: [Choice] = []
        filters.append((DocumentFilter(person: ada), { _ in true }))
        filters.append(
            (
                DocumentFilter(person: ada, from: time(3), to: time(7)),
                { $0.timestamp >= time(3) && $0.timestamp < time(7) }
            ))
        filters.append((DocumentFilter(person: ada, sources: ["mail"]), { $0.source.name == "mail" }))
        filters.append((DocumentFilter(person: ada, kinds: [.pdf, .page]), { $0.kind == .pdf }))
        filters.append(
            (
                DocumentFilter(person: ada, from: time(4), sources: ["mail", "notes"], kinds: [.note]),
                { $0.timestamp >= time(4) && $0.kind == .note }
            ))
        filters.append((DocumentFilter(person: ada, sources: []), { _ in false }))
        filters.append((DocumentFilter(person: bob), { _ in false }))
        for (filter, holds) in filters {
            let ids = try await pages(filter)
            try requireSame(ids, expected.filter(holds).map(\.id), "documents of \(filter)")
            let count = try await store.count(filter)
            try requireEqual([count.documents, count.passages], [ids.count, ids.count], "counts of \(filter)")
        }
        let none = try await store.documents(DocumentFilter(person: ada), after: nil, limit: 0)
        try requireEqual(none, [], "a list of no length")
    }

    static func verifyTimeline(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([
            entry(10, "a", at: 10), entry(11, "b", at: 19), entry(12, "c", source: "mail", kind: .mail, at: 10),
            entry(13, "d", at: 20), entry(14, "e", person: bob, at: 10), entry(15, "f", at: 45),
        ])
        let edges = [time(10), time(20), time(30), time(50)]
        let notes = TimelineSpan.Group(source: "notes", kind: .note)
        let mails = TimelineSpan.Group(source: "mail", kind: .mail)
        let spans = try await store.timeline(DocumentFilter(person: ada), edges: edges)
        try requireEqual(spans.map(\.counts), [[notes: 2, mails: 1], [notes: 1], [notes: 1]], "a timeline")
        try requireEqual(spans.map(\.to), Array(edges.dropFirst()), "ends of spans")
        let some = try await store.timeline(
            DocumentFilter(person: ada, from: time(15), to: time(45), sources: ["notes"]), edges: edges)
        try requireEqual(some.map(\.counts), [[notes: 1], [notes: 1], [:]], "a timeline with a filter")
        let none = try await store.timeline(DocumentFilter(person: id(3)), edges: edges)
        try requireEqual(none.map(\.counts), [[:], [:], [:]], "a timeline of nobody")
        try await requireFailure(.conflict, "edges that do not ascend") {
            try await store.timeline(DocumentFilter(person: ada), edges: [time(2), time(2)])
        }
    }
}
