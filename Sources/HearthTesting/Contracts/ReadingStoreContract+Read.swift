import Foundation
import HearthCore
import HearthSchema
import HearthStore

extension ReadingStoreContract {
    static func verifyPages(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(700, seed: 11, stream: stream)
        let outcome = try await append(readings, stream, to: store)
        try requireEqual(outcome.stored, readings.count, "distinct readings stored")
        try await checkPages(store, stream, readings)
        let none = try await store.page(query(stream), after: nil, limit: 0)
        try requireEqual(none.count, 0, "a page of no readings")
    }

    /// Compares pages of many queries with brute force.
    static func checkPages(_ store: any ReadingStore, _ stream: StreamDefinition, _ readings: [Reading]) async throws {
        let devices = ContractReadings.devices
        let ranges: [(Timestamp?, Timestamp?)] = [
            (nil, nil), (time(ContractReadings.hour), time(2 * ContractReadings.hour)), (time(7_000_500_000), nil),
            (nil, time(9_000_000_000)),
        ]
        for order in [ReadingQuery.Order.oldestFirst, .newestFirst] {
            for (index, (from, to)) in ranges.enumerated() {
                for chosen in [nil, [devices[0]], [devices[1], devices[0], devices[3]], []] {
                    var query = query(stream, person: index == 1 ? 1 : 0, order: order)
                    (query.devices, query.from, query.to) = (chosen, from, to)
                    let pages = try await allPages(store, query, limit: [1000, 13, 64, 7][index])
                    try requireSame(
                        pages, expected(readings, query), "pages of \(order) from \(from as Any) to \(to as Any)")
                }
            }
        }
    }

    static func verifyPositions(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(200, seed: 13, stream: stream)
        let even = readings.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        _ = try await append(even, stream, to: store)
        let ordered = expected(readings, query(stream))
        // Readings that come and go on either side leave a position where it is, even that of a reading not stored.
        for (index, reading) in ordered.enumerated() where index % 7 == 0 {
            let position = reading.position
            let parsed = ReadingPosition(text: position.text)
            try requireEqual(parsed, position, "a position as text")
            let after = try await store.page(query(stream), after: position, limit: 20)
            let wanted = expected(even, query(stream)).filter { position < $0.position }.prefix(20)
            try requireSame(ContractReadings.readings(after), Array(wanted), "readings after a position")
        }
        _ = try await append(readings, stream, to: store)
        for (index, reading) in ordered.enumerated() where index % 11 == 0 {
            let after = try await store.page(query(stream), after: reading.position, limit: 20)
            try requireSame(
                ContractReadings.readings(after), Array(ordered.dropFirst(index + 1).prefix(20)),
                "readings after a position once more came")
            let before = try await store.page(query(stream, order: .newestFirst), after: reading.position, limit: 20)
            try requireSame(
                ContractReadings.readings(before), Array(ordered.prefix(index).reversed().prefix(20)),
                "readings before a position")
        }
    }

    static func verifyRanges(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.events()
        try await store.install([stream])
        let readings = (0..<5).map { ContractReadings.reading(stream, at: Int64($0) * 10, x: Double($0)) }
        _ = try await store.append([ContractReadings.batch(readings, stream)])
        for (from, to, wanted) in [(10, 30, [1, 2]), (10, 31, [1, 2, 3]), (11, 30, [2]), (30, 30, []), (30, 10, [])] {
            var query = query(stream)
            (query.from, query.to) = (time(Int64(from)), time(Int64(to)))
            let page = try await store.page(query, after: nil, limit: 10)
            try requireSame(
                ContractReadings.readings(page), wanted.map { readings[$0] }, "readings from \(from) to before \(to)")
        }
    }

    static func verifyPeople(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        // One device that two people used in turn.
        let own = ContractReadings.reading(stream, person: 0, at: 0, x: 1)
        let other = ContractReadings.reading(stream, person: 1, at: 10, x: 2)
        _ = try await store.append([ContractReadings.batch([own, other], stream)])
        for round in 0..<2 {
            for (person, reading) in [(0, own), (1, other)] {
                var query = query(stream, person: person)
                query.devices = [ContractReadings.devices[0]]
                let page = try await store.page(query, after: nil, limit: 10)
                try requireSame(ContractReadings.readings(page), [reading], "one person's readings")
                let buckets = try await store.aggregate(query, Aggregation(width: .all, columns: [0]))
                try requireEqual(buckets.map(\.readings), [1], "one person's aggregate")
                let foreign = try await store.reading(
                    (person == 0 ? other : own).head.recordID, in: stream, person: ContractReadings.people[person])
                try require(foreign == nil, "another person's reading was found by its id")
            }
            if round == 0 { _ = try await store.compact(stream, before: time(10 * ContractReadings.hour)) }
        }
    }

    static func verifyIDs(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(150, seed: 17, stream: stream)
        _ = try await append(readings, stream, to: store)
        for round in 0..<2 {
            for reading in readings {
                let found = try await store.reading(reading.head.recordID, in: stream, person: reading.head.person)
                try requireSame(found.map(ContractReadings.readings) ?? [], [reading], "a reading by its id")
            }
            var id = readings[0].head.recordID
            id.digest ^= 1
            let missing = try await store.reading(id, in: stream, person: readings[0].head.person)
            try require(missing == nil, "a reading was found by an id nobody has")
            if round == 0 { _ = try await store.compact(stream, before: time(10 * ContractReadings.hour)) }
        }
    }

