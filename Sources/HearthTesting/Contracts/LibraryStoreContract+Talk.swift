import HearthCore
import HearthStore

extension LibraryStoreContract {
    private static func turn(
        _ number: UInt64, session: UInt64, at seconds: Int64, person: UniqueID = id(1), _ question: String = "why?"
    ) -> Turn {
        Turn(
            id: id(number), session: id(session), person: person, timestamp: time(seconds), user: question,
            assistant: "because", confidence: 0.75, answered: true, citations: [])
    }

    static func verifyTurns(_ make: Make) async throws {
        let store = try await make()
        var full = turn(30, session: 5, at: 10, "Where \"is\" it?\n🙂")
        full.answered = false
        full.confidence = 0.125
        full.citations = [
            Citation(passage: id(7), document: id(8), title: "T", start: 3, end: 9, quote: "“quo\nte”"),
            Citation(passage: id(9), document: id(8), title: "", start: 0, end: 0, quote: ""),
        ]
        full.embedding = [1, -0.5, .leastNonzeroMagnitude, 0]
        let turns = [
            full, turn(31, session: 6, at: 5, "first of six"), turn(32, session: 5, at: 20),
            turn(33, session: 7, at: 20, "seven"), turn(34, session: 5, at: 1, person: bob, "bob's"),
        ]
        for turn in turns { try await store.append(turn) }
        let five = try await store.turns(session: id(5), person: ada)
        try requireEqual(five, [full, turns[2]], "turns of a session")
        let begun = try await store.turns(session: id(5), person: ada, after: nil, limit: 1)
        try requireEqual(begun, [full], "the first turns of a session")
        let behind = try await store.turns(session: id(5), person: ada, after: id(30), limit: 10)
        try requireEqual(behind, [turns[2]], "turns of a session behind one")
        let beyond = try await store.turns(session: id(5), person: ada, after: id(32), limit: 10)
        try requireEqual(beyond, [], "turns of a session behind the last")
        let bobs = try await store.turns(session: id(5), person: bob)
        try requireEqual(bobs, [turns[4]], "turns of another person's session of the same id")
        let one = try await store.turn(id(30), person: ada)
        try requireEqual(one, full, "a turn by id")
        let foreign = try await store.turn(id(30), person: bob)
        try requireEqual(foreign, nil, "another's turn")
        let recent = try await store.turns(person: ada, from: time(5), to: time(20), limit: 10)
        try requireEqual(recent, [full, turns[1]], "turns of a time, newest first")
        let newest = try await store.turns(person: ada, from: nil, to: nil, limit: 2)
        try requireEqual(newest, [turns[3], turns[2]], "the newest turns")
        let sessions = try await store.sessions(person: ada, after: nil, limit: 10)
        try requireEqual(
            sessions,
            [
                SessionHead(id: id(7), started: time(20), last: time(20), turns: 1, title: "seven"),
                SessionHead(id: id(5), started: time(10), last: time(20), turns: 2, title: full.user),
                SessionHead(id: id(6), started: time(5), last: time(5), turns: 1, title: "first of six"),
            ], "sessions, newest first")
        let page = try await store.sessions(person: ada, after: id(7), limit: 1)
        try requireEqual(page.map(\.id), [id(5)], "sessions behind one")
        try await requireFailure(.conflict, "a turn appended twice") { try await store.append(full) }
        let still = try await store.sessions(person: ada, after: nil, limit: 10)
        try requireEqual(still, sessions, "sessions after a turn that was refused")
    }

    static func verifyGaps(_ make: Make) async throws {
        let store = try await make()
        let first = Gap(
            id: id(40), person: ada, turn: id(30), question: "Where is my bike?", confidence: 0.25, openedAt: time(1))
        try await store.file(first)
        try await store.file(
            Gap(id: id(41), person: ada, turn: nil, question: "Who called?", confidence: 0.5, openedAt: time(2)))
        try await store.file(
            Gap(id: id(42), person: bob, turn: nil, question: "where is my bike?", confidence: 0.5, openedAt: time(3)))
        let newest = try await store.gaps(person: ada, limit: 10)
        try requireEqual(newest.map(\.id), [id(41), id(40)], "questions asked equally often, newest first")
        try requireEqual(newest[1], first, "an open question")
        try await store.file(
            Gap(
                id: id(43), person: ada, turn: id(31), question: " WHERE is my bike? ", confidence: 0.5,
                openedAt: time(4)))
        var counted = first
        (counted.count, counted.turn, counted.confidence) = (2, id(31), 0.5)
        let most = try await store.gaps(person: ada, limit: 1)
        try requireEqual(most, [counted], "a question asked again")
        let all = try await store.gaps(person: ada, after: nil, limit: 10)
        try requireEqual(all.map(\.id), [id(40), id(41)], "questions in the order of their ids")
        let one = try await store.gaps(person: ada, after: nil, limit: 1)
        try requireEqual(one, [counted], "the first question by id")
        let behind = try await store.gaps(person: ada, after: id(40), limit: 10)
        try requireEqual(behind.map(\.id), [id(41)], "questions behind an id")
        let foreign = try await store.settle(gap: id(40), person: bob)
        try requireEqual(foreign, false, "another's question settled")
        let settled = [
            try await store.settle(gap: id(40), person: ada), try await store.settle(gap: id(40), person: ada),
        ]
        try requireEqual(settled, [true, false], "a question settled")
        let rest = try await store.gaps(person: ada, limit: 10)
        try requireEqual(rest.map(\.id), [id(41)], "questions that are left")
        let further = try await store.gaps(person: ada, after: id(40), limit: 10)
        try requireEqual(further.map(\.id), [id(41)], "questions behind an id that is gone")
    }

