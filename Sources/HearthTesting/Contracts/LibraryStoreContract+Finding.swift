import HearthCore
import HearthStore

extension LibraryStoreContract {
    static func verifyPeople(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([entry(10, "shared words", key: "k"), entry(20, "shared words", key: "k", person: bob)])
        for (person, own, other) in [(ada, id(10), id(20)), (bob, id(20), id(10))] {
            let foreign = try await store.document(other, person: person)
            try requireEqual(foreign, nil, "another's document")
            let versions = try await store.versions(of: other, person: person)
            try requireEqual(versions, [], "versions of another's document")
            let passages = try await store.passages(of: other, person: person)
            try requireEqual(passages, [], "passages of another's document")
            let first = try await store.passages(of: other, version: 1, person: person)
            try requireEqual(first, [], "passages of a version of another's document")
            let found = try await ranked(store, "words", DocumentFilter(person: person))
            try requireEqual(found, [own], "what a person finds")
            let deleted = try await store.delete(other, person: person, at: time(9_500_000))
            try requireEqual(deleted, false, "another's document deleted")
        }
        let mine = try await store.passages(of: id(10), person: ada)
        let byNumber = try await store.passages(numbered: mine.map(\.number), person: bob)
        try requireEqual(byNumber, [], "another's passages by number")
        let byID = try await store.passage(mine[0].id, person: bob)
        try requireEqual(byID, nil, "another's passage by id")
    }

    static func verifyRanking(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([
            entry(10, "The café in Zürich serves running water."),
            entry(11, "A runner drinks coffee; the cafe is closed, and the cafe owner sleeps."),
            entry(12, "Nothing of it is here but a long list of other things that nobody asked about."),
            entry(13, "Minutes of the meeting.", title: "Quarterly budget"),
            entry(14, "We spoke about the budget of the quarter for a while and then about lunch and other things."),
            entry(15, "東京都に住んでいます"),
            entry(16, "The weather was fine."), entry(17, "Call the plumber."), entry(18, "Bread, butter, jam."),
        ])
        let accents = try await ranked(store, "CAFE")
        try requireEqual(accents, [id(11), id(10)], "a word with and without its accent, by how often it is there")
        let folded = try await ranked(store, "zurich")
        try requireEqual(folded, [id(10)], "a word without its umlaut")
        let stems = try await ranked(store, "runs")
        try requireEqual(stems, [id(10)], "another form of a word")
        let any = try await ranked(store, "who sells coffee and hats in zürich?")
        try requireEqual(Set(any), [id(10), id(11)], "a passage with any of the words")
        let titles = try await ranked(store, "budget")
        try requireEqual(titles, [id(13), id(14)], "a word in a title")
        let characters = try await ranked(store, "東京")
        try requireEqual(characters, [id(15)], "words of a script without spaces")
        let limited = try await ranked(store, "cafe", limit: 1)
        try requireEqual(limited, [id(11)], "the best one")
        let scores = try await store.rank(text: TextQuery("cafe water"), DocumentFilter(person: ada), limit: 10)
        try requireEqual(scores.map(\.document), [id(10), id(11)], "two words before one")
        try require(scores[0].score > scores[1].score && scores[1].score > 0, "scores do not descend to above zero")
    }

    static func verifyQueries(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([
            entry(10, "the quick brown fox AND the NEAR dog"), entry(11, "column text title rank near or not"),
            entry(12, "to be or not to be"), entry(13, "something else"), entry(14, "more of it"),
        ])
        let odd = [
            "\"", "'", "fox\"", "fox AND", "NEAR(fox dog)", "fox NOT brown", "kind: fox", "-fox", "fox*", "^fox",
            "fox; DROP TABLE documents", "{fox} + (", "\u{0}fox", "fox\u{fe0f}\u{200d}", "f\u{f6}x fox",
        ]
        for query in odd {
            let found = try await ranked(store, query)
            try require(
                query.utf8.count > 1 ? found.first == id(10) : found.isEmpty, "the query \(query) found \(found)")
        }
        for query in ["", "   ", "?!…", "🙂", "xyzzy"] {
            let found = try await ranked(store, query)
            try requireEqual(found, [], "a query without known words: \(query)")
        }
        let stops = try await ranked(store, "to be or not to be")
        try requireEqual(stops.first, id(12), "a query of stop words alone")
        let long = try await ranked(store, String(repeating: "fox jumps over ", count: 5000))
        try requireEqual(long, [id(10)], "a very long query")
        let wide = try await ranked(store, (0..<3000).map { "word\($0)" }.joined(separator: " ") + " fox")
        try requireEqual(wide, [], "a query of more terms than count")
        let endless = try await ranked(store, String(repeating: "a", count: 100_000))
        try requireEqual(endless, [], "an endless word")
    }

