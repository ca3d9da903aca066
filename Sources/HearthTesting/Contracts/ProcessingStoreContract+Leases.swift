import HearthCore
import HearthStore

extension ProcessingStoreContract {
    static func verifyLeases(_ make: Make) async throws {
        let store = try await make()
        let first = try await lease(store)
        try requireEqual(try await lease(store), first, "a lease that its holder claims again")
        let end = now + .seconds(60)
        let other = try await store.claim("splitter", for: holders[1], until: end + .seconds(60), at: now)
        try requireEqual(other, .held(until: end), "a lease that another holder has")
        _ = try await lease(store, "another", holder: 1)

        let late = try await store.claim("splitter", for: holders[1], until: end + .seconds(60), at: end)
        guard case .granted(let second) = late else {
            throw ContractViolation(description: "a lease that ran out was not granted")
        }
        try require(second.fence > first.fence, "a change of hands does not raise the fencing number")
        // Who lost the lease cannot give away what somebody else has.
        try await store.release(first)
        let held = try await store.claim("splitter", for: holders[0], until: end, at: end)
        try requireEqual(held, .held(until: end + .seconds(60)), "a lease after its former holder released it")
        try await store.release(second)
        let third = try await lease(store)
        try require(third.fence > second.fence, "a fencing number is used twice")
    }

    static func verifyFencing(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let reading = source(events, 1)
        _ = try await store.append([ContractReadings.batch([reading], events)])
        let stale = try await lease(store)
        _ = try await store.claim(
            "splitter", for: holders[1], until: now + .seconds(300), at: now + .seconds(61))
        let commit = ProcessorCommit(
            source: events, worked: [reading.head],
            outputs: [outputs([["lost"]], of: [reading.head], in: events, to: words)],
            failed: [letter(source(events, 2).head, in: events, number: 1)],
            progress: .cursor(ReadingCursor(text: "1")))
        try await requireFailure(.leaseLost, "a commit under a lost lease") {
            try await store.commit(commit, under: stale, until: now)
        }
        try requireEqual(try await store.record(of: "splitter"), ProcessorRecord(), "the record after a refused commit")
        try requireEqual(try await self.words(store, words), [], "outputs of a refused commit")
        try await requireFailure(.leaseLost, "a commit of a processor that nobody claimed") {
            let nobody = ProcessorLease(processor: "nobody", holder: holders[0], fence: 0)
            return try await store.commit(commit, under: nobody, until: now)
        }
    }

    static func verifyRuns(_ make: Make) async throws {
        let store = try await make()
        let (events, words, _) = try await streams(store)
        let reading = source(events, 1)
        _ = try await store.append([ContractReadings.batch([reading], events)])
        let early = ContractReadings.start
        let first = try await store.startRun(of: "splitter", from: early + .seconds(10), at: now)
        try requireEqual(try await store.record(of: "splitter").run, first, "a run that was asked for")
        let place = RunPlace(
            stream: "events", person: reading.head.person, position: ReadingPosition(reading.head))
        try await commit(
            store, [["one"]], of: [reading.head], in: events, to: words, .run(number: first.number, place: place))
        var expected = first
        (expected.place, expected.worked) = (place, 1)
        try requireEqual(try await store.record(of: "splitter").run, expected, "a run that went on")

        let second = try await store.startRun(of: "splitter", from: early + .seconds(20), at: now)
        try requireEqual(second.from, first.from, "the start of two runs of which the first was not done")
        try requireEqual(second.place, nil, "the place of a run that was asked for again")
        for place in [place, nil] {
            try await commit(
                store, [["one"]], of: [reading.head], in: events, to: words, .run(number: first.number, place: place))
            try requireEqual(try await store.record(of: "splitter").run, second, "a run after a commit of an older one")
        }
        try await commit(store, [], of: [], in: events, to: words, .run(number: second.number, place: nil))
        try requireEqual(try await store.record(of: "splitter").run, nil, "a run that is done")
        let third = try await store.startRun(of: "splitter", from: early + .seconds(30), at: now)
        try requireEqual(third.from, early + .seconds(30), "the start of a run after the others were done")
    }
}