    static func verifyErasure(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([entry(10, "mine one"), entry(11, "mine two"), entry(20, "yours", person: bob)])
        try await store.append(turn(30, session: 5, at: 1))
        try await store.append(turn(31, session: 5, at: 1, person: bob))
        try await store.file(Gap(id: id(40), person: ada, turn: nil, question: "q", confidence: 0, openedAt: time(1)))
        let start = try await store.latestPassageChange()
        let erased = try await store.erase(person: ada)
        try requireEqual(erased, 2, "documents erased")
        let gone = try await store.passageChanges(after: start, limit: 10)
        try requireEqual(gone.map(\.text), [nil, nil], "passages that went")
        let counts = try await store.count(DocumentFilter(person: ada))
        let (turns, gaps) = (
            try await store.turns(session: id(5), person: ada), try await store.gaps(person: ada, limit: 9)
        )
        try requireEqual([counts.documents, turns.count, gaps.count], [0, 0, 0], "what is left of a person")
        let sessions = try await store.sessions(person: ada, after: nil, limit: 9)
        try requireEqual(sessions, [], "sessions of an erased person")
        let others = try await store.turns(session: id(5), person: bob)
        try requireEqual(others.count, 1, "another's turns")
        let found = try await ranked(store, "yours", DocumentFilter(person: bob))
        try requireEqual(found, [id(20)], "another's documents")
        let again = try await store.erase(person: ada)
        try requireEqual(again, 0, "nobody erased")
        let back = try await store.put([entry(10, "mine one")])
        try requireEqual(back.map(\.change), [.inserted], "an erased person's document that comes again")
    }

    static func verifyConcurrency(_ make: Make) async throws {
        let store = try await make()
        let changes = try await withThrowingTaskGroup(of: PutOutcome.Change.self) { group in
            for number in 0..<16 {
                group.addTask {
                    let outcomes = try await store.put([entry(UInt64(100 + number), "same text", key: "k")])
                    return outcomes[0].change
                }
            }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        try requireEqual(changes, [.inserted: 1, .unchanged: 15], "the same document from many at once")
        let counts = try await store.count(DocumentFilter(person: ada))
        try requireEqual([counts.documents, counts.passages], [1, 1], "documents afterwards")
    }

    static func verifyLimits(_ make: Make) async throws {
        let store = try await make()
        let many = (0...LibraryLimits.entriesPerPut).map { entry(UInt64(100 + $0), "x") }
        try await requireFailure(.tooLarge, "too many documents at once") { try await store.put(many) }
        var outside = entry(10, "short")
        outside.passages[0].offset = 100
        try await requireFailure(.conflict, "a passage outside its text") { try await store.put([outside]) }
        try await requireFailure(.tooLarge, "a timeline of too many spans") {
            try await store.timeline(
                DocumentFilter(person: ada), edges: (0...Int64(LibraryLimits.timelineSpans) + 1).map(time))
        }
        let counts = try await store.count(DocumentFilter(person: ada))
        try requireEqual([counts.documents, counts.passages], [0, 0], "what refused calls left")
    }

    static func verifyEnd(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([entry(10, "kept")])
        try await store.probe()
        try await store.close()
        try await store.close()
        try await requireFailure(.shuttingDown, "a read after the end") {
            try await store.document(id(10), person: ada)
        }
        try await requireFailure(.shuttingDown, "a write after the end") { try await store.put([entry(11, "late")]) }
        try await requireFailure(.shuttingDown, "a probe after the end") { try await store.probe() }
    }
}
