import Dispatch
import Synchronization

/// Brings a segment's graph up to its slots, in the background. Searches scan what it does not cover yet.
final class GraphBuilder: Sendable {
    /// Slots inserted between two looks at whether to stop, and after which they count as covered.
    private static let round = 2048
    /// Slots a thread takes at a time.
    private static let portion = 64
    /// Slots after which the graph is saved although more are coming.
    private static let saveInterval = 250_000
    /// Less than this share of new slots is not worth the writing of the whole graph.
    private static let saveShare = 0.05

    let graph: NeighbourGraph
    /// Held as long as it may write files.
    private let lock: IndexFile
    private let threads: Int
    private let threshold: Int
    private let queue = DispatchQueue(label: "hearth.index.building", qos: .utility)
    private let covering: Atomic<Int>
    private let saved: Atomic<Int>
    private let isStopping = Atomic(false)
    private let isWaiting = Atomic(false)
    private let failure = Mutex<(any Error)?>(nil)

    /// Reads the saved graph. One that is damaged is left out: it is made of the codes again.
    init(segment: VectorSegment, lock: IndexFile, threads: Int, threshold: Int) throws {
        self.lock = lock
        self.threads = threads
        self.threshold = threshold
        let count = segment.directory.withLock { $0.count }
        var graph = try NeighbourGraph(segment: segment)
        var covered = 0
        do {
            covered = try graph.read(count: count) ?? 0
        } catch is IndexDamage {
            // What was read of it must not stay in memory.
            graph = try NeighbourGraph(segment: segment)
        }
        self.graph = graph
        covering = Atomic(covered)
        saved = Atomic(covered)
    }

    /// The first so many slots are in the graph.
    var covered: Int { covering.load(ordering: .acquiring) }

    /// Why building ended early; searches go on by scanning.
    var error: (any Error)? { failure.withLock { $0 } }

    /// Called after every commit. Cheap.
    func wake() {
        let count = graph.segment.directory.withLock { $0.count }
        guard count >= threshold, count > covered, !isStopping.load(ordering: .acquiring),
            !isWaiting.exchange(true, ordering: .acquiringAndReleasing)
        else { return }
        queue.async { self.build() }
    }

    /// Waits until building has stopped, and saves what is worth it.
    func stop() throws {
        isStopping.store(true, ordering: .releasing)
        try queue.sync { try save(ifMoreThan: Self.saveShare) }
    }

    /// Waits until building has stopped; nothing is saved.
    func abandon() {
        isStopping.store(true, ordering: .releasing)
        queue.sync {}
    }

    /// Waits until everything committed before the call is covered.
    func finish() throws {
        wake()
        try queue.sync { if let error { throw error } }
    }

    private func build() {
        isWaiting.store(false, ordering: .releasing)
        do {
            while !isStopping.load(ordering: .acquiring) {
                let first = covered
                let count = graph.segment.directory.withLock { $0.count }
                guard first < count else { break }
                let end = min(count, first + Self.round)
                try insert(first..<end)
                covering.store(end, ordering: .releasing)
                if end - saved.load(ordering: .relaxed) >= Self.saveInterval { try save(ifMoreThan: 0) }
            }
            if !isStopping.load(ordering: .acquiring) { try save(ifMoreThan: Self.saveShare) }
        } catch {
            isStopping.store(true, ordering: .releasing)
            failure.withLock { $0 = error }
        }
    }

    private func insert(_ slots: Range<Int>) throws {
        let next = Atomic(slots.lowerBound)
        let failed = Mutex<(any Error)?>(nil)
        let work = { @Sendable (_: Int) in
            do {
                let walk = try self.graph.takeWalk()
                defer { self.graph.giveBack(walk) }
                while true {
                    let first = next.add(Self.portion, ordering: .relaxed).oldValue
                    guard first < slots.upperBound else { break }
                    for slot in first..<min(first + Self.portion, slots.upperBound) {
                        try self.graph.insert(UInt32(slot), walk)
                    }
                }
            } catch {
                failed.withLock { $0 = error }
            }
        }
        // One thread begins: others must find an entry.
        DispatchQueue.concurrentPerform(iterations: slots.lowerBound == 0 ? 1 : threads, execute: work)
        if let error = failed.withLock({ $0 }) { throw error }
    }

    /// On the queue only.
    private func save(ifMoreThan share: Double) throws {
        let covered = covered
        let new = covered - saved.load(ordering: .relaxed)
        guard new > 0, Double(new) > share * Double(covered) else { return }
        try graph.write(covered: covered)
        saved.store(covered, ordering: .relaxed)
    }
}
