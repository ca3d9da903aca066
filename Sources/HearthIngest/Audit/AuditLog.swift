package import HearthCore
package import HearthStore
import Synchronization

/// The tamper-evident log of who saw what tokens stand for. A record is on stable storage before what it tells of
/// happens; records of many callers share a transaction.
package final class AuditLog: Sendable {
    /// Where the last record's number and hash are kept beside the log, so that one that lost its end is noticed.
    package struct Witness: Sendable {
        package var note: @Sendable (_ sequence: Int64, _ hash: [UInt8]) async throws -> Void
        package var last: @Sendable () async throws -> (sequence: Int64, hash: [UInt8])?

        package init(
            note: @escaping @Sendable (_ sequence: Int64, _ hash: [UInt8]) async throws -> Void,
            last: @escaping @Sendable () async throws -> (sequence: Int64, hash: [UInt8])?
        ) {
            self.note = note
            self.last = last
        }
    }

    package struct Limits: Sendable {
        /// Records that are kept at least.
        package var kept: Int64 = 1_000_000
        /// Records beyond that before the oldest are dropped, all at once.
        package var slack: Int64 = 100_000
        /// Records between two notes of the witness.
        package var unwitnessed: Int64 = 100

        package init() {}
    }

    private struct Entry {
        var event: AuditEvent
        var access: VaultAccess
        var reply: CheckedContinuation<Void, any Error>
    }

    private struct Head {
        var sequence: Int64
        var hash: [UInt8]
    }

    private struct State {
        var waiting: [Entry] = []
        var isWriting = false
        /// Nil: to be asked of the store.
        var head: Head?
        var witnessed: Int64 = 0
        var dropped: Int64 = 0
    }

    package let store: any AuditStore
    let chain: AuditChain
    private let witness: Witness?
    private let limits: Limits
    private let time: any TimeSource
    private let state = Mutex(State())

    package init(
        store: any AuditStore, chain: AuditChain, witness: Witness? = nil, limits: Limits = Limits(),
        time: any TimeSource
    ) {
        self.store = store
        self.chain = chain
        self.witness = witness
        self.limits = limits
        self.time = time
    }

    /// Returns when the record is on stable storage.
    package func record(_ event: AuditEvent, by access: VaultAccess) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = state.withLock { state in
                state.waiting.append(Entry(event: event, access: access, reply: continuation))
                defer { state.isWriting = true }
                return !state.isWriting
            }
            // Whoever comes first writes for those who come meanwhile.
            if isFirst { Task { await writeAll() } }
        }
    }

    private func writeAll() async {
        while true {
            let group = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isWriting = false }
                return state.waiting
            }
            if group.isEmpty { return }
            do {
                try await write(group)
                for entry in group { entry.reply.resume() }
            } catch {
                state.withLock { $0.head = nil }
                for entry in group { entry.reply.resume(throwing: error) }
            }
        }
    }

    private func write(_ group: [Entry]) async throws {
        var head = try await currentHead()
        let now = time.now()
        let records = group.map { entry in
            let body = entry.event.body(by: entry.access)
            head = Head(
                sequence: head.sequence + 1, hash: chain.hash(head.sequence + 1, now, body, after: head.hash))
            return AuditRecord(sequence: head.sequence, time: now, body: body, hash: head.hash)
        }
        try await store.appendAudit(records)
        let (isDue, isLong) = state.withLock { state in
            state.head = head
            return (
                head.sequence - state.witnessed >= limits.unwitnessed,
                head.sequence - state.dropped > limits.kept + limits.slack
            )
        }
        if isDue { try await note(head) }
        if isLong { try await drop(through: head.sequence - limits.kept) }
    }

    private func currentHead() async throws -> Head {
        if let head = state.withLock({ $0.head }) { return head }
        let anchor = try await store.auditAnchors().last
        state.withLock { $0.dropped = anchor?.sequence ?? 0 }
        if let last = try await store.lastAudit() { return Head(sequence: last.sequence, hash: last.hash) }
        return Head(sequence: anchor?.sequence ?? 0, hash: anchor?.hash ?? AuditChain.start)
    }

    private func note(_ head: Head) async throws {
        try await witness?.note(head.sequence, head.hash)
        state.withLock { $0.witnessed = head.sequence }
    }

    private func drop(through sequence: Int64) async throws {
        guard let record = try await store.audit(after: sequence - 1, limit: 1).first else { return }
        let previous = try await store.auditAnchors().last?.seal ?? AuditChain.start
        let now = time.now()
        try await store.dropAudit(
            through: AuditAnchor(
                sequence: record.sequence, time: now, hash: record.hash,
                seal: chain.seal(record.sequence, now, record.hash, after: previous)))
        state.withLock { $0.dropped = record.sequence }
    }

    func witnessedHead() async throws -> (sequence: Int64, hash: [UInt8])? { try await witness?.last() }

    /// Notes the end of the log beside it.
    package func close() async throws {
        let head = state.withLock { state in state.head.flatMap { $0.sequence > state.witnessed ? $0 : nil } }
        if let head { try await note(head) }
    }
}
