package import HearthCore
import Synchronization

/// Tells other nodes that streams have new readings.
///
/// After the commit, not in it: PostgreSQL lets transactions that notify commit one after the other only. While one notice
/// is under way the next one gathers, so their number is bounded by how fast they go, not by the commits. One that is
/// lost, with the server or with this node, is made up for by the look that processors take now and then anyway.
package final class CommitNotices: Sendable {
    static let channel = "hearth_commits"
    /// PostgreSQL takes 8,000 bytes.
    private static let longestPayload = 7_000

    private struct State {
        var streams: Set<String> = []
        var isSending = false
    }

    private let pool: PostgresPool
    /// Tells this node's notices from those of others.
    private let node = UniqueID.random(at: Timestamp(microseconds: 0))
    private let state = Mutex(State())

    init(pool: PostgresPool) { self.pool = pool }

    func add(_ streams: some Sequence<String>) {
        let mustSend = state.withLock { state in
            state.streams.formUnion(streams)
            if state.streams.isEmpty || state.isSending { return false }
            state.isSending = true
            return true
        }
        if mustSend { Task { await send() } }
    }

    private func send() async {
        while true {
            let streams = state.withLock { state -> Set<String> in
                defer { state.streams = [] }
                state.isSending = !state.streams.isEmpty
                return state.streams
            }
            if streams.isEmpty { return }
            for payload in payloads(streams) {
                do {
                    try await pool.perform { connection in
                        // No row depends on it, so nobody waits for the disk.
                        _ = try connection.pipeline([
                            PostgresCommand("SELECT set_config('synchronous_commit', 'off', true)"),
                            PostgresCommand("SELECT pg_notify($1, $2)", [.text(Self.channel), .text(payload)]),
                        ])
                    }
                } catch {
                    // The other nodes look for themselves when their sessions come back, and now and then.
                    continue
                }
            }
        }
    }

    /// The node, then names of streams, with spaces between.
    private func payloads(_ streams: Set<String>) -> [String] {
        var payloads = [String(describing: node)]
        for stream in streams.sorted() {
            if payloads[payloads.count - 1].utf8.count + stream.utf8.count > Self.longestPayload {
                payloads.append(String(describing: node))
            }
            payloads[payloads.count - 1] += " \(stream)"
        }
        return payloads
    }

    /// What other nodes commit, until the stream is dropped or its task is cancelled.
    func announcements() -> AsyncStream<ForeignCommits> {
        let events = PostgresWatch(pool, channels: [Self.channel]).events()
        let own = String(describing: node)
        return AsyncStream(bufferingPolicy: .bufferingNewest(4096)) { continuation in
            let forwarding = Task {
                for await event in events {
                    switch event {
                    case .connected: continuation.yield(.unknown)
                    case .notification(_, let payload):
                        let words = payload.split(separator: " ").map(String.init)
                        guard let node = words.first, node != own else { continue }
                        continuation.yield(.streams(Set(words.dropFirst())))
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in forwarding.cancel() }
        }
    }
}

/// That another node stored readings.
package enum ForeignCommits: Sendable, Hashable {
    case streams(Set<String>)
    /// Notices may have been missed: whoever waits for readings should look.
    case unknown
}

extension PostgresReadingStore {
    /// What other nodes commit, from now on: the first is `.unknown`, when the session is there. Ends when the stream is
    /// dropped or its task is cancelled.
    package func foreignCommits() -> AsyncStream<ForeignCommits> { notices.announcements() }
}
