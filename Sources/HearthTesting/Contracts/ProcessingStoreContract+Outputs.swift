import HearthCore
import HearthStore

extension ProcessingStoreContract {
    static func verifyAtomicity(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let sources = (1...3).map { source(events, $0) }
        _ = try await store.append([ContractReadings.batch(sources, events)])
        let good = outputs([["a"], ["b"]], of: [sources[0].head, sources[1].head], in: events, to: words)
        var bad = good
        // A number cannot stand in a column of text.
        bad.batch[1, 0] = .integer(1)
        var commit = ProcessorCommit(
            source: events, worked: [sources[0].head, sources[1].head], outputs: [bad],
            failed: [letter(sources[2].head, in: events, number: 1)], progress: .cursor(ReadingCursor(text: "3")))
        let lease = try await lease(store)
        try await requireFailure(.internalError, "an output that does not fit") {
            try await store.commit(commit, under: lease, until: now)
        }
        try requireEqual(try await store.record(of: "splitter"), ProcessorRecord(), "the record after a failed commit")
        try requireEqual(try await self.words(store, words), [], "outputs of a failed commit")
        commit.outputs = [good]
        let outcome = try await store.commit(commit, under: lease, until: now)
        try requireEqual(outcome, ProcessorCommitOutcome(stored: 2, streams: ["words"]), "the commit without the fault")
        let record = try await store.record(of: "splitter")
        try requireEqual(record.cursors, ["events": ReadingCursor(text: "3")], "the cursor")
        try requireEqual(record.deadLetters, 1, "dead letters")
        let counted = try await store.statistics(of: words)
        try requireEqual(counted.map(\.count), [2], "counted outputs")
    }

    static func verifyChanges(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let sources = (1...40).map { source(events, $0) }
        _ = try await store.append([ContractReadings.batch(sources, events)])
        var cursor: ReadingCursor?
        var seen: [String] = []
        for (index, reading) in sources.enumerated() {
            try await commit(store, [["w\(index)", "v\(index)"]], of: [reading.head], in: events, to: words)
            let (batch, next) = try await store.changes(of: words, after: cursor, limit: 1 + index % 3)
            seen += (0..<batch.count).map { batch.string(batch[$0, 0]) ?? "" }
            cursor = next
        }
        let (rest, _) = try await store.changes(of: words, after: cursor, limit: 1000)
        seen += (0..<rest.count).map { rest.string(rest[$0, 0]) ?? "" }
        try requireSame(seen, (0..<40).flatMap { ["w\($0)", "v\($0)"] }, "outputs in the order of commits")
    }

    static func verifyReplacement(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let sources = (1...3).map { source(events, $0) }
        _ = try await store.append([ContractReadings.batch(sources, events)])
        let heads = sources.map(\.head)
        try await commit(store, [["a", "b"], ["c"], ["d"]], of: heads, in: events, to: words)
        let again = try await commit(store, [["a", "b"], ["c"], ["d"]], of: heads, in: events, to: words)
        try requireEqual(again, ProcessorCommitOutcome(kept: 4), "the same once more")
        let (_, cursor) = try await store.changes(of: words, after: nil, limit: 100)

        // Of the first source one output changes, of the second one is added, the third has none any more.
        let changed = try await commit(store, [["a", "B"], ["c", "C"], []], of: heads, in: events, to: words)
        try requireEqual(
            changed, ProcessorCommitOutcome(stored: 2, kept: 2, removed: 1, streams: ["words"]), "other outputs")
        let (news, _) = try await store.changes(of: words, after: cursor, limit: 100)
        try requireEqual(
            Set((0..<news.count).map { news.string(news[$0, 0]) ?? "" }), ["B", "C"], "changes after a replacement")
        try requireEqual(
            try await self.words(store, words).sorted(), ["B", "C", "a", "c"], "outputs after a replacement")
        try requireEqual(try await store.statistics(of: words).map(\.count), [4], "counted outputs")

        // Another processor's outputs of the same source are none of this one's business.
        try await commit(store, [["x"]], of: [heads[0]], in: events, to: words, by: "other")
        try await commit(store, [[]], of: [heads[0]], in: events, to: words)
        try requireEqual(try await self.words(store, words).sorted(), ["C", "c", "x"], "outputs of two processors")
        // What went may come back.
        try await commit(store, [["a", "b"]], of: [heads[0]], in: events, to: words)
        try requireEqual(
            try await self.words(store, words).sorted(), ["C", "a", "b", "c", "x"], "outputs that came back")
    }

    static func verifyConsequences(_ make: Make) async throws {
        let store = try await make()
        let (events, words, echoes) = try await streams(store)
        let reading = source(events, 1)
        _ = try await store.append([ContractReadings.batch([reading], events)])
        try await commit(store, [["a", "b"]], of: [reading.head], in: events, to: words)
        let made = try await store.changes(of: words, after: nil, limit: 10).batch
        try await commit(store, [["aa"], ["bb"]], of: made.heads, in: words, to: echoes, by: "echo")
        try requireEqual(try await self.words(store, echoes), ["aa", "bb"], "what followed from outputs")
        let outcome = try await commit(store, [["a"]], of: [reading.head], in: events, to: words)
        try requireEqual(outcome, ProcessorCommitOutcome(kept: 1, removed: 2), "an output that is gone")
        try requireEqual(try await self.words(store, words), ["a"], "what is left")
        try requireEqual(try await self.words(store, echoes), ["aa"], "what is left of what followed")
        // One that changes keeps what followed, until that is worked again.
        try await commit(store, [["A"]], of: [reading.head], in: events, to: words)
        try requireEqual(try await self.words(store, echoes), ["aa"], "what followed from an output that changed")
    }

    static func verifyBacklog(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(300, seed: 4, stream: stream)
        _ = try await store.append([ContractReadings.batch(readings, stream)])
        _ = try await store.compact(stream, before: ContractReadings.start + .seconds(9000))
        let (first, cursor) = try await store.changes(of: stream, after: nil, limit: 120)
        try requireEqual(first.count, 120, "the first changes")
        let all = try await store.backlog(of: stream, after: nil, limit: 1000)
        try requireEqual(all.count, 300, "the backlog of a processor at the beginning")
        let rest = try await store.backlog(of: stream, after: cursor, limit: 1000)
        try requireEqual(rest.count, 180, "the backlog after some")
        try require(rest.oldest != nil, "a backlog has an oldest reading")
        let cut = try await store.backlog(of: stream, after: cursor, limit: 7)
        try requireEqual(cut.count, 7, "the backlog up to a limit")
        let (_, end) = try await store.changes(of: stream, after: cursor, limit: 1000)
        let none = try await store.backlog(of: stream, after: end, limit: 1000)
        try requireEqual(none, Backlog(count: 0), "the backlog at the end")
    }
}
