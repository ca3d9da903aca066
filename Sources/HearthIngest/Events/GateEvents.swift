import HearthCore
import HearthStore

/// What the spool tells of its batches. Both events of a batch have its tag as their order, so that every target hears of the
/// opening first.
enum GateEvents {
    static func open(_ batch: SpoolBatch, at now: Timestamp) -> LifecycleEvent {
        LifecycleEvent(
            id: .random(at: now), kind: .gateOpen, key: "\(EventKind.gateOpen)/\(batch.tag)", order: batch.tag,
            time: now,
            data: [
                "batch": .string(batch.tag), "opened_at": .string(batch.openedAt.description),
                "files": .integer(Int64(batch.files.count)),
                "size_bytes": .integer(Int64(batch.files.reduce(0) { $0 + $1.size })),
            ])
    }

    /// - Parameter batch: With all of its files settled.
    static func done(_ batch: SpoolBatch, at now: Timestamp) -> LifecycleEvent {
        let failed = batch.files.count { $0.outcome == .failed }
        let totals = batch.totals
        return LifecycleEvent(
            id: .random(at: now), kind: .gateDone, key: "\(EventKind.gateDone)/\(batch.tag)", order: batch.tag,
            time: now,
            data: [
                "batch": .string(batch.tag), "status": failed == 0 ? "success" : "failed",
                "opened_at": .string(batch.openedAt.description), "finished_at": .string(now.description),
                "files": [
                    "total": .integer(Int64(batch.files.count)),
                    "stored": .integer(Int64(batch.files.count { $0.outcome == .stored })),
                    "failed": .integer(Int64(failed)),
                ],
                "readings": [
                    "accepted": .integer(Int64(totals.accepted)), "duplicates": .integer(Int64(totals.duplicates)),
                    "rejected": .integer(Int64(totals.rejected)),
                ],
            ])
    }
}