    static func verifyRankingFilters(_ make: Make) async throws {
        let store = try await make()
        var entries: [DocumentEntry] = []
        for number in 0..<12 {
            let (source, kind): (String, DocumentKind) = (
                number % 2 == 0 ? "mail" : "notes", number % 3 == 0 ? .page : .note
            )
            let text = "apple \(number)" + String(repeating: " pear", count: number + 1)
            entries.append(
                entry(
                    UInt64(10 + number), text, source: source, kind: kind, person: number == 11 ? bob : ada,
                    at: Int64(number)))
        }
        for number in 0..<14 { entries.append(entry(UInt64(50 + number), "filler \(number)")) }
        _ = try await store.put(entries)
        func found(_ filter: DocumentFilter) async throws -> Set<UniqueID> {
            Set(try await ranked(store, "apple", filter, limit: 100))
        }
        func ids(_ holds: (Int) -> Bool) -> Set<UniqueID> { Set((0..<11).filter(holds).map { id(UInt64(10 + $0)) }) }
        let all = try await found(DocumentFilter(person: ada))
        try requireEqual(all, ids { _ in true }, "all of a person's")
        let span = try await found(DocumentFilter(person: ada, from: time(3), to: time(6)))
        try requireEqual(span, ids { (3..<6).contains($0) }, "inside a time")
        let mails = try await found(DocumentFilter(person: ada, sources: ["mail", "none"]))
        try requireEqual(mails, ids { $0 % 2 == 0 }, "of a source")
        let pages = try await found(DocumentFilter(person: ada, from: time(1), sources: ["mail"], kinds: [.page]))
        try requireEqual(pages, [id(16)], "of a source, a kind and a time")
        let counted = try await store.counts(of: ["appl", "pear", "fox"])
        try requireEqual([counted.passages] + counted.counts, [26, 12, 12, 0], "terms counted")
        let others = try await found(DocumentFilter(person: bob))
        try requireEqual(others, [id(21)], "of another person")
    }

    static func verifyChanges(_ make: Make) async throws {
        let store = try await make()
        let start = try await store.latestPassageChange()
        let none = try await store.passageChanges(after: start, limit: 10)
        try requireEqual(none, [], "changes before the first")
        _ = try await store.put([
            entry(10, "one\ntwo", title: "T", key: "k", at: 5), entry(11, "three", source: "mail", kind: .mail),
        ])
        let came = try await store.passageChanges(after: start, limit: 10)
        try requireEqual(came.map(\.text), ["one", "two", "three"], "passages that came")
        try requireEqual(came.map(\.title), ["T", "T", ""], "titles of changes")
        try requireEqual(came.map(\.source), ["notes", "notes", "mail"], "sources of changes")
        try requireEqual(came.map(\.kind), [.note, .note, .mail], "kinds of changes")
        try requireEqual(came.map(\.document), [id(10), id(10), id(11)], "documents of changes")
        try requireEqual(came[0].timestamp, time(5), "the time of a change")
        try require(zip(came, came.dropFirst()).allSatisfy { $0.sequence < $1.sequence }, "changes out of order")
        let latest = try await store.latestPassageChange()
        try requireEqual(latest, came[2].sequence, "the latest change")
        let page = try await store.passageChanges(after: came[0].sequence, limit: 1)
        try requireEqual(page, [came[1]], "one change at a time")

        _ = try await store.put([entry(10, "four", key: "k")])
        let replaced = try await store.passageChanges(after: latest, limit: 10)
        try requireEqual(replaced.map(\.text), [nil, nil, "four"], "a new version's changes")
        try requireEqual(replaced.prefix(2).map(\.number), came.prefix(2).map(\.number), "passages that went")
        try requireEqual(replaced.map(\.kind), [nil, nil, .note], "kinds of passages that went and came")
        try requireEqual(replaced.map(\.person), [ada, ada, ada], "people of changes")
        _ = try await store.delete(id(11), person: ada, at: time(9_500_000))
        let all = try await store.passageChanges(after: start, limit: 100)
        try requireEqual(all.map(\.text), [nil, nil, "four", nil], "each passage told of once")
        try requireEqual(
            all.map(\.number), [came[0].number, came[1].number, replaced[2].number, came[2].number], "order")
        let dropped = try await store.compactPassageChanges(through: replaced[2].sequence)
        try requireEqual(dropped, 2, "changes dropped")
        let rest = try await store.passageChanges(after: start, limit: 100)
        try requireEqual(rest.map(\.text), ["four", nil], "changes after compaction")
        _ = try await store.compactPassageChanges(through: .max)
        let end = try await store.latestPassageChange()
        try requireEqual(end, all[3].sequence, "the latest change after it was dropped")
        _ = try await store.put([entry(12, "five")])
        let next = try await store.passageChanges(after: end, limit: 10)
        try requireEqual(next.map(\.text), ["five"], "a change after compaction")
    }

