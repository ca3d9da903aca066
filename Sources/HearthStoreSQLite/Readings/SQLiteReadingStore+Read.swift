import GRDB
package import HearthCore
package import HearthSchema
package import HearthStore

extension SQLiteReadingStore {
    package func page(
        _ query: ReadingQuery, after position: ReadingPosition?, limit: Int
    ) async throws -> ReadingBatch {
        let layout = try layout(of: query.stream)
        return try await file.read { [chunks] db in
            var batch = ReadingBatch(stream: query.stream)
            guard limit > 0 else { return batch }
            var merge = ReadingMerge(order: query.order)
            defer { merge.close() }
            let owners = try Owner.all(
                in: db, stream: layout.stream, person: query.person, devices: query.devices)
            let wanted = Array(0..<query.stream.columnCount)
            for (rank, owner) in owners.enumerated() {
                let span = ReadingSpan(query, after: position, device: owner.deviceID)
                if span.isEmpty || span.firstTime > owner.times.upperBound || span.lastTime < owner.times.lowerBound {
                    continue
                }
                merge.add(
                    try RowSource(
                        db: db, layout: layout, definition: query.stream, wanted: wanted, owner: owner, span: span,
                        order: query.order, lane: rank),
                    rank: rank)
                merge.add(
                    try ChunkSource(
                        db: db, layout: layout, definition: query.stream, wanted: wanted, owner: owner, span: span,
                        order: query.order, lane: rank, chunks: chunks),
                    rank: rank)
            }
            try merge.fill(&batch, limit: limit)
            return batch
        }
    }

    package func aggregate(
        _ query: ReadingQuery, _ aggregation: Aggregation
    ) async throws -> [AggregationBucket] {
        let layout = try layout(of: query.stream)
        return try await file.read { [chunks] db in
            var aggregator = try Aggregator(aggregation)
            let owners = try Owner.all(
                in: db, stream: layout.stream, person: query.person, devices: query.devices)
            try withUnsafeTemporaryAllocation(of: Double.self, capacity: max(aggregation.columns.count, 1)) { values in
                for owner in owners {
                    let span = ReadingSpan(query, after: nil, device: owner.deviceID)
                    if span.isEmpty { continue }
                    var merge = ReadingMerge(order: .oldestFirst)
                    defer { merge.close() }
                    merge.add(
                        try RowSource(
                            db: db, layout: layout, definition: query.stream, wanted: aggregation.columns, owner: owner,
                            span: span, order: .oldestFirst, lane: 0, isForValues: true),
                        rank: 0)
                    merge.add(
                        try ChunkSource(
                            db: db, layout: layout, definition: query.stream, wanted: aggregation.columns, owner: owner,
                            span: span, order: .oldestFirst, lane: 0, chunks: chunks),
                        rank: 0)
                    try merge.visit { source in
                        try source.values(into: values)
                        aggregator.add(source.time, UnsafeBufferPointer(values))
                    }
                }
            }
            return aggregator.result()
        }
    }

    package func reading(
        _ id: RecordID, in stream: StreamDefinition, person: UniqueID
    ) async throws -> ReadingBatch? {
        let layout = try layout(of: stream)
        return try await file.read { [chunks] db in
            let time = id.timestamp.microseconds
            let digest = Int64(bitPattern: id.digest)
            var span = ReadingSpan(times: time...time)
            (span.afterDigest, span.beforeDigest) = (digest - 1, digest + 1)
            var batch = ReadingBatch(stream: stream)
            let wanted = Array(0..<stream.columnCount)
            for owner in try Owner.all(in: db, stream: layout.stream, person: person)
            where owner.times.contains(time) {
                let row = try RowSource(
                    db: db, layout: layout, definition: stream, wanted: wanted, owner: owner, span: span,
                    order: .oldestFirst, lane: 0)
                defer { row?.close() }
                let chunk = try ChunkSource(
                    db: db, layout: layout, definition: stream, wanted: wanted, owner: owner, span: span,
                    order: .oldestFirst, lane: 0, chunks: chunks)
                defer { chunk?.close() }
                let sources: [(any ReadingSource)?] = [row, chunk]
                if let found = sources.compactMap({ $0 }).first {
                    _ = try found.append(to: &batch, limit: 1, before: nil)
                    return batch
                }
            }
            return nil
        }
    }

    package func statistics(of stream: StreamDefinition?) async throws -> [StreamStatistics] {
        let chosen = try stream.map { try layout(of: $0).stream }
        return try await file.read { db in
            let query = try RawStatement(
                db,
                """
                SELECT s.name, p.uuid, d.uuid, c.readings, c.first_ts, c.last_ts, c.last_received
                FROM hearth_counters c JOIN hearth_streams s ON s.id = c.stream
                JOIN hearth_people p ON p.id = c.person JOIN hearth_devices d ON d.id = c.device
                WHERE ?1 IS NULL OR c.stream = ?1 ORDER BY s.name, p.uuid, d.uuid
                """)
            defer { query.clear() }
            if let chosen { query.bind(1, chosen) } else { query.bindNull(1) }
            var statistics: [StreamStatistics] = []
            while try query.step() {
                statistics.append(
                    StreamStatistics(
                        stream: query.string(0), person: try query.id(1), device: try query.id(2), count: query.int(3),
                        first: Timestamp(microseconds: query.int64(4)), last: Timestamp(microseconds: query.int64(5)),
                        lastReceived: Timestamp(microseconds: query.int64(6))))
            }
            return statistics
        }
    }

    package func distinctText(of stream: StreamDefinition, column: Int) async throws -> Set<String> {
        let layout = try layout(of: stream)
        return try await file.read { [chunks] db in
            guard ColumnMap(of: stream, in: layout.definition).sources[column] != nil else { return [] }
            let name = TableLayout.column(column, of: stream)
            var texts: Set<String> = []
            let query = try RawStatement(
                db, "SELECT DISTINCT \(name) FROM \(layout.table) WHERE \(name) IS NOT NULL")
            defer { query.reset() }
            while try query.step() { texts.insert(query.string(0)) }
            try chunks.forEachText(of: stream, column: column, in: layout, db: db) { texts.insert($0) }
            return texts
        }
    }
}
