import HearthCore
import HearthSchema
import HearthStore

extension ReadingStoreContract {
    static func verifyTextLookUp(_ make: Make) async throws {
        let store = try await make()
        let (motion, events) = (try ContractReadings.motion(), try ContractReadings.events())
        try await store.install([motion, events])
        let readings = ContractReadings.mixture(400, seed: 61, stream: motion)
        let place = 5
        let texts = Set(readings.compactMap { if case .text(let text) = $0.values[place] { text } else { nil } })
        try require(texts.count > 1, "the test's own readings have one text only")
        let early = readings.filter { $0.head.timestamp < time(3 * ContractReadings.hour) }
        _ = try await append(early, motion, to: store)
        // Half of it compressed, and rows that came afterwards.
        _ = try await store.compact(motion, before: time(2 * ContractReadings.hour))
        _ = try await append(readings, motion, to: store)
        var queries = [query(motion), query(motion, person: 1), query(motion, order: .newestFirst)]
        queries.append(query(motion))
        queries[3].devices = [ContractReadings.devices[0], ContractReadings.devices[2]]
        queries.append(query(motion))
        queries[4].from = time(ContractReadings.hour / 2)
        queries[4].to = time(3 * ContractReadings.hour / 2)
        for (index, query) in queries.enumerated() {
            for text in texts.sorted() + ["no such place"] {
                var newestFirst = query
                newestFirst.order = .newestFirst
                let wanted = expected(readings, newestFirst).first { $0.values[place] == .text(text) }
                let found = try await store.newest(query, with: text, in: place)
                try requireEqual(
                    found.map(ContractReadings.readings) ?? [], wanted.map { [$0] } ?? [],
                    "the newest reading at “\(text)”, query \(index)")
            }
        }
        try await requireFailure(.internalError, "a look-up of a number") {
            try await store.newest(query(motion), with: "1", in: 0)
        }
        try await requireFailure(.internalError, "a look-up without an index") {
            try await store.newest(query(events), with: "1", in: 0)
        }
    }
}
