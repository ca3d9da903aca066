package import HearthCore
package import HearthSchema
package import HearthStore
import HearthVault

/// Readings with tokens in place of private values, whoever writes them: every door, the spool and the processors store
/// through here. It shows tokens, until it is opened for somebody.
///
/// Streams without private fields pass through untouched.
package struct VaultedReadingStore: TokenisedReadingStore, ProcessingStore, SpoolStore {
    package typealias Backing = any ReadingStore & ProcessingStore & SpoolStore & ReadingRewriteStore

    let base: Backing
    package let vault: TokenVault
    /// Nil: tokens are shown.
    private var access: VaultAccess?

    package init(base: Backing, vault: TokenVault) {
        self.base = base
        self.vault = vault
    }

    package func opened(for access: VaultAccess) -> any ReadingStore {
        var opened = self
        opened.access = access
        return opened
    }

    private static func isPlain(_ batches: [ReadingBatch]) -> Bool {
        batches.allSatisfy { $0.stream.privateColumns.isEmpty }
    }

    // MARK: In

    package func install(_ streams: [StreamDefinition]) async throws {
        try await base.install(streams)
        try await vault.adopt(streams, holding: try await base.statistics(of: nil))
    }

    package func append(_ batches: [ReadingBatch]) async throws -> [AppendOutcome] {
        if Self.isPlain(batches) { return try await base.append(batches) }
        return try await vault.gate.shared {
            try await base.append(try await vault.tokenise(batches))
        }
    }

    package func ingest(_ portion: SpoolPortion) async throws -> [AppendOutcome] {
        if Self.isPlain(portion.batches) { return try await base.ingest(portion) }
        return try await vault.gate.shared {
            var portion = portion
            portion.batches = try await vault.tokenise(portion.batches)
            return try await base.ingest(portion)
        }
    }

    package func commit(
        _ commit: ProcessorCommit, under lease: ProcessorLease, until expiry: Timestamp
    ) async throws -> ProcessorCommitOutcome {
        if Self.isPlain(commit.outputs.map(\.batch)) {
            return try await base.commit(commit, under: lease, until: expiry)
        }
        return try await vault.gate.shared {
            var commit = commit
            // Fingerprints were made of the values, so what is the same stays untouched.
            let batches = try await vault.tokenise(commit.outputs.map(\.batch))
            for (index, batch) in batches.enumerated() { commit.outputs[index].batch = batch }
            return try await base.commit(commit, under: lease, until: expiry)
        }
    }

    // MARK: Out

    /// Reads, and shows what it read as its reader may see it.
    private func show<Value: Sendable>(
        _ stream: StreamDefinition, _ read: () async throws -> Value,
        _ batch: any WritableKeyPath<Value, ReadingBatch> & Sendable
    ) async throws -> Value {
        if vault.states(of: stream).isEmpty { return try await read() }
        // Nobody may change what tokens mean between both.
        return try await vault.gate.shared {
            var value = try await read()
            try await show(&value[keyPath: batch])
            return value
        }
    }

    private func show(_ batch: inout ReadingBatch) async throws {
        guard let access else { return try await vault.mask(&batch) }
        let opening = try await vault.unseal(&batch)
        try await vault.record(opening, of: batch.heads.first?.person, in: batch.stream.name, for: access)
    }

    package func page(
        _ query: ReadingQuery, after position: ReadingPosition?, limit: Int
    ) async throws -> ReadingBatch {
        try await show(query.stream, { try await base.page(query, after: position, limit: limit) }, \.self)
    }

    package func changes(
        of stream: StreamDefinition, after cursor: ReadingCursor?, limit: Int
    ) async throws -> (batch: ReadingBatch, cursor: ReadingCursor?) {
        let changed = try await show(
            stream, { Changes(try await base.changes(of: stream, after: cursor, limit: limit)) }, \.batch)
        return (changed.batch, changed.cursor)
    }

    private struct Changes: Sendable {
        var batch: ReadingBatch
        var cursor: ReadingCursor?

        init(_ changes: (batch: ReadingBatch, cursor: ReadingCursor?)) {
            batch = changes.batch
            cursor = changes.cursor
        }
    }

    package func reading(
        _ id: RecordID, in stream: StreamDefinition, person: UniqueID
    ) async throws -> ReadingBatch? {
        try await show(
            stream,
            { try await base.reading(id, in: stream, person: person) ?? ReadingBatch(stream: stream) }, \.self
        ).unlessEmpty
    }

    package func newest(_ query: ReadingQuery, with text: String, in column: Int) async throws -> ReadingBatch? {
        guard vault.states(of: query.stream)[column] != nil else {
            return try await show(
                query.stream,
                { try await base.newest(query, with: text, in: column) ?? ReadingBatch(stream: query.stream) }, \.self
            ).unlessEmpty
        }
        // Readings of different epochs have different tokens, and some may not be rewritten yet.
        let texts =
            vault.tokens(of: text, person: query.person, in: column, of: query.stream).map(\.text) + [text]
        return try await show(
            query.stream,
            {
                var newest = ReadingBatch(stream: query.stream)
                for text in texts {
                    guard let found = try await base.newest(query, with: text, in: column), let head = found.heads.first
                    else { continue }
                    if let best = newest.heads.first, ReadingPosition(head) < ReadingPosition(best) { continue }
                    newest = found
                }
                return newest
            }, \.self
        ).unlessEmpty
    }

    // MARK: The rest

    package func end(of stream: StreamDefinition) async throws -> ReadingCursor? { try await base.end(of: stream) }

    package func statistics(of stream: StreamDefinition?) async throws -> [StreamStatistics] {
        try await base.statistics(of: stream)
    }

    /// What expired in the readings expires in the vault, a day later at most.
    package func expire(_ stream: StreamDefinition, before cutoff: Timestamp, limit: Int) async throws -> Int {
        let count = try await base.expire(stream, before: cutoff, limit: limit)
        if count < limit, !vault.states(of: stream).isEmpty {
            while try await vault.store.expire(stream.name, before: cutoff.day, limit: max(limit, 1)) >= limit {
                try Task.checkCancellation()
            }
        }
        return count
    }

    /// Streams with tokens stay rows: tokens do not get shorter, and cells of chunks cannot be rewritten.
    package func compact(_ stream: StreamDefinition, before cutoff: Timestamp) async throws -> CompactionReport {
        guard vault.states(of: stream).isEmpty else { return CompactionReport() }
        return try await base.compact(stream, before: cutoff)
    }

    package func distinctText(of stream: StreamDefinition, column: Int) async throws -> Set<String> {
        try await base.distinctText(of: stream, column: column)
    }

    package func erase(person: UniqueID, device: UniqueID?) async throws -> Int {
        try await vault.erase(person: person, device: device, in: base)
    }

    package func probe() async throws {
        try await base.probe()
        try await vault.probe()
    }

    package func close() async throws {
        try await base.close()
        try await vault.close()
    }
}

