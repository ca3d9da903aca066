package import HearthCore
package import HearthSchema
package import HearthStore

/// The twin of the reading stores: keeps everything in memory and follows the same contract. Linear where a product
/// would use an index, so meant for up to some hundred thousand readings.
package actor MemoryReadingStore: ReadingStore {
    // The other files of this actor work on these too.
    var tables: [String: MemoryTable] = [:]
    var processing = MemoryProcessing()
    var spool = MemorySpool()
    private var isClosed = false
    private var faults: [HearthError] = []
    private var appendDelay: Duration?
    let crashes: CrashPlan?

    package init(crashes: CrashPlan? = nil) { self.crashes = crashes }

    // MARK: Faults

    func waitForDisk() async throws {
        if let appendDelay { try await Task.sleep(for: appendDelay) }
    }

    func throwFault() throws {
        if !faults.isEmpty { throw faults.removeFirst() }
    }

    /// Makes the next appends and commits throw these errors, one each, and store nothing.
    package func failAppends(with errors: [HearthError]) { faults.append(contentsOf: errors) }

    /// Makes every append wait before it stores, as a slow disk does; nil ends that.
    package func delayAppends(by delay: Duration?) { appendDelay = delay }

    // MARK: ReadingStore

    package func install(_ streams: [StreamDefinition]) throws {
        try checkOpen()
        var evolved = tables
        for stream in streams {
            if var table = evolved[stream.name] {
                try table.evolve(to: stream)
                evolved[stream.name] = table
            } else {
                evolved[stream.name] = MemoryTable(stream)
            }
        }
        tables = evolved
    }

    package func append(_ batches: [ReadingBatch]) async throws -> [AppendOutcome] {
        try await waitForDisk()
        try checkOpen()
        try crashes?.pass()
        try throwFault()
        // Everything that can be refused is refused before anything is stored.
        let normal = try batches.map { batch in
            _ = try table(batch.stream)
            var batch = batch
            try batch.normalize()
            return batch
        }
        var outcomes: [AppendOutcome] = []
        for batch in normal { outcomes.append(try changeTable(batch.stream) { $0.append(batch) }) }
        return outcomes
    }

    package func page(
        _ query: ReadingQuery, after position: ReadingPosition?, limit: Int
    ) throws -> ReadingBatch {
        try checkOpen()
        var result = ReadingBatch(stream: query.stream)
        try changeTable(query.stream) { table in
            let map = ColumnMap(of: query.stream, in: table.definition)
            for index in table.rows(of: query, after: position).prefix(max(limit, 0)) {
                result.append(row: index, of: table.rows, through: map)
            }
        }
        return result
    }

    package func aggregate(_ query: ReadingQuery, _ aggregation: Aggregation) throws -> [AggregationBucket] {
        try checkOpen()
        var aggregator = try Aggregator(aggregation)
        try changeTable(query.stream) { table in
            let map = ColumnMap(of: query.stream, in: table.definition)
            var oldestFirst = query
            oldestFirst.order = .oldestFirst
            for index in table.rows(of: oldestFirst, after: nil) {
                let values = aggregation.columns.map { column -> Double in
                    guard let source = map.sources[column] else { return .nan }
                    switch table.rows[index, source] {
                    case .integer(let value): return Double(value)
                    case .real(let value): return value
                    case .null, .text: return .nan
                    }
                }
                values.withUnsafeBufferPointer {
                    aggregator.add(table.rows.heads[index].timestamp.microseconds, $0)
                }
            }
        }
        return aggregator.result()
    }

    package func changes(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) throws -> (batch: ReadingBatch, cursor: ReadingCursor?) {
        try checkOpen()
        let table = try table(stream)
        var after: Int64 = 0
        if let cursor {
            guard let sequence = Int64(cursor.text) else {
                throw HearthError(.invalidValue, "This is not a cursor of the store.")
            }
            after = sequence
        }
        let map = ColumnMap(of: stream, in: table.definition)
        var batch = ReadingBatch(stream: stream)
        var reached = cursor
        for (index, sequence) in table.sequences.enumerated() where sequence > after {
            if batch.count >= limit { break }
            batch.append(row: index, of: table.rows, through: map)
            reached = ReadingCursor(text: String(sequence))
        }
        return (batch, reached)
    }

    package func reading(_ id: RecordID, in stream: StreamDefinition, person: UniqueID) throws -> ReadingBatch? {
        try checkOpen()
        let table = try table(stream)
        guard let index = table.rows.heads.firstIndex(where: { $0.recordID == id && $0.person == person }) else {
            return nil
        }
        var batch = ReadingBatch(stream: stream)
        batch.append(row: index, of: table.rows, through: ColumnMap(of: stream, in: table.definition))
        return batch
    }

    package func newest(_ query: ReadingQuery, with text: String, in column: Int) throws -> ReadingBatch? {
        try checkOpen()
        try query.stream.requireIndexedText(column)
        var newestFirst = query
        newestFirst.order = .newestFirst
        return try changeTable(query.stream) { table in
            let map = ColumnMap(of: query.stream, in: table.definition)
            guard let source = map.sources[column] else { return nil }
            let found = table.rows(of: newestFirst, after: nil).first { index in
                table.rows.string(table.rows[index, source]) == text
            }
            guard let found else { return nil }
            var batch = ReadingBatch(stream: query.stream)
            batch.append(row: found, of: table.rows, through: map)
            return batch
        }
    }

    package func statistics(of stream: StreamDefinition?) throws -> [StreamStatistics] {
        try checkOpen()
        let chosen = try stream.map { [try table($0)] } ?? Array(tables.values)
        return chosen.flatMap(\.statistics)
            .sorted { ($0.stream, $0.person, $0.device) < ($1.stream, $1.person, $1.device) }
    }

    package func expire(_ stream: StreamDefinition, before cutoff: Timestamp, limit: Int) throws -> Int {
        try checkOpen()
        var left = max(limit, 0)
        let removed = try changeTable(stream) { table in
            table.remove { head in
                guard left > 0, head.timestamp < cutoff, head.received < cutoff else { return false }
                left -= 1
                return true
            }
        }
        if removed > 0 {
            let kept = Set(try table(stream).rows.heads.map { RecordKey(device: $0.device, id: $0.recordID) })
            processing.forgetOutputs(in: stream.name) { kept.contains(RecordKey(device: $0.device, id: $0.id)) }
        }
        return removed
    }

    /// Memory has nothing to compress.
    package func compact(_ stream: StreamDefinition, before cutoff: Timestamp) throws -> CompactionReport {
        try checkOpen()
        _ = try table(stream)
        return CompactionReport()
    }

    package func distinctText(of stream: StreamDefinition, column: Int) throws -> Set<String> {
        try checkOpen()
        let table = try table(stream)
        guard let source = ColumnMap(of: stream, in: table.definition).sources[column] else { return [] }
        return Set((0..<table.rows.count).compactMap { table.rows.string(table.rows[$0, source]) })
    }

    package func erase(person: UniqueID, device: UniqueID?) throws -> Int {
        try checkOpen()
        try crashes?.pass()
        var erased = 0
        processing.forget(person: person, device: device)
        processing.breakLeases()
        for name in Array(tables.keys) {
            erased += tables[name]?.remove { $0.person == person && (device == nil || $0.device == device) } ?? 0
        }
        return erased
    }

    package func probe() throws { try checkOpen() }

    package func close() { isClosed = true }

    // MARK: Tables

    func checkOpen() throws {
        if isClosed { throw HearthError(.shuttingDown, "The store is closed.", disposition: .retry) }
    }

    func table(_ stream: StreamDefinition) throws -> MemoryTable {
        guard let table = tables[stream.name] else {
            throw HearthError(.internalError, "Stream \(stream.name) is not installed.", disposition: .defect)
        }
        return table
    }

    func changeTable<Result>(
        _ stream: StreamDefinition, _ body: (inout MemoryTable) throws -> Result
    ) throws -> Result {
        var table = try table(stream)
        // Held here alone while it changes, so that its arrays are not copied.
        tables[stream.name] = nil
        defer { tables[stream.name] = table }
        return try body(&table)
    }
}

private struct RecordKey: Hashable {
    var device: UniqueID
    var id: RecordID
}