    // MARK: Aggregates

    static func verifyAggregates(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        let readings = ContractReadings.mixture(600, seed: 19, stream: stream)
        _ = try await append(readings, stream, to: store)
        try await checkAggregates(store, stream, readings)
        var query = query(stream)
        query.to = time(-1)
        let nothing = try await store.aggregate(query, Aggregation(width: .all, columns: [0]))
        try requireEqual(nothing, [], "buckets without readings")
        try await requireFailure(.invalidValue, "a time zone that does not exist") {
            try await store.aggregate(query, Aggregation(width: .days(timeZone: "Europe/Atlantis"), columns: [0]))
        }
    }

    /// Compares aggregates with a plain loop over a calendar.
    static func checkAggregates(
        _ store: any ReadingStore, _ stream: StreamDefinition, _ readings: [Reading]
    ) async throws {
        let widths: [Aggregation.Width] = [
            .all, .fixed(microseconds: 60_000_000), .fixed(microseconds: 7_777_777_777),
            .days(timeZone: "Europe/Berlin"), .weeks(timeZone: "America/St_Johns"), .months(timeZone: "Asia/Kathmandu"),
        ]
        for (index, width) in widths.enumerated() {
            var query = query(stream)
            if index % 2 == 1 { (query.from, query.devices) = (time(3_600_500_000), [ContractReadings.devices[1]]) }
            // x is decimal, y from 32-bit floats, z wild (its sum is not compared), steps whole, place text.
            let aggregation = Aggregation(width: width, columns: [3, 0, 1, 2, 5])
            let buckets = try await store.aggregate(query, aggregation)
            try checkBuckets(buckets, expected(readings, query), aggregation)
        }
    }

    private static func checkBuckets(
        _ buckets: [AggregationBucket], _ readings: [Reading], _ aggregation: Aggregation
    ) throws {
        let groups = Dictionary(grouping: readings) { start(of: $0.head.timestamp, aggregation.width) }
        let starts = groups.keys.sorted()
        let wanted = aggregation.width == .all ? readings.prefix(1).map(\.head.timestamp) : starts
        try requireSame(buckets.map(\.start), wanted, "starts of buckets by \(aggregation.width)")
        for (bucket, start) in zip(buckets, starts) {
            let group = groups[start] ?? []
            try requireEqual(bucket.readings, group.count, "readings of a bucket")
            for (summary, column) in zip(bucket.values, aggregation.columns) {
                let numbers = group.compactMap { $0.number(column) }
                try requireEqual(summary.count, numbers.count, "values of a bucket")
                guard let first = numbers.first, let last = numbers.last, let minimum = numbers.min(),
                    let maximum = numbers.max()
                else { continue }
                try requireEqual(
                    [summary.first, summary.last, summary.minimum, summary.maximum], [first, last, minimum, maximum],
                    "first, last, minimum and maximum of column \(column)")
                if column == 2 { continue }
                let sum = numbers.reduce(0, +)
                let size = numbers.reduce(0) { $0 + abs($1) }
                try require(abs(summary.sum - sum) <= size * 1e-12, "a sum is \(summary.sum) instead of about \(sum)")
            }
        }
    }

    private static func start(of time: Timestamp, _ width: Aggregation.Width) -> Timestamp {
        func calendar(_ zone: String, _ unit: Calendar.Component) -> Timestamp {
            var calendar = Calendar(identifier: .iso8601)
            calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
            let date = Date(timeIntervalSince1970: time.seconds)
            return Timestamp(seconds: calendar.dateInterval(of: unit, for: date)?.start.timeIntervalSince1970 ?? 0)
        }
        switch width {
        case .all: return Timestamp(microseconds: 0)
        case .fixed(let length):
            return Timestamp(microseconds: time.microseconds.floorDivided(by: length) * length)
        case .days(let zone): return calendar(zone, .day)
        case .weeks(let zone): return calendar(zone, .weekOfYear)
        case .months(let zone): return calendar(zone, .month)
        }
    }

    static func verifyDaylightSaving(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        // One reading at each full hour around the two changes of 2025 in Berlin.
        for (first, hours, wanted) in [
            ("2025-03-28T23:00:00Z", 72, [24, 23, 24, 1]), ("2025-10-24T22:00:00Z", 72, [24, 25, 23]),
        ] {
            guard let first = Timestamp(first) else { throw ContractViolation(description: "a time of the test") }
            let base = first.microseconds - ContractReadings.start.microseconds
            let readings = (0..<hours).map {
                ContractReadings.reading(stream, at: base + Int64($0) * ContractReadings.hour, x: Double($0))
            }
            _ = try await append(readings, stream, to: store)
            var query = query(stream)
            (query.from, query.to) = (first, first + .seconds(hours * 3600))
            for _ in 0..<2 {
                let days = try await store.aggregate(
                    query, Aggregation(width: .days(timeZone: "Europe/Berlin"), columns: [0]))
                try requireEqual(days.map(\.readings), wanted, "hours of the days around the change after \(first)")
                let starts = wanted.indices.map { first + .seconds(wanted[..<$0].reduce(0, +) * 3600) }
                try requireEqual(days.map(\.start), starts, "beginnings of the days around the change")
                _ = try await store.compact(stream, before: first + .seconds(30 * 3600))
            }
        }
    }
}
