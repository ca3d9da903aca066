import HearthCore
import HearthSchema
package import HearthStore

/// What every reading store does, as `ReadingStore` says. Run all cases on each back end; stores are made with
/// `ContractReadings.digest`.
package enum ReadingStoreContract {
    package typealias Make = @Sendable () async throws -> any ReadingStore

    package static let cases: [ContractCase<any ReadingStore>] = [
        ContractCase("stores a reading once, however often it comes", verifyDuplicates),
        ContractCase("knows a reading by its client's name at any time", verifyClientNames),
        ContractCase("takes appends from many tasks at once", verifyConcurrentAppends),
        ContractCase("stores all batches of a call or none", verifyAtomicity),
        ContractCase("stores zero without a sign", verifyZero),
        ContractCase("refuses streams that are not installed", verifyUnknownStreams),
        ContractCase("pages in both orders, over devices and times", verifyPages),
        ContractCase("keeps positions valid while readings come and go", verifyPositions),
        ContractCase("takes ranges as half-open", verifyRanges),
        ContractCase("keeps people apart", verifyPeople),
        ContractCase("finds a reading by its id", verifyIDs),
        ContractCase("finds the newest reading by an indexed text", verifyTextLookUp),
        ContractCase("aggregates as a plain loop does", verifyAggregates),
        ContractCase("follows daylight saving time", verifyDaylightSaving),
        ContractCase("shows every change once while others append", verifyChanges),
        ContractCase("counts by stream and device", verifyStatistics),
        ContractCase("expires what is old by both times", verifyRetention),
        ContractCase("compresses without a trace", verifyCompaction),
        ContractCase("compresses again after late readings", verifyLateReadings),
        ContractCase("expires parts of what is compressed", verifyRetentionOfCompressed),
        ContractCase("erases a person or a device", verifyErasure),
        ContractCase("lets a definition grow", verifyEvolution),
        ContractCase("lists the texts of a column", verifyTexts),
        ContractCase("probes and closes", verifyEnd),
    ]

    // MARK: Shared steps

    typealias Reading = ContractReadings.Reading

    /// Readings in the order of a query, cut from all of them by brute force.
    static func expected(_ readings: [Reading], _ query: ReadingQuery) -> [Reading] {
        let chosen = readings.filter { reading in
            let head = reading.head
            return head.person == query.person && query.devices?.contains(head.device) ?? true
                && query.from.map { head.timestamp >= $0 } ?? true && query.to.map { head.timestamp < $0 } ?? true
        }
        .sorted { $0.position < $1.position }
        return query.order == .oldestFirst ? chosen : chosen.reversed()
    }

    /// All pages of a query, one after another.
    static func allPages(_ store: any ReadingStore, _ query: ReadingQuery, limit: Int) async throws -> [Reading] {
        var result: [Reading] = []
        var position: ReadingPosition?
        while true {
            let page = try await store.page(query, after: position, limit: limit)
            try require(page.count <= limit, "a page has more readings than asked for")
            result += ContractReadings.readings(page)
            position = page.heads.last.map(ReadingPosition.init)
            if page.count < limit { return result }
        }
    }

    /// All changes of a stream.
    static func allChanges(
        _ store: any ReadingStore, _ stream: StreamDefinition, after cursor: ReadingCursor? = nil, limit: Int = 997
    ) async throws -> [Reading] {
        var result: [Reading] = []
        var cursor = cursor
        while true {
            let (batch, next) = try await store.changes(of: stream, after: cursor, limit: limit)
            result += ContractReadings.readings(batch)
            if batch.isEmpty {
                try requireEqual(next, cursor, "a scan without changes moved the cursor")
                return result
            }
            cursor = next
        }
    }

    /// Stores readings in batches of uneven size, as they stand.
    static func append(
        _ readings: [Reading], _ stream: StreamDefinition, to store: any ReadingStore
    ) async throws -> (stored: Int, duplicates: Int) {
        var stored = 0
        var duplicates = 0
        var start = 0
        var size = 1
        while start < readings.count {
            let end = min(start + size, readings.count)
            let outcomes = try await store.append([ContractReadings.batch(Array(readings[start..<end]), stream)])
            stored += outcomes.reduce(0) { $0 + $1.stored }
            duplicates += outcomes.reduce(0) { $0 + $1.duplicates.count }
            start = end
            size = size * 3 % 1009
        }
        return (stored, duplicates)
    }

    static func query(
        _ stream: StreamDefinition, person: Int = 0, order: ReadingQuery.Order = .oldestFirst
    ) -> ReadingQuery {
        ReadingQuery(stream: stream, person: ContractReadings.people[person], order: order)
    }

    static func time(_ offset: Int64) -> Timestamp {
        Timestamp(microseconds: ContractReadings.start.microseconds + offset)
    }
}
