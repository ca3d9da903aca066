import HearthCore
import HearthSchema
import HearthStore

/// One stream of a `MemoryReadingStore`.
struct MemoryTable {
    private struct Key: Hashable {
        var device: UniqueID
        var timestamp: Timestamp
        var digest: UInt64
    }

    private struct ClientKey: Hashable {
        var device: UniqueID
        var digest: UInt64
    }

    private(set) var definition: StreamDefinition
    /// In the order of commits.
    private(set) var rows: ReadingBatch
    /// Strictly ascending; a number is never used again.
    private(set) var sequences: [Int64] = []
    private var lastSequence: Int64 = 0
    private var keys: Set<Key> = []
    private var clientKeys: [ClientKey: Timestamp] = [:]
    /// Indexes of rows in order of position; nil when rows changed since.
    private var positions: [Int]?

    init(_ definition: StreamDefinition) {
        self.definition = definition
        rows = ReadingBatch(stream: definition)
    }

    mutating func evolve(to newer: StreamDefinition) throws {
        switch try StreamEvolution(stored: definition, newer: newer) {
        case .unchanged: definition = newer
        case .addedFields:
            let map = ColumnMap(of: newer, in: definition)
            var evolved = ReadingBatch(stream: newer)
            for index in 0..<rows.count { evolved.append(row: index, of: rows, through: map) }
            (definition, rows) = (newer, evolved)
        }
    }

    /// Stores the rows of a normalized batch.
    mutating func append(_ batch: ReadingBatch) -> AppendOutcome {
        let map = ColumnMap(of: definition, in: batch.stream)
        var outcome = AppendOutcome(stored: 0)
        for (index, head) in batch.heads.enumerated() {
            let clientKey = ClientKey(device: head.device, digest: head.digest)
            let isNamed = head.flags.contains(.clientKeyed)
            if isNamed, let known = clientKeys[clientKey] {
                let original = RecordID(timestamp: known, digest: head.digest)
                outcome.duplicates.append(.init(row: index, original: original))
                continue
            }
            let key = Key(device: head.device, timestamp: head.timestamp, digest: head.digest)
            guard keys.insert(key).inserted else {
                outcome.duplicates.append(.init(row: index, original: head.recordID))
                continue
            }
            if isNamed { clientKeys[clientKey] = head.timestamp }
            rows.append(row: index, of: batch, through: map)
            lastSequence += 1
            sequences.append(lastSequence)
            outcome.stored += 1
        }
        positions = nil
        return outcome
    }

    /// Indexes of the query's rows beyond `position`, in the query's order.
    mutating func rows(of query: ReadingQuery, after position: ReadingPosition?) -> [Int] {
        let sorted =
            positions
            ?? rows.heads.indices.map { (ReadingPosition(rows.heads[$0]), $0) }
            .sorted { $0.0 < $1.0 }
            .map(\.1)
        positions = sorted
        let devices = query.devices.map(Set.init)
        func isWanted(_ index: Int) -> Bool {
            let head = rows.heads[index]
            if let from = query.from, head.timestamp < from { return false }
            if let to = query.to, head.timestamp >= to { return false }
            if let position {
                let own = ReadingPosition(head)
                guard query.order == .oldestFirst ? position < own : own < position else { return false }
            }
            return head.person == query.person && devices?.contains(head.device) ?? true
        }
        let wanted = sorted.filter(isWanted)
        return query.order == .oldestFirst ? wanted : wanted.reversed()
    }

    var statistics: [StreamStatistics] {
        struct Owner: Hashable {
            var person: UniqueID
            var device: UniqueID
        }
        var found: [Owner: StreamStatistics] = [:]
        for head in rows.heads {
            let owner = Owner(person: head.person, device: head.device)
            var entry =
                found[owner]
                ?? StreamStatistics(
                    stream: definition.name, person: head.person, device: head.device, count: 0, first: head.timestamp,
                    last: head.timestamp, lastReceived: head.received)
            entry.count += 1
            entry.first = min(entry.first, head.timestamp)
            entry.last = max(entry.last, head.timestamp)
            entry.lastReceived = max(entry.lastReceived, head.received)
            found[owner] = entry
        }
        return Array(found.values)
    }

    /// Puts another cell into a row.
    mutating func replace(_ index: Int, _ column: Int, by cell: Cell, text: String?) {
        rows[index, column] = text.map { rows.textCell($0) } ?? cell
    }

    /// Removes the rows for which the condition holds, asked in order of time.
    mutating func remove(where condition: (ReadingHead) -> Bool) -> Int {
        let inTime = rows.heads.indices.sorted { ReadingPosition(rows.heads[$0]) < ReadingPosition(rows.heads[$1]) }
        let removed = Set(inTime.filter { condition(rows.heads[$0]) })
        if removed.isEmpty { return 0 }
        var kept = ReadingBatch(stream: definition)
        var keptSequences: [Int64] = []
        for index in rows.heads.indices {
            let head = rows.heads[index]
            if removed.contains(index) {
                keys.remove(Key(device: head.device, timestamp: head.timestamp, digest: head.digest))
                if head.flags.contains(.clientKeyed) {
                    clientKeys[ClientKey(device: head.device, digest: head.digest)] = nil
                }
            } else {
                kept.append(row: index, of: rows)
                keptSequences.append(sequences[index])
            }
        }
        (rows, sequences, positions) = (kept, keptSequences, nil)
        return removed.count
    }
}