    static func verifyDeletion(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([
            entry(10, "secret apples\nsecret pears", title: "Hidden", key: "k"), entry(11, "apples"),
        ])
        _ = try await store.put([entry(10, "secret plums", title: "Hidden", key: "k")])
        let passage = try await store.passages(of: id(10), person: ada)[0]
        let deleted = try await store.delete(id(10), person: ada, at: time(9_500_000))
        try requireEqual(deleted, true, "a document deleted")
        let again = try await store.delete(id(10), person: ada, at: time(9_500_000))
        try requireEqual(again, false, "a document deleted twice")
        let found = [try await ranked(store, "secret plums"), try await ranked(store, "hidden")]
        try requireEqual(found, [[], []], "words of a deleted document")
        let document = try await store.document(id(10), version: 1, person: ada)
        try requireEqual(document, nil, "an earlier version of a deleted document")
        let cited = try await store.passage(passage.id, person: ada)
        try requireEqual(cited, nil, "a passage of a deleted document")
        let counts = try await store.count(DocumentFilter(person: ada))
        try requireEqual([counts.documents, counts.passages], [1, 1], "counts after a deletion")
        let rest = try await ranked(store, "apple")
        try requireEqual(rest, [id(11)], "what is left")
        for _ in 0..<2 { try await store.purge() }
        let purged = [try await ranked(store, "apple"), try await ranked(store, "secret")]
        try requireEqual(purged, [[id(11)], []], "what is left after a purge")
        let back = try await store.put([entry(10, "secret plums", title: "Hidden", key: "k")])
        try requireEqual(back.map(\.change), [.inserted], "a deleted document that comes again")
        let number = try await store.passages(of: id(10), person: ada)[0].number
        try require(number > passage.number, "a passage's number is used twice")
    }

    static func verifyLinks(_ make: Make) async throws {
        let store = try await make()
        var page = entry(12, "page", title: "Some page", source: "web", key: "w", kind: .page)
        page.document.source.url = "https://example.org/A"
        _ = try await store.put([
            entry(10, "a", title: "Alpha", links: ["<m1@x>", "Some Page", "nowhere", "alpha"]),
            entry(
                11, "b", source: "mail", key: "<M1@x>", kind: .mail,
                links: [" ALPHA ", "https://example.org/a", "Alpha"]),
            page, entry(13, "bob's", title: "Alpha", person: bob, links: ["Some page"]),
        ])
        func pairs(_ person: UniqueID) async throws -> Set<[UniqueID]> {
            Set(try await store.links(person: person).map { [$0.from, $0.to] })
        }
        let first = try await pairs(ada)
        try requireEqual(
            first, [[id(10), id(11)], [id(10), id(12)], [id(11), id(10)], [id(11), id(12)]],
            "links by key, title and address")
        let others = try await pairs(bob)
        try requireEqual(others, [], "links to another's documents")
        _ = try await store.put([entry(10, "a2", title: "Beta", key: "key-10", links: ["nowhere"])])
        let second = try await pairs(ada)
        try requireEqual(second, [[id(11), id(12)]], "links after a new version")
        _ = try await store.delete(id(12), person: ada, at: time(9_500_000))
        let third = try await pairs(ada)
        try requireEqual(third, [], "links after a deletion")
    }
}
