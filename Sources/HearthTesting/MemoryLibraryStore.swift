package import HearthCore
package import HearthStore

/// The twin of the library stores, in memory.
package actor MemoryLibraryStore: LibraryStore {
    struct Kept {
        /// From version 1; the last is the current one.
        var versions: [Document]
        /// Of the current version.
        var passages: [Passage]

        var current: Document { versions[versions.count - 1] }
    }

    struct SourceKey: Hashable {
        var person: UniqueID
        var name: String
        var key: String

        init(_ document: Document) {
            person = document.person
            name = document.source.name
            key = document.source.key
        }
    }

    private var kept: [UniqueID: Kept] = [:]
    private var bySource: [SourceKey: UniqueID] = [:]
    private var forgotten: [SourceKey: Timestamp] = [:]
    /// Passages of earlier versions too.
    private var passagesByID: [UniqueID: Passage] = [:]
    private var changes: [PassageChange] = []
    private var lastNumber: Int64 = 0
    private var lastSequence: Int64 = 0
    private var turnsByID: [UniqueID: Turn] = [:]
    private var turnOrder: [UniqueID] = []
    private var gapList: [Gap] = []
    private var isClosed = false

    package init() {}

    private func checkOpen() throws {
        if isClosed { throw HearthError(.shuttingDown, "The library is closed.", disposition: .retry) }
    }

    package func probe() throws { try checkOpen() }

    package func close() { isClosed = true }

    // MARK: Documents

    package func put(_ entries: [DocumentEntry]) throws -> [PutOutcome] {
        try checkOpen()
        try LibraryLimits.check(entries)
        // All or nothing: the ids are looked at before anything is kept.
        var sources = bySource
        var ids = Set(kept.keys)
        for document in entries.map(\.document) {
            let place = SourceKey(document)
            if sources[place] != nil { continue }
            guard ids.insert(document.id).inserted else {
                throw HearthError(.conflict, "The id \(document.id) belongs to another document already.")
            }
            sources[place] = document.id
        }
        return entries.map(put)
    }

    private func put(_ entry: DocumentEntry) -> PutOutcome {
        var document = entry.document
        let place = SourceKey(document)
        var outcome = PutOutcome(
            id: document.id, version: 1, change: .inserted, passages: entry.passages.count)
        if entry.origin == .derived, let time = forgotten[place], time >= document.received {
            return PutOutcome(id: document.id, version: 0, change: .late, passages: 0)
        }
        if let id = bySource[place], let known = kept[id] {
            if known.current.fingerprint == document.fingerprint {
                return PutOutcome(
                    id: id, version: known.current.version, change: .unchanged, passages: known.passages.count)
            }
            let record = document.source.record
            let current = DocumentEntry.Current(
                record: known.current.source.record, received: known.current.received,
                knowsReading: record != nil && known.versions.contains { $0.source.record == record })
            if entry.standsApart(from: current) { return put(entry.apart()) }
            if entry.isLate(after: current) {
                return PutOutcome(id: id, version: known.current.version, change: .late, passages: known.passages.count)
            }
            document.received = max(document.received, known.current.received)
            retire(known)
            outcome = PutOutcome(
                id: id, version: known.current.version + 1, change: .newVersion, passages: entry.passages.count)
        }
        (document.id, document.version) = (outcome.id, outcome.version)
        bySource[place] = outcome.id
        let passages = entry.passages.map { passage in
            var passage = passage
            while passagesByID[passage.id] != nil { passage.id = UniqueID.random(at: document.received) }
            lastNumber += 1
            (passage.number, passage.document, passage.version) = (lastNumber, outcome.id, outcome.version)
            passagesByID[passage.id] = passage
            tell(passage, of: document, gone: false)
            return passage
        }
        kept[outcome.id, default: Kept(versions: [], passages: [])].versions.append(document)
        kept[outcome.id]?.passages = passages
        return outcome
    }

    private func tell(_ passage: Passage, of document: Document, gone: Bool) {
        changes.removeAll { $0.number == passage.number }
        lastSequence += 1
        changes.append(
            PassageChange(
                sequence: lastSequence, number: passage.number, person: document.person, document: document.id,
                timestamp: gone ? Timestamp(microseconds: 0) : document.timestamp,
                source: gone ? "" : document.source.name, kind: gone ? nil : document.kind,
                text: gone ? nil : passage.text,
                title: gone ? "" : document.title))
    }

    private func retire(_ known: Kept) {
        for passage in known.passages { tell(passage, of: known.current, gone: true) }
    }

    private func find(_ id: UniqueID, _ person: UniqueID) throws -> Kept? {
        try checkOpen()
        return kept[id].flatMap { $0.current.person == person ? $0 : nil }
    }

    private func head(_ known: Kept) -> DocumentHead {
        let document = known.current
        return DocumentHead(
            id: document.id, kind: document.kind, title: document.title, language: document.language,
            source: document.source, timestamp: document.timestamp, received: document.received,
            version: document.version, passages: known.passages.count, metadata: document.metadata,
            summary: document.summary)
    }

    package func document(_ id: UniqueID, person: UniqueID) throws -> Document? { try find(id, person)?.current }

    package func document(_ id: UniqueID, version: Int, person: UniqueID) throws -> Document? {
        try find(id, person)?.versions.first { $0.version == version }
    }

    package func versions(of document: UniqueID, person: UniqueID) throws -> [DocumentVersion] {
        (try find(document, person)?.versions ?? []).reversed().map {
            DocumentVersion(
                version: $0.version, title: $0.title, timestamp: $0.timestamp, received: $0.received,
                fingerprint: $0.fingerprint, bytes: $0.text.utf8.count)
        }
    }

    package func passages(of document: UniqueID, person: UniqueID) throws -> [Passage] {
        (try find(document, person)?.passages ?? []).sorted { ($0.index, $0.number) < ($1.index, $1.number) }
    }

    package func passages(of document: UniqueID, version: Int, person: UniqueID) throws -> [Passage] {
        guard try find(document, person) != nil else { return [] }
        return passagesByID.values.filter { $0.document == document && $0.version == version }.sorted {
            ($0.index, $0.number) < ($1.index, $1.number)
        }
    }

    package func passages(numbered numbers: [Int64], person: UniqueID) throws -> [FoundPassage] {
        try checkOpen()
        var found: [Int64: FoundPassage] = [:]
        for known in kept.values where known.current.person == person {
            for passage in known.passages {
                found[passage.number] = FoundPassage(passage: passage, document: head(known))
            }
        }
        return numbers.compactMap { found[$0] }
    }

    package func passage(_ id: UniqueID, person: UniqueID) throws -> FoundPassage? {
        try checkOpen()
        guard let passage = passagesByID[id], let known = try find(passage.document, person) else { return nil }
        return FoundPassage(passage: passage, document: head(known))
    }

    private func matching(_ filter: DocumentFilter) throws -> [Kept] {
        try checkOpen()
        return kept.values.filter { known in
            let document = known.current
            return document.person == filter.person && filter.from.map { document.timestamp >= $0 } != false
                && filter.to.map { document.timestamp < $0 } != false
                && filter.sources.map { $0.contains(document.source.name) } != false
                && filter.kinds.map { $0.contains(document.kind) } != false
        }
    }

    package func documents(
        _ filter: DocumentFilter, after position: DocumentPosition?, limit: Int
    ) throws -> [DocumentHead] {
        let heads = try matching(filter).map(head).filter { head in
            position.map { (head.timestamp, head.id) < ($0.timestamp, $0.id) } != false
        }
        return Array(
            heads.sorted { ($0.timestamp, $0.id) > ($1.timestamp, $1.id) }.prefix(LibraryLimits.length(limit)))
    }

    package func count(_ filter: DocumentFilter) throws -> (documents: Int, passages: Int) {
        let found = try matching(filter)
        return (found.count, found.reduce(0) { $0 + $1.passages.count })
    }

    package func timeline(_ filter: DocumentFilter, edges: [Timestamp]) throws -> [TimelineSpan] {
        try LibraryLimits.check(edges: edges)
        let found = try matching(filter).map(\.current)
        return zip(edges, edges.dropFirst()).map { from, to in
            var span = TimelineSpan(from: from, to: to, counts: [:])
            for document in found where document.timestamp >= from && document.timestamp < to {
                span.counts[.init(source: document.source.name, kind: document.kind), default: 0] += 1
            }
            return span
        }
    }

    package func delete(_ id: UniqueID, person: UniqueID, at time: Timestamp) throws -> Bool {
        guard let known = try find(id, person) else { return false }
        let place = SourceKey(known.current)
        forgotten[place] = max(time, known.current.received, forgotten[place] ?? time)
        retire(known)
        kept[id] = nil
        bySource = bySource.filter { $0.value != id }
        passagesByID = passagesByID.filter { $0.value.document != id }
        return true
    }

    /// Nothing outlives its deletion in memory.
    package func purge() throws { try checkOpen() }

    package func links(person: UniqueID) throws -> [(from: UniqueID, to: UniqueID)] {
        let documents = try matching(DocumentFilter(person: person)).map(\.current).sorted { $0.id < $1.id }
        return documents.flatMap { from in
            let targets = Set(from.distinctLinks.map(Document.linkName))
            return documents.filter { $0.id != from.id && !$0.linkNames.isDisjoint(with: targets) }
                .map { (from.id, $0.id) }
        }
    }

    package func erase(person: UniqueID) throws -> Int {
        let ids = try matching(DocumentFilter(person: person)).map(\.current.id)
        for id in ids { _ = try delete(id, person: person, at: Timestamp(microseconds: 0)) }
        forgotten = forgotten.filter { $0.key.person != person }
        turnsByID = turnsByID.filter { $0.value.person != person }
        turnOrder.removeAll { turnsByID[$0] == nil }
        gapList.removeAll { $0.person == person }
        return ids.count
    }

    // MARK: Finding

    package func rank(text query: TextQuery, _ filter: DocumentFilter, limit: Int) throws -> [RankedPassage] {
        try checkOpen()
        let index = kept.values.flatMap { known in known.passages.map { RankedText($0, title: known.current.title) } }
        let allowed = Set(try matching(filter).map(\.current.id))
        let terms = SearchTerms.ofQuery(query.text)
        let counted = terms.map { term in (term: term, count: index.count { $0.counts[term] != nil }) }
        let chosen = Set(TextRanking.choose(counted))
        let average = Double(index.reduce(0) { $0 + $1.length }) / Double(max(index.count, 1))
        let ranked = index.compactMap { text -> RankedPassage? in
            guard allowed.contains(text.document), text.counts.keys.contains(where: chosen.contains) else { return nil }
            let score = counted.filter { chosen.contains($0.term) }.reduce(0.0) { sum, term in
                sum
                    + TextRanking.score(
                        inverseFrequency: TextRanking.inverseFrequency(of: term.count, in: index.count),
                        weightedCount: text.counts[term.term] ?? 0, length: Double(text.length), averageLength: average)
            }
            return RankedPassage(number: text.number, document: text.document, score: score)
        }
        return Array(
            ranked.sorted { ($1.score, $0.number) < ($0.score, $1.number) }.prefix(LibraryLimits.length(limit)))
    }

    package func counts(of terms: [String]) throws -> (passages: Int, counts: [Int]) {
        try checkOpen()
        let index = kept.values.flatMap { known in known.passages.map { RankedText($0, title: known.current.title) } }
        return (index.count, terms.map { term in index.count { $0.counts[term] != nil } })
    }

    package func passageChanges(after sequence: Int64, limit: Int) throws -> [PassageChange] {
        try checkOpen()
        return Array(changes.filter { $0.sequence > sequence }.prefix(LibraryLimits.length(limit)))
    }

    package func latestPassageChange() throws -> Int64 {
        try checkOpen()
        return lastSequence
    }

    package func compactPassageChanges(through sequence: Int64) throws -> Int {
        try checkOpen()
        let before = changes.count
        changes.removeAll { $0.text == nil && $0.sequence <= sequence }
        return before - changes.count
    }

    // MARK: Conversations

    package func append(_ turn: Turn) throws {
        try checkOpen()
        guard turnsByID[turn.id] == nil else {
            throw HearthError(.conflict, "There is a turn with the id \(turn.id) already.")
        }
        turnsByID[turn.id] = turn
        turnOrder.append(turn.id)
    }

    /// In order of time, then of arrival.
    private func turns(of person: UniqueID) throws -> [Turn] {
        try checkOpen()
        let turns = turnOrder.compactMap { turnsByID[$0] }.filter { $0.person == person }
        return turns.enumerated().sorted { ($0.element.timestamp, $0.offset) < ($1.element.timestamp, $1.offset) }
            .map(\.element)
    }

    package func turns(session: UniqueID, person: UniqueID) throws -> [Turn] {
        try turns(of: person).filter { $0.session == session }
    }

    package func turns(
        session: UniqueID, person: UniqueID, after position: UniqueID?, limit: Int
    ) throws -> [Turn] {
        var found = try turns(session: session, person: person)[...]
        if let position {
            guard let index = found.firstIndex(where: { $0.id == position }) else { return [] }
            found = found[(index + 1)...]
        }
        return Array(found.prefix(LibraryLimits.length(limit)))
    }

    package func turns(person: UniqueID, from: Timestamp?, to: Timestamp?, limit: Int) throws -> [Turn] {
        let found = try turns(of: person).filter { turn in
            from.map { turn.timestamp >= $0 } != false && to.map { turn.timestamp < $0 } != false
        }
        return Array(found.reversed().prefix(LibraryLimits.length(limit)))
    }

    package func turn(_ id: UniqueID, person: UniqueID) throws -> Turn? {
        try turns(of: person).first { $0.id == id }
    }

    package func sessions(person: UniqueID, after position: UniqueID?, limit: Int) throws -> [SessionHead] {
        try checkOpen()
        var heads: [UniqueID: SessionHead] = [:]
        for turn in turnOrder.compactMap({ turnsByID[$0] }) where turn.person == person {
            var head =
                heads[turn.session]
                ?? SessionHead(
                    id: turn.session, started: turn.timestamp, last: turn.timestamp, turns: 0, title: turn.user)
            head.started = min(head.started, turn.timestamp)
            head.last = max(head.last, turn.timestamp)
            head.turns += 1
            heads[turn.session] = head
        }
        var sorted = heads.values.sorted { ($0.last, $0.id) > ($1.last, $1.id) }
        if let position {
            guard let head = heads[position] else { return [] }
            sorted.removeAll { ($0.last, $0.id) >= (head.last, head.id) }
        }
        return Array(sorted.prefix(LibraryLimits.length(limit)))
    }

    // MARK: Open questions

    package func file(_ gap: Gap) throws {
        try checkOpen()
        guard let index = gapList.firstIndex(where: { $0.person == gap.person && $0.form == gap.form }) else {
            return gapList.append(gap)
        }
        gapList[index].count += gap.count
        gapList[index].turn = gap.turn ?? gapList[index].turn
        gapList[index].confidence = gap.confidence
    }

    package func gaps(person: UniqueID, limit: Int) throws -> [Gap] {
        try checkOpen()
        let sorted = gapList.enumerated().filter { $0.element.person == person }.sorted {
            ($0.element.count, $0.element.openedAt, $0.offset) > ($1.element.count, $1.element.openedAt, $1.offset)
        }
        return Array(sorted.map(\.element).prefix(LibraryLimits.length(limit)))
    }

    package func gaps(person: UniqueID, after position: UniqueID?, limit: Int) throws -> [Gap] {
        try checkOpen()
        let found = gapList.filter { gap in gap.person == person && position.map { gap.id > $0 } != false }
        return Array(found.sorted { $0.id < $1.id }.prefix(LibraryLimits.length(limit)))
    }

    package func settle(gap: UniqueID, person: UniqueID) throws -> Bool {
        try checkOpen()
        let before = gapList.count
        gapList.removeAll { $0.id == gap && $0.person == person }
        return gapList.count < before
    }
}

/// A passage's terms, counted.
private struct RankedText {
    var number: Int64
    var document: UniqueID
    /// Terms of title and text.
    var length: Int
    /// With those of the title weighted.
    var counts: [String: Double] = [:]

    init(_ passage: Passage, title: String) {
        (number, document) = (passage.number, passage.document)
        let (titleTerms, terms) = (SearchTerms.all(in: title), SearchTerms.all(in: passage.text))
        length = titleTerms.count + terms.count
        for term in titleTerms { counts[term, default: 0] += TextRanking.titleWeight }
        for term in terms { counts[term, default: 0] += 1 }
    }
}
