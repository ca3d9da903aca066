import HearthCore
import HearthSchema
import HearthStore

extension ReadingStoreContract {
    static func verifyChanges(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let nothing = try await store.changes(of: stream, after: nil, limit: 10)
        try require(nothing.batch.isEmpty && nothing.cursor == nil, "an empty stream has changes")
        let readings = ContractReadings.mixture(1000, seed: 23, stream: stream)
        let appending = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in 0..<4 {
                    let own = Array(readings[part * 250..<(part + 1) * 250])
                    group.addTask {
                        for start in stride(from: 0, to: own.count, by: 10) {
                            _ = try await store.append(
                                [ContractReadings.batch(Array(own[start..<start + 10]), stream)])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        // A second reader compresses what it can in between; nobody may notice.
        var seen: [Reading] = []
        var cursor: ReadingCursor?
        var rounds = 0
        let deadline = ContinuousClock.now + .seconds(120)
        while seen.count < readings.count, ContinuousClock.now < deadline {
            let (batch, next) = try await store.changes(of: stream, after: cursor, limit: 37)
            seen += ContractReadings.readings(batch)
            cursor = next
            rounds += 1
            // A store that answers without waiting would leave the others no turn.
            if batch.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            if rounds % 5 == 0 { _ = try await store.compact(stream, before: time(2 * ContractReadings.hour)) }
        }
        try await appending.value
        try requireEqual(seen.count, readings.count, "changes seen while others append")
        try requireEqual(Set(seen), Set(readings), "the readings seen as changes")
        let rest = try await store.changes(of: stream, after: cursor, limit: 10)
        try require(rest.batch.isEmpty && rest.cursor == cursor, "changes after the last")
        let again = try await allChanges(store, stream, limit: 101)
        try requireSame(again, seen, "changes read again from the first")
        try await requireFailure(.invalidValue, "a cursor that is none") {
            try await store.changes(of: stream, after: ReadingCursor(text: "nonsense"), limit: 1)
        }
    }

    static func verifyStatistics(_ make: Make) async throws {
        let store = try await make()
        let (motion, events) = (try ContractReadings.motion(), try ContractReadings.events())
        try await store.install([motion, events])
        let readings = ContractReadings.mixture(300, seed: 29, stream: motion)
        _ = try await append(readings, motion, to: store)
        _ = try await append(Array(readings.prefix(50)), motion, to: store)
        let event = ContractReadings.reading(events, device: 3, at: 5, x: 1, received: 9)
        _ = try await append([event], events, to: store)
        let own = statistics(readings, motion)
        let ofMotion = try await store.statistics(of: motion)
        try requireSame(ofMotion, own, "statistics of one stream")
        let ofAll = try await store.statistics(of: nil)
        try requireSame(ofAll, statistics([event], events) + own, "statistics of all streams")
    }

    static func statistics(_ readings: [Reading], _ stream: StreamDefinition) -> [StreamStatistics] {
        struct Owner: Hashable { var person: UniqueID, device: UniqueID }
        return Dictionary(grouping: readings) { Owner(person: $0.head.person, device: $0.head.device) }
            .map { owner, group in
                let times = group.map(\.head.timestamp).sorted()
                return StreamStatistics(
                    stream: stream.name, person: owner.person, device: owner.device, count: group.count,
                    first: times.first ?? time(0), last: times.last ?? time(0),
                    lastReceived: group.map(\.head.received).max() ?? time(0))
            }
            .sorted { ($0.person, $0.device) < ($1.person, $1.device) }
    }

    // MARK: Retention

    static func verifyRetention(_ make: Make) async throws {
        let store = try await make()
        let (motion, events) = (try ContractReadings.motion(), try ContractReadings.events())
        try await store.install([motion, events])
        let readings = ContractReadings.mixture(400, seed: 31, stream: motion)
        _ = try await append(readings, motion, to: store)
        _ = try await append([ContractReadings.reading(events, at: 0)], events, to: store)
        try await checkExpiry(store, motion, readings, compresses: false)
        let untouched = try await store.statistics(of: events)
        try requireEqual(untouched.map(\.count), [1], "readings of another stream after an expiry")
    }

    static func verifyRetentionOfCompressed(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(400, seed: 37, stream: stream)
        _ = try await append(readings, stream, to: store)
        _ = try await store.compact(stream, before: time(4 * ContractReadings.hour))
        try await checkExpiry(store, stream, readings, compresses: true)
    }

    private static func checkExpiry(
        _ store: any ReadingStore, _ stream: StreamDefinition, _ readings: [Reading], compresses: Bool
    ) async throws {
        let cursorBefore = try await store.changes(of: stream, after: nil, limit: 1_000_000).cursor
        let cutoff = time(2 * ContractReadings.hour + ContractReadings.hour / 2)
        let isOld = { (reading: Reading) in reading.head.timestamp < cutoff && reading.head.received < cutoff }
        let old = readings.filter(isOld)
        try require(old.count > 60 && old.count < readings.count, "the test's own readings are lopsided")
        var deleted = 0
        while true {
            let count = try await store.expire(stream, before: cutoff, limit: 25)
            try require(count <= 25, "an expiry deleted more than its limit")
            deleted += count
            if count < 25 { break }
            let statistics = try await store.statistics(of: stream)
            try requireEqual(
                statistics.reduce(0) { $0 + $1.count }, readings.count - deleted, "counts while readings expire")
        }
        try requireEqual(deleted, old.count, "readings expired")
        var left = readings.filter { !isOld($0) }
        try await check(store, stream, left)
        // What is gone may come again, named or not, and is a change like any other.
        let named = old.filter { $0.head.flags.contains(.clientKeyed) }
        let returning = Array(
            (named.prefix(3) + old.prefix(20)).reduce(into: [Reading]()) { list, reading in
                if !list.contains(reading) { list.append(reading) }
            })
        let outcome = try await append(returning, stream, to: store)
        try requireEqual(outcome.stored, returning.count, "expired readings sent again")
        let changes = try await allChanges(store, stream, after: cursorBefore)
        try requireSame(changes, returning, "changes after expired readings came again")
        left += returning
        if compresses { _ = try await store.compact(stream, before: time(5 * ContractReadings.hour)) }
        try await check(store, stream, left)
        let all = try await store.expire(stream, before: time(1000 * ContractReadings.hour), limit: 100_000)
        try requireEqual(all, left.count, "everything expired")
        try await check(store, stream, [])
    }

    /// Compares everything a store can say of a stream with the readings it should hold.
    static func check(_ store: any ReadingStore, _ stream: StreamDefinition, _ readings: [Reading]) async throws {
        try await checkPages(store, stream, readings)
        try await checkAggregates(store, stream, readings)
        let counts = try await store.statistics(of: stream)
        try requireSame(counts, statistics(readings, stream), "statistics")
        let changes = try await allChanges(store, stream)
        try requireEqual(changes.count, readings.count, "changes")
        try requireEqual(Set(changes), Set(readings), "the readings among the changes")
    }

    // MARK: Compression

    static func verifyCompaction(_ make: Make) async throws {
        let store = try await make()
        let (stream, events) = (try ContractReadings.motion(), try ContractReadings.events())
        try await store.install([stream, events])
        let readings = ContractReadings.mixture(800, seed: 41, stream: stream)
        _ = try await append(readings, stream, to: store)
        let before = try await allChanges(store, stream)
        let sums = try await sums(store, stream)
        for cutoff in [time(0), time(ContractReadings.hour * 5 / 2), time(1000 * ContractReadings.hour)] {
            _ = try await store.compact(stream, before: cutoff)
            let again = try await store.compact(stream, before: cutoff)
            try requireEqual(again, CompactionReport(), "what a second compaction found to do")
            try await check(store, stream, readings)
            let after = try await allChanges(store, stream)
            try requireSame(after, before, "changes in order after a compaction")
            let sumsAfter = try await Self.sums(store, stream)
            try requireEqual(sumsAfter, sums, "sums to the last bit after a compaction")
            let outcome = try await append(readings, stream, to: store)
            try requireEqual(outcome.stored, 0, "known readings sent again after a compaction")
        }
        let report = try await store.compact(events, before: time(1000 * ContractReadings.hour))
        try requireEqual(report, CompactionReport(), "the compaction of a stream that is not of a high rate")
    }

    private static func sums(
        _ store: any ReadingStore, _ stream: StreamDefinition
    ) async throws -> [AggregationBucket] {
        try await store.aggregate(
            query(stream), Aggregation(width: .fixed(microseconds: ContractReadings.hour), columns: [0, 1, 3]))
    }

    static func verifyLateReadings(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(900, seed: 43, stream: stream)
        // Each part spreads over all hours, so that every one lands in closed chunks of the parts before.
        var stored: [Reading] = []
        for part in 0..<6 {
            let late = readings.enumerated().filter { $0.offset % 6 == part }.map(\.element)
            let outcome = try await append(late, stream, to: store)
            try requireEqual(outcome.stored, late.count, "late readings")
            stored += late
            if part % 2 == 0 { try await check(store, stream, stored) }
            _ = try await store.compact(stream, before: time(ContractReadings.hour * Int64(part)))
            try await checkPages(store, stream, stored)
            let again = try await append(stored, stream, to: store)
            try requireEqual(again.stored, 0, "readings that are stored as rows and in chunks, sent again")
        }
        _ = try await store.compact(stream, before: time(1000 * ContractReadings.hour))
        try await check(store, stream, stored)
    }

    // MARK: Erasure, evolution, end

    static func verifyErasure(_ make: Make) async throws {
        let store = try await make()
        let (motion, events) = (try ContractReadings.motion(), try ContractReadings.events())
        try await store.install([motion, events])
        let readings = ContractReadings.mixture(500, seed: 47, stream: motion)
        _ = try await append(readings, motion, to: store)
        _ = try await store.compact(motion, before: time(2 * ContractReadings.hour))
        let ofEvents = (0..<2).map { ContractReadings.reading(events, person: $0, device: $0, at: 0, x: 1, name: "e") }
        _ = try await append(ofEvents, events, to: store)
        let device = ContractReadings.devices[1]
        let ofDevice = readings.filter { $0.head.device == device }
        let erased = try await store.erase(person: ContractReadings.people[0], device: device)
        try requireEqual(erased, ofDevice.count, "readings of one device erased")
        let left = readings.filter { $0.head.device != device }
        try await check(store, motion, left)
        let foreign = try await store.erase(person: ContractReadings.people[1], device: ContractReadings.devices[0])
        try requireEqual(foreign, 0, "readings erased of a device that another person uses")
        let all = try await store.erase(person: ContractReadings.people[0], device: nil)
        let kept = left.filter { $0.head.person == ContractReadings.people[1] }
        try requireEqual(all, left.count - kept.count + 1, "readings of one person erased in all streams")
        try await check(store, motion, kept)
        try await checkRest(store, events, [ofEvents[1]])
        let outcome = try await append([ofEvents[0]] + ofDevice, motion: motion, events: events, to: store)
        try requireEqual(outcome, ofDevice.count + 1, "erased readings sent again")
    }

    private static func checkRest(
        _ store: any ReadingStore, _ stream: StreamDefinition, _ readings: [Reading]
    ) async throws {
        let changes = try await allChanges(store, stream)
        try requireSame(changes, readings, "what is left of a stream")
    }

    private static func append(
        _ readings: [Reading], motion: StreamDefinition, events: StreamDefinition, to store: any ReadingStore
    ) async throws -> Int {
        let ofEvents = readings.filter { $0.values.count == events.columnCount }
        let ofMotion = readings.filter { $0.values.count == motion.columnCount }
        let outcomes = try await store.append([
            ContractReadings.batch(ofEvents, events), ContractReadings.batch(ofMotion, motion),
        ])
        return outcomes.reduce(0) { $0 + $1.stored }
    }

    static func verifyEvolution(_ make: Make) async throws {
        let store = try await make()
        let (small, large) = (try ContractReadings.motion(), try ContractReadings.motion(isLarger: true))
        try await store.install([small])
        let readings = ContractReadings.mixture(200, seed: 53, stream: small)
        _ = try await append(readings, small, to: store)
        _ = try await store.compact(small, before: time(2 * ContractReadings.hour))
        try await store.install([large])
        try await store.install([large])
        // The columns of the old definition, the two new ones, and the free members last.
        let widened = readings.map { reading in
            var reading = reading
            reading.values.insert(contentsOf: [.null, .null], at: small.fields.count)
            return reading
        }
        try await check(store, large, widened)
        try await checkPages(store, small, readings)
        let known = try await append(readings, small, to: store)
        try requireEqual(known.stored, 0, "readings of the old definition sent again")
        let same = try await append(widened, large, to: store)
        try requireEqual(same.stored, 0, "readings of the old definition sent again under the new one")
        var newer = ContractReadings.reading(large, at: 7 * ContractReadings.hour, x: 1)
        newer.values[small.fields.count] = .real(1013.25.bitPattern)
        newer.values[small.fields.count + 1] = .text("new")
        newer = ContractReadings.sealed(newer, large)
        _ = try await append([newer], large, to: store)
        _ = try await store.compact(large, before: time(1000 * ContractReadings.hour))
        try await check(store, large, widened + [newer])
        try await requireFailure(.schemaIncompatible, "a definition that lost fields") {
            try await store.install([small])
        }
        try await check(store, large, widened + [newer])
    }

    static func verifyTexts(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(300, seed: 59, stream: stream)
        _ = try await append(readings, stream, to: store)
        let wanted = Set(readings.compactMap { if case .text(let text) = $0.values[5] { text } else { nil } })
        for _ in 0..<2 {
            let texts = try await store.distinctText(of: stream, column: 5)
            try requireEqual(texts, wanted, "the texts of a column")
            _ = try await store.compact(stream, before: time(3 * ContractReadings.hour))
        }
    }

    static func verifyEnd(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.events()
        try await store.install([stream])
        try await store.probe()
        try await store.close()
        try await store.close()
        try await requireFailure(.shuttingDown, "an append after the end") {
            try await store.append([ContractReadings.batch([ContractReadings.reading(stream, at: 0)], stream)])
        }
        try await requireFailure(.shuttingDown, "a probe after the end") { try await store.probe() }
    }
}
