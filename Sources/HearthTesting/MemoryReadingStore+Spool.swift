package import HearthCore
import HearthSchema
package import HearthStore

/// What a `MemoryReadingStore` keeps for the spool.
struct MemorySpool {
    var batches: [String: SpoolBatch] = [:]
    var rejects: [SpoolFileNumber: [SpoolReject]] = [:]

    mutating func change(_ file: SpoolFileNumber, _ body: (inout SpoolFile) throws -> Void) throws {
        guard var batch = batches[file.tag] else { throw HearthError.spoolBatchMissing(file.tag) }
        guard batch.files.indices.contains(file.number) else {
            throw HearthError(.notFound, "The batch \(file.tag) has no file \(file.number).")
        }
        try body(&batch.files[file.number])
        batches[file.tag] = batch
    }

    var newestFirst: [SpoolBatch] { batches.values.sorted { $0.tag > $1.tag } }
}

extension MemoryReadingStore: SpoolStore {
    package func open(_ batch: SpoolBatch) throws {
        try checkOpen()
        guard spool.batches[batch.tag] == nil else {
            throw HearthError(.conflict, "There is a batch \(batch.tag) in the spool already.")
        }
        var batch = batch
        // What came of them is not known yet.
        batch.files = batch.files.map { SpoolFile(name: $0.name, size: $0.size) }
        spool.batches[batch.tag] = batch
    }

    package func note(sha256: String, of file: SpoolFileNumber) throws {
        try checkOpen()
        try spool.change(file) { $0.sha256 = $0.sha256 ?? sha256 }
    }

    package func ingest(_ portion: SpoolPortion) async throws -> [AppendOutcome] {
        try await waitForDisk()
        try checkOpen()
        try throwFault()
        // Everything that can be refused is refused before anything is stored.
        let normal = try portion.batches.map { batch in
            _ = try table(batch.stream)
            var batch = batch
            try batch.normalize()
            return batch
        }
        var changed = spool
        try changed.change(portion.file) { file in
            guard file.place == portion.from, file.outcome == nil else {
                throw HearthError.spoolPlaceLost(portion.file)
            }
            file.place = portion.to
            file.totals.rejected += portion.rejectedCount
        }
        let listed = changed.rejects[portion.file, default: []]
        changed.rejects[portion.file] =
            listed + portion.rejects.prefix(max(0, SpoolStoreLimits.listedRejects - listed.count))
        var outcomes: [AppendOutcome] = []
        for batch in normal { outcomes.append(try changeTable(batch.stream) { $0.append(batch) }) }
        try changed.change(portion.file) { file in
            file.totals.accepted += outcomes.reduce(0) { $0 + $1.stored }
            file.totals.duplicates += outcomes.reduce(0) { $0 + $1.duplicates.count }
        }
        spool = changed
        return outcomes
    }

    package func settle(_ file: SpoolFileNumber, as outcome: SpoolOutcome, because failure: SpoolFailure?) throws {
        try checkOpen()
        try spool.change(file) { file in
            file.outcome = outcome
            file.failure = failure
        }
    }

    package func finish(_ tag: String, at time: Timestamp) throws {
        try checkOpen()
        guard let batch = spool.batches[tag] else { throw HearthError.spoolBatchMissing(tag) }
        spool.batches[tag]?.finishedAt = batch.finishedAt ?? time
    }

    package func unfinishedBatches() throws -> [SpoolBatch] {
        try checkOpen()
        return spool.newestFirst.reversed().filter { $0.finishedAt == nil }
    }

    package func batch(_ tag: String) throws -> SpoolBatch? {
        try checkOpen()
        return spool.batches[tag]
    }

    package func batches(before tag: String?, limit: Int) throws -> [SpoolBatch] {
        try checkOpen()
        return Array(spool.newestFirst.filter { batch in tag.map { batch.tag < $0 } ?? true }.prefix(max(limit, 0)))
    }

    package func rejects(of file: SpoolFileNumber, limit: Int) throws -> [SpoolReject] {
        try checkOpen()
        guard spool.batches[file.tag] != nil else { throw HearthError.spoolBatchMissing(file.tag) }
        return Array(spool.rejects[file, default: []].prefix(max(limit, 0)))
    }

    package func forgetBatches(finishedBefore cutoff: Timestamp) throws -> Int {
        try checkOpen()
        let old = spool.batches.values.filter { batch in
            guard let time = batch.finishedAt else { return false }
            return time < cutoff && batch.status == .done
        }
        for batch in old {
            spool.batches[batch.tag] = nil
            for number in batch.files.indices { spool.rejects[SpoolFileNumber(tag: batch.tag, number: number)] = nil }
        }
        return old.count
    }
}
