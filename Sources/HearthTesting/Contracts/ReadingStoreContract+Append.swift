import HearthCore
import HearthSchema
import HearthStore

extension ReadingStoreContract {
    static func verifyDuplicates(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = (0..<5).map { ContractReadings.reading(stream, at: Int64($0) * 1000, x: Double($0)) }
        let sameTime = ContractReadings.reading(stream, at: 0, x: 99)
        let otherDevice = ContractReadings.reading(stream, device: 1, at: 0, x: 0)
        let first = ContractReadings.batch([readings[0], readings[1], readings[0], readings[2]], stream)
        let second = ContractReadings.batch([readings[1], readings[3], sameTime, otherDevice], stream)
        let outcomes = try await store.append([first, second])
        try requireEqual(
            outcomes,
            [
                AppendOutcome(stored: 3, duplicates: [.init(row: 2, original: readings[0].head.recordID)]),
                AppendOutcome(stored: 3, duplicates: [.init(row: 0, original: readings[1].head.recordID)]),
            ], "duplicates in a batch and across batches of one call")
        let again = try await store.append([ContractReadings.batch(readings, stream)])
        try requireEqual(again[0].stored, 1, "new readings among known ones")
        try requireEqual(again[0].duplicates.map(\.row), [0, 1, 2, 3], "rows known from earlier calls")
        let empty = try await store.append([ReadingBatch(stream: stream), first])
        try requireEqual(empty[0], AppendOutcome(stored: 0), "an empty batch")
        try requireEqual(empty[1].duplicates.count, 4, "a batch sent again")
        let stored = try await allPages(store, query(stream), limit: 100)
        try requireSame(
            stored, expected(readings + [sameTime, otherDevice], query(stream)), "what is stored after duplicates")
    }

    static func verifyClientNames(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let first = ContractReadings.reading(stream, at: 1000, x: 1, name: "a")
        let later = ContractReadings.reading(stream, at: 2000, x: 2, name: "a")
        let other = ContractReadings.reading(stream, at: 1000, x: 1, name: "b")
        let otherDevice = ContractReadings.reading(stream, device: 1, at: 3000, x: 3, name: "a")
        let unnamed = ContractReadings.reading(stream, at: 1000, x: 1)
        let outcome = try await store.append([ContractReadings.batch([first, later, other], stream)])
        try requireEqual(
            outcome,
            [AppendOutcome(stored: 2, duplicates: [.init(row: 1, original: first.head.recordID)])],
            "a name used twice in a batch")
        let again = try await store.append([ContractReadings.batch([later, otherDevice, unnamed], stream)])
        try requireEqual(
            again, [AppendOutcome(stored: 2, duplicates: [.init(row: 0, original: first.head.recordID)])],
            "a name used again later, on another device, and not at all")
    }

    static func verifyConcurrentAppends(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        // Each reading is sent by two of the tasks.
        let readings = ContractReadings.mixture(1200, seed: 7, stream: stream)
        let outcomes = try await withThrowingTaskGroup(of: [AppendOutcome].self) { group in
            for task in 0..<12 {
                let own = (0..<200).map { readings[(task * 100 + $0) % readings.count] }
                group.addTask {
                    var outcomes: [AppendOutcome] = []
                    for start in stride(from: 0, to: own.count, by: 20) {
                        let batch = ContractReadings.batch(Array(own[start..<start + 20]), stream)
                        outcomes += try await store.append([batch])
                    }
                    return outcomes
                }
            }
            var all: [AppendOutcome] = []
            for try await part in group { all += part }
            return all
        }
        try requireEqual(outcomes.reduce(0) { $0 + $1.stored }, 1200, "readings stored by all tasks")
        try requireEqual(outcomes.reduce(0) { $0 + $1.duplicates.count }, 1200, "duplicates seen by all tasks")
        for person in 0...1 {
            let stored = try await allPages(store, query(stream, person: person), limit: 500)
            try requireSame(stored, expected(readings, query(stream, person: person)), "readings of all tasks")
        }
        let changes = try await allChanges(store, stream)
        try requireEqual(Set(changes).count, 1200, "changes after concurrent appends")
    }

    static func verifyAtomicity(_ make: Make) async throws {
        let store = try await make()
        let (motion, events) = (try ContractReadings.motion(), try ContractReadings.events())
        try await store.install([motion, events])
        let good = ContractReadings.batch([ContractReadings.reading(motion, at: 0, x: 1, name: "n")], motion)
        var bad = ContractReadings.reading(events, at: 0, x: 1)
        bad.values[0] = .null
        let missing = ContractReadings.batch([ContractReadings.reading(events, at: 1, x: 1), bad], events)
        bad.values[0] = .integer(4)
        let mistyped = ContractReadings.batch([bad], events)
        for refused in [missing, mistyped] {
            try await requireFailure(.internalError, "a value that cannot stand in its column") {
                try await store.append([good, refused])
            }
        }
        let statistics = try await store.statistics(of: nil)
        try requireEqual(statistics, [], "what a refused call left behind")
        let outcome = try await store.append([good])
        try requireEqual(outcome[0].stored, 1, "the good part of a refused call, sent alone")
    }

    static func verifyZero(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let reading = ContractReadings.reading(stream, at: 0, x: -0.0)
        _ = try await store.append([ContractReadings.batch([reading], stream)])
        var stored = reading
        stored.values[0] = .real(0)
        for _ in 0..<2 {
            let page = try await store.page(query(stream), after: nil, limit: 10)
            try requireEqual(ContractReadings.readings(page), [stored], "a negative zero")
            let again = try await store.append([ContractReadings.batch([reading], stream)])
            try requireEqual(again[0].duplicates.count, 1, "the same reading again")
            _ = try await store.compact(stream, before: time(10 * ContractReadings.hour))
        }
    }

    static func verifyUnknownStreams(_ make: Make) async throws {
        let store = try await make()
        try await store.install([try ContractReadings.events()])
        let stream = try ContractReadings.motion()
        try await requireFailure(.internalError, "an append to a stream that is not installed") {
            try await store.append([ContractReadings.batch([ContractReadings.reading(stream, at: 0)], stream)])
        }
        try await requireFailure(.internalError, "a page of a stream that is not installed") {
            try await store.page(query(stream), after: nil, limit: 1)
        }
    }
}
