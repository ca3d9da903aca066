import HearthCore
import HearthStore

extension ProcessingStoreContract {
    static func verifyDeadLetters(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let sources = (1...3).map { source(events, $0) }
        _ = try await store.append([ContractReadings.batch(sources, events)])
        let lease = try await lease(store)
        func fail(_ numbers: [Int]) async throws {
            let letters = numbers.map { letter(sources[$0 % 10].head, in: events, number: $0 + 1) }
            _ = try await store.commit(
                ProcessorCommit(source: events, failed: letters, progress: .replay), under: lease, until: now)
        }
        try await fail([1, 0])
        let letters = [0, 1].map { letter(sources[$0].head, in: events, number: $0 + 1) }
        try requireEqual(try await store.deadLetters(of: "splitter", after: nil, limit: 10), letters, "dead letters")
        try requireEqual(
            try await store.deadLetters(of: "splitter", after: letters[0].id, limit: 10), [letters[1]],
            "the second page")
        try requireEqual(try await store.deadLetters(of: "other", after: nil, limit: 10), [], "those of another")

        try require(try await store.requestReplay(of: letters[1].id, of: "splitter"), "a letter that is there")
        try require(!(try await store.requestReplay(of: letters[1].id, of: "other")), "a letter of another processor")
        try requireEqual(try await store.replays(of: "splitter", limit: 10).map(\.id), [letters[1].id], "replays")
        let record = try await store.record(of: "splitter")
        try requireEqual([record.deadLetters, record.replays], [2, 1], "counted letters")

        // It fails again, under a new id: the letter keeps its own.
        try await fail([11])
        var again = letters[1]
        (again.message, again.attempts, again.lastFailedAt) = ("attempt 12", 14, now + .seconds(12))
        try requireEqual(
            try await store.deadLetters(of: "splitter", after: letters[0].id, limit: 10), [again], "a second failure")
        try requireEqual(try await store.replays(of: "splitter", limit: 10), [], "replays after a failure")

        try await commit(store, [["a"], ["b"]], of: [sources[1].head, sources[2].head], in: events, to: words)
        try requireEqual(
            try await store.deadLetters(of: "splitter", after: nil, limit: 10), [letters[0]], "after it was worked")
        try require(try await store.removeDeadLetter(letters[0].id, of: "splitter"), "a letter that is there")
        try require(!(try await store.removeDeadLetter(letters[0].id, of: "splitter")), "a letter that is gone")
    }

    static func verifyForgetting(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let mine = source(events, 1)
        let other = ContractReadings.reading(events, person: 1, device: 2, at: 5_000_000, x: 5)
        _ = try await store.append([ContractReadings.batch([mine, other], events)])
        try await commit(store, [["a"], ["b"]], of: [mine.head, other.head], in: events, to: words)
        let failed = ProcessorCommit(
            source: events,
            failed: [letter(mine.head, in: events, number: 1), letter(other.head, in: events, number: 2)],
            progress: .replay)
        _ = try await store.commit(failed, under: try await lease(store), until: now)
        _ = try await store.erase(person: mine.head.person, device: nil)
        try requireEqual(try await self.words(store, words), ["b"], "outputs after an erasure")
        let left = try await store.deadLetters(of: "splitter", after: nil, limit: 10)
        try requireEqual(left.map(\.person), [other.head.person], "dead letters after an erasure")
        // Outputs that retention deleted are not missed: working their source again makes them anew.
        let expired = try await store.expire(words, before: now + .seconds(1), limit: 100)
        try requireEqual(expired, 1, "expired outputs")
        let outcome = try await commit(store, [["b"]], of: [other.head], in: events, to: words)
        try requireEqual(outcome.stored, 1, "an output that had expired")
        try requireEqual(try await self.words(store, words), ["b"], "outputs that were made anew")
    }

    static func verifyErasure(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let mine = source(events, 1)
        _ = try await store.append([ContractReadings.batch([mine], events)])
        let lease = try await lease(store)
        let late = ProcessorCommit(
            source: events, worked: [mine.head], outputs: [outputs([["a"]], of: [mine.head], in: events, to: words)],
            failed: [letter(mine.head, in: events, number: 1)], progress: .replay)
        _ = try await store.erase(person: mine.head.person, device: nil)
        try await requireFailure(.leaseLost, "a commit of what was read before an erasure") {
            try await store.commit(late, under: lease, until: now)
        }
        try requireEqual(try await self.words(store, words), [], "outputs of an erased reading")
        try requireEqual(try await store.deadLetters(of: "splitter", after: nil, limit: 10), [], "its dead letters")
        // The same worker goes on under a new lease.
        let other = ContractReadings.reading(events, person: 1, device: 2, at: 5_000_000, x: 5)
        _ = try await store.append([ContractReadings.batch([other], events)])
        try await commit(store, [["b"]], of: [other.head], in: events, to: words)
        try requireEqual(try await self.words(store, words), ["b"], "outputs after an erasure")
    }
}
