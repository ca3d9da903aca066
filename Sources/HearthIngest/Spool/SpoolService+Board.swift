package import HearthCore
package import HearthStore
import HearthVault
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// What people ask of the spool.
extension SpoolService {
    package var overview: SpoolOverview { state.withLock { $0.overview } }

    /// Newest first, those older than `tag` when it is given.
    package func batches(before tag: String?, limit: Int) async throws -> [SpoolBatch] {
        try await store.batches(before: tag, limit: limit)
    }

    /// - Throws: `.notFound`.
    package func batch(_ tag: String) async throws -> SpoolBatch {
        guard let batch = try await store.batch(tag) else { throw HearthError.spoolBatchMissing(tag) }
        return batch
    }

    package func rejects(of file: SpoolFileNumber, limit: Int) async throws -> [SpoolReject] {
        try await store.rejects(of: file, limit: limit)
    }

    /// Puts the failed files of a batch into `incoming/` again; those that are gone from `failed/` are let go.
    /// - Returns: names that were put back.
    /// - Throws: `.notFound`; `.conflict` when a file of the same name waits already.
    package func retry(_ tag: String) async throws -> [String] {
        let batch = try await batch(tag)
        var restored: [String] = []
        for (number, file) in batch.files.enumerated() where file.outcome == .failed && batch.finishedAt != nil {
            let isBack = try await inFolders { folders throws(SystemCallError) in
                do throws(SystemCallError) {
                    return try folders.restore(file.name, number: number, of: tag) ? Restoration.done : .missing
                } catch {
                    guard error.number == EEXIST else { throw error }
                    return .taken
                }
            }
            guard isBack != .taken else {
                throw HearthError(
                    .conflict, "Another file with the name of file \(number) waits in the spool.",
                    hint: "Try again when it was taken in.")
            }
            try await store.settle(SpoolFileNumber(tag: tag, number: number), as: .withdrawn, because: nil)
            if isBack == .done { restored.append(file.name) }
        }
        alarm.ring(.person)
        return restored
    }

    private enum Restoration { case done, missing, taken }

    /// Opens the gate for whatever waits, without waiting for more. Paused, it opens when the spool goes on.
    package func openGate() {
        state.withLock { $0.isGateAsked = true }
        alarm.ring(.person)
    }

    /// Stops between two portions, also over restarts.
    package func pause() async throws {
        try await catalogue.set(Self.pausedName, to: "true")
        state.withLock { state in
            state.isPaused = true
            state.overview.state = .paused
        }
    }

    package func resume() async throws {
        try await catalogue.set(Self.pausedName, to: "false")
        state.withLock { state in
            state.isPaused = false
            if state.overview.state == .paused { state.overview.state = .idle }
        }
        alarm.ring(.person)
    }

    /// Deletes the segments that were worked, stored and failed ones, when a person's data is erased. What still waits
    /// is not Hearth's yet, and stays.
    /// - Returns: files deleted.
    package func eraseFiles() async throws -> Int {
        let deleted = try await inFolders { folders throws(SystemCallError) in
            try folders.sweep(folders.archive, before: nil) + folders.sweep(folders.failed, before: nil)
        }
        var last: String?
        while true {
            let batches = try await store.batches(before: last, limit: 100)
            for batch in batches where batch.finishedAt != nil {
                for (number, file) in batch.files.enumerated() where file.outcome == .failed {
                    try await store.settle(
                        SpoolFileNumber(tag: batch.tag, number: number), as: .withdrawn, because: nil)
                }
            }
            guard batches.count == 100 else { return deleted }
            last = batches.last?.tag
        }
    }
}
