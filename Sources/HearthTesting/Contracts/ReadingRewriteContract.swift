import HearthCore
import HearthSchema
package import HearthStore

/// What every store that rewrites does, as `ReadingRewriteStore` says. Stores are made with `ContractReadings.digest`.
package enum ReadingRewriteContract {
    package typealias Store = any ReadingStore & ReadingRewriteStore
    typealias Make = @Sendable () async throws -> Store

    package static let cases: [ContractCase<Store>] = [
        ContractCase("replaces cells and nothing else", verifyCells),
        ContractCase("passes over readings that are gone", verifyGone),
        ContractCase("replaces cells of readings that were compressed", verifyCompressed),
    ]

    static func verifyCells(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.events()
        try await store.install([stream])
        let readings = (0..<4).map {
            ContractReadings.reading(stream, device: $0 % 2, at: Int64($0) * 1000, x: Double($0))
        }
        _ = try await store.append([ContractReadings.batch(readings, stream)])
        let before = try await store.changes(of: stream, after: nil, limit: 10)
        var changed = Array(readings[1...2])
        changed[0].values[0] = .text("tok_\u{0}")
        changed[0].values[1] = .integer(.min)
        changed[1].values[0] = .text("")
        changed[1].values[1] = .null
        var batch = ContractReadings.batch(changed, stream)
        // Columns that are not named stay.
        batch[0, 2] = batch.textCell("{\"not\":\"this\"}")
        let count = try await store.rewrite(batch, columns: [0, 1])
        try requireEqual(count, 2, "readings rewritten")
        let after = try await store.changes(of: stream, after: nil, limit: 10)
        try requireSame(
            ContractReadings.readings(after.batch), [readings[0], changed[0], changed[1], readings[3]],
            "readings after rewriting, in their order")
        try requireEqual(after.cursor, before.cursor, "the cursor behind them")
        let again = try await store.append([ContractReadings.batch(readings, stream)])
        try requireEqual(again[0].stored, 0, "readings stored again")
        let found = try await store.reading(changed[0].head.recordID, in: stream, person: changed[0].head.person)
        try requireEqual(found.map(ContractReadings.readings), [changed[0]], "a rewritten reading by its id")
        try await store.scrub()
    }

    static func verifyCompressed(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(300, seed: 11, stream: stream)
        _ = try await store.append([ContractReadings.batch(readings, stream)])
        let later = ContractReadings.start.microseconds + 24 * ContractReadings.hour
        _ = try await store.compact(stream, before: Timestamp(microseconds: later))
        let before = try await store.changes(of: stream, after: nil, limit: 1000)
        // Some, so that others of their chunks stay as they are.
        let place = stream.fields.firstIndex { $0.name == "place" } ?? 0
        var changed = readings
        let chosen = stride(from: 0, to: readings.count, by: 40)
        for index in chosen { changed[index].values[place] = .text("tok_\(index)") }
        let batch = ContractReadings.batch(chosen.map { changed[$0] }, stream)
        let count = try await store.rewrite(batch, columns: [place])
        try requireEqual(count, batch.count, "readings rewritten")
        let after = try await store.changes(of: stream, after: nil, limit: 1000)
        try requireSame(ContractReadings.readings(after.batch), changed, "readings after rewriting, in their order")
        try requireEqual(after.cursor, before.cursor, "the cursor behind them")
        let again = try await store.append([ContractReadings.batch(readings, stream)])
        try requireEqual(again[0].stored, 0, "readings stored again")
        let statistics = try await store.statistics(of: stream)
        try requireEqual(statistics.reduce(0) { $0 + $1.count }, readings.count, "readings counted")
    }

    static func verifyGone(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.events()
        try await store.install([stream])
        let stored = ContractReadings.reading(stream, at: 0, x: 1)
        let other = ContractReadings.reading(stream, at: 1000, x: 2)
        let elsewhere = ContractReadings.reading(stream, device: 3, at: 0, x: 1)
        _ = try await store.append([ContractReadings.batch([stored], stream)])
        let count = try await store.rewrite(
            ContractReadings.batch([other, elsewhere], stream), columns: [0])
        try requireEqual(count, 0, "readings that are not there")
        let all = try await store.changes(of: stream, after: nil, limit: 10)
        try requireSame(ContractReadings.readings(all.batch), [stored], "readings stored")
    }
}
