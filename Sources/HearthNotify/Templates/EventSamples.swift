package import HearthCore
import HearthIngest
package import HearthStore

/// A made-up event of every kind, with all the members that such events have: templates are tried with them.
package enum EventSamples {
    /// The first kind that a target wants, or the one that is asked for.
    package static func sample(for target: NotifyTarget, kind: EventKind?, at now: Timestamp) -> LifecycleEvent? {
        if let kind { return sample(of: kind, at: now) }
        return EventKind.all.first { kind in target.subscription.wants(kind) }.flatMap { sample(of: $0, at: now) }
    }

    /// - Returns: nil for a kind that there is not.
    package static func sample(of kind: EventKind, at now: Timestamp) -> LifecycleEvent? {
        guard let data = data(of: kind, at: now) else { return nil }
        return LifecycleEvent(
            id: .random(at: now), kind: kind, key: "\(kind)/test", order: order(of: kind), time: now, data: data)
    }

    private static let batch = "20260102T030405.000006Z-0a1b2c3d"
    private static let id = JSONValue.string("01999999-0000-7000-8000-000000000000")

    private static func order(of kind: EventKind) -> String? {
        switch kind {
        case .gateOpen, .gateDone: batch
        case .documentAdded, .documentChanged, .documentForgotten: id.string
        default: nil
        }
    }

    private static func data(of kind: EventKind, at now: Timestamp) -> JSONValue? {
        let time = JSONValue.string(now.description)
        switch kind {
        case .gateOpen: return ["batch": .string(batch), "opened_at": time, "files": 2, "size_bytes": 4096]
        case .gateDone:
            return [
                "batch": .string(batch), "status": "success", "opened_at": time, "finished_at": time,
                "files": ["total": 2, "stored": 2, "failed": 0],
                "readings": ["accepted": 2000, "duplicates": 0, "rejected": 0],
            ]
        case .embedStart: return ["model": "all-minilm-l6-v2", "waiting_changes": 12]
        case .embedDone: return ["model": "all-minilm-l6-v2", "vectors": 1200]
        case .readingsStored:
            return [
                "stream": "heartrate", "count": 60, "first": time, "last": time,
                "devices": [["device": id, "count": 60]],
            ]
        case .processorDeadLetter:
            return [
                "processor": "hear", "stream": "audio", "reading": id, "code": "media-damaged",
                "message": "The recording ends too early.", "attempts": 3, "dead_letter": id,
            ]
        case .documentAdded, .documentChanged: return ["document": id, "version": 1, "source": "files", "kind": "note"]
        case .documentForgotten: return ["document": id]
        case .gapFiled: return ["gap": id, "confidence": 0.2]
        case .diskLow, .diskFull, .diskFree: return ["free_bytes": 1_000_000_000, "total_bytes": 250_000_000_000]
        case .retentionRan:
            return ["expired_readings": 100, "compressed_readings": 5000, "removed_files": 1, "dropped_answers": 3]
        case .serverStarted: return ["version": "1.0.0"]
        default: return nil
        }
    }
}