extension VaultedReadingStore {
    package func aggregate(
        _ query: ReadingQuery, _ aggregation: Aggregation
    ) async throws -> [AggregationBucket] {
        let states = vault.states(of: query.stream)
        let isPrivate = aggregation.columns.map { states[$0] != nil }
        guard isPrivate.contains(true) else { return try await base.aggregate(query, aggregation) }
        guard let access else {
            // Tokens have no sum. Readings count, values do not.
            let open = zip(aggregation.columns, isPrivate).filter { !$1 }.map(\.0)
            var buckets = try await base.aggregate(query, Aggregation(width: aggregation.width, columns: open))
            for index in buckets.indices {
                var values = buckets[index].values[...]
                buckets[index].values = isPrivate.map { $0 ? .none : values.removeFirst() }
            }
            return buckets
        }
        return try await vault.gate.shared {
            try await fold(query, aggregation, for: access)
        }
    }

    /// Readings of one step.
    private static let step = 4096

    /// As stores do it: device by device in order of their ids, each in order of time.
    private func fold(
        _ query: ReadingQuery, _ aggregation: Aggregation, for access: VaultAccess
    ) async throws -> [AggregationBucket] {
        var aggregator = try Aggregator(aggregation)
        var opening = Opening()
        let owners = try await base.statistics(of: query.stream).filter { $0.person == query.person }
        let devices = Set(owners.map(\.device)).intersection(query.devices ?? owners.map(\.device))
        for device in devices.sorted() {
            var part = query
            part.devices = [device]
            part.order = .oldestFirst
            var position: ReadingPosition?
            repeat {
                var page = try await base.page(part, after: position, limit: Self.step)
                position = page.count == Self.step ? page.heads.last.map { ReadingPosition($0) } : nil
                opening.add(try await vault.unseal(&page))
                for row in 0..<page.count {
                    let values = aggregation.columns.map { page.number(row, $0) }
                    values.withUnsafeBufferPointer { aggregator.add(page.heads[row].timestamp.microseconds, $0) }
                }
            } while position != nil
        }
        try await vault.record(opening, of: query.person, in: query.stream.name, for: access)
        return aggregator.result()
    }
}

extension AggregationBucket.Summary {
    /// Of no values.
    fileprivate static let none = Self(count: 0, sum: 0, minimum: 0, maximum: 0, first: 0, last: 0)
}

extension ReadingBatch {
    fileprivate var unlessEmpty: ReadingBatch? { isEmpty ? nil : self }

    /// NaN where there is no number.
    fileprivate func number(_ row: Int, _ column: Int) -> Double {
        switch self[row, column] {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .null, .text: .nan
        }
    }
}
