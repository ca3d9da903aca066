package import HearthCore
package import HearthStore
package import Logging
package import ServiceLifecycle
import Synchronization

/// Where every part tells what happened. What a target wants is stored, with a delivery for each such target, before the call
/// returns; what nobody wants costs nothing and is not kept.
///
/// Nothing is told twice to be safe and nothing is lost by telling it once: whoever announces an event does so before the
/// step after which it would not be announced again, under a key that names what it tells of. Killed in between, it announces
/// the event again under the same key, which changes nothing.
package final class EventBus: Service {
    private struct State {
        /// Told by those who cannot wait or try again, and not stored yet.
        var held: [LifecycleEvent] = []
        var dropped = 0
        var announced: [EventKind: Int] = [:]
        var listeners: [@Sendable () -> Void] = []
    }

    /// Events that wait in memory at most; of more, the oldest go.
    package static let heldEvents = 1000

    private let store: (any EventStore)?
    private let subscriptions: [EventSubscription]
    private let time: any TimeSource
    private let logger: Logger
    private let retryDelay: Duration
    private let state = Mutex(State())
    private let alarm: Alarm

    /// - Parameter store: nil when there are no targets.
    package init(
        store: (any EventStore)?, subscriptions: [EventSubscription], time: any TimeSource, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(), retryDelay: Duration = .seconds(5)
    ) {
        self.store = store
        self.subscriptions = subscriptions
        self.time = time
        self.logger = logger
        self.retryDelay = retryDelay
        alarm = Alarm(clock: clock)
    }

    /// Whether any target wants events of this kind.
    package func wants(_ kind: EventKind) -> Bool { subscriptions.contains { $0.wants(kind) } }

    /// Stores events for the targets that want them, and moves the mark of the source that they come from.
    /// - Throws: what the store throws; then none of them is stored.
    package func announce(_ events: [LifecycleEvent], mark: EventMark? = nil) async throws {
        guard let store else { return }
        let entries = events.compactMap { event -> EventEntry? in
            let targets = subscriptions.filter { $0.wants(event.kind) }.map(\.target)
            return targets.isEmpty ? nil : EventEntry(event, targets: targets)
        }
        guard !entries.isEmpty || mark != nil else { return }
        guard try await store.append(entries, mark: mark, at: time.now()) > 0 else { return }
        let listeners = state.withLock { state in
            for entry in entries { state.announced[entry.event.kind, default: 0] += 1 }
            return state.listeners
        }
        for listener in listeners { listener() }
    }

    package func announce(_ event: LifecycleEvent) async throws { try await announce([event]) }

    /// Tells what cannot be told again, such as that the disk is full: it is stored as soon as that is possible, in the
    /// background. Until then it lives in memory only.
    package func tell(_ event: LifecycleEvent) {
        guard store != nil, wants(event.kind) else { return }
        state.withLock { state in
            state.held.append(event)
            if state.held.count > Self.heldEvents {
                state.held.removeFirst()
                state.dropped += 1
            }
        }
        alarm.ring(.work)
    }

    /// Calls `wake` after events were stored. It must return at once.
    package func listen(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.listeners.append(wake) } }

    /// Since start.
    package var statistics: EventStatistics {
        state.withLock { EventStatistics(announced: $0.announced, held: $0.held.count, dropped: $0.dropped) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = await self.storeHeld()
                await self.alarm.sleep(atMost: isDone ? .seconds(3600) : self.retryDelay, isPatient: !isDone)
            }
        }
        // What was told on the way out is still to be stored.
        _ = await storeHeld()
    }

    /// - Returns: whether nothing is left.
    private func storeHeld() async -> Bool {
        let held = state.withLock { $0.held }
        if held.isEmpty { return true }
        do {
            try await announce(held)
            let stored = Set(held.map(\.key))
            return state.withLock { state in
                state.held.removeAll { stored.contains($0.key) }
                return state.held.isEmpty
            }
        } catch {
            if !Task.isCancelled {
                logger.notice("\(held.count) events wait to be stored", metadata: ["error": "\(error)"])
            }
            return false
        }
    }
}

/// Counters of the bus.
package struct EventStatistics: Sendable {
    /// Stored for at least one target, by kind.
    package var announced: [EventKind: Int]
    /// Not stored yet.
    package var held: Int
    /// Lost, because too many waited to be stored.
    package var dropped: Int
}
