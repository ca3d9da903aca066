import HearthCore
import HearthSchema
import HearthStore
import Synchronization

/// What this node knows of the database, so that it need not ask for every row. Other nodes write too, so it is either
/// checked where it is used, or wrong only in ways that the database refuses (`StaleMemory`).
final class WriterMemory: Sendable {
    /// The newest reading of each device of a stream, as of a commit.
    struct Lanes {
        /// `hearth_streams.last_seq` then: equal to what the row says when it is locked, nobody else has stored since.
        var lastSequence: Int64
        var lastTimes: [Int32: Int64]
    }

    private struct State {
        var people: [UniqueID: Int32] = [:]
        var devices: [UniqueID: Int32] = [:]
        var partitions: [Int32: Set<Int64>] = [:]
        var lanes: [Int32: Lanes] = [:]
    }

    private let state = Mutex(State())

    func person(_ id: UniqueID) -> Int32? { state.withLock { $0.people[id] } }
    func device(_ id: UniqueID) -> Int32? { state.withLock { $0.devices[id] } }

    func remember(people: [UniqueID: Int32], devices: [UniqueID: Int32]) {
        state.withLock { state in
            state.people.merge(people) { $1 }
            state.devices.merge(devices) { $1 }
        }
    }

    func hasPartition(_ start: Int64, of stream: Int32) -> Bool {
        state.withLock { $0.partitions[stream]?.contains(start) ?? false }
    }

    func remember(partitions: Set<Int64>, of stream: Int32) {
        state.withLock { $0.partitions[stream] = partitions }
    }

    /// The newest times of a stream's devices, if nobody has stored anything since `lastSequence`.
    func lastTimes(of stream: Int32, at lastSequence: Int64) -> [Int32: Int64] {
        state.withLock { state in
            guard let lanes = state.lanes[stream], lanes.lastSequence == lastSequence else { return [:] }
            return lanes.lastTimes
        }
    }

    /// After a commit. Of commits that are told about in another order, the later one counts.
    func remember(_ lanes: Lanes, of stream: Int32) {
        state.withLock { state in
            if let known = state.lanes[stream], known.lastSequence >= lanes.lastSequence { return }
            state.lanes[stream] = lanes
        }
    }

    func forget() { state.withLock { $0 = State() } }
}

/// The database refused something because another node changed what this one remembered: forget and try again.
struct StaleMemory: Error {
    var cause: PostgresError

    /// - Returns: nil for failures that have another reason.
    init?(_ error: PostgresError) {
        // No partition for a row; a number that was erased; a partition that was dropped.
        let isMissingPartition = error.state == "23514" && error.constraint == nil
        guard isMissingPartition || error.state == "23503" || error.state == "42P01" else { return nil }
        cause = error
    }
}
