import HearthCore
package import HearthIngest
package import HearthStore
package import Logging
package import ServiceLifecycle

/// Looks at sources of events that somebody wants, and announces what follows from them together with the mark behind it.
package final class EventFollower: Service {
    private static let retryDelay = Duration.seconds(5)

    private let sources: [any EventSource]
    private let store: any EventStore
    private let bus: EventBus
    private let logger: Logger
    private let alarms: [Alarm]

    package init(
        _ sources: [any EventSource], store: any EventStore, bus: EventBus,
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.sources = sources
        self.store = store
        self.bus = bus
        self.logger = logger
        alarms = sources.map { _ in Alarm(clock: clock) }
    }

    /// Tells that a source may have something new.
    package func wake(_ source: String) {
        for (index, candidate) in sources.enumerated() where candidate.name == source { alarms[index].ring(.work) }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for index in self.sources.indices {
                    group.addTask { await self.follow(self.sources[index], self.alarms[index]) }
                }
            }
        }
    }

    private func follow(_ source: any EventSource, _ alarm: Alarm) async {
        let isWanted = source.kinds.contains(where: bus.wants)
        while !Task.isCancelled {
            do {
                guard isWanted else {
                    // Whoever wants it later hears of what happens from then on.
                    if try await store.place(of: source.name) != nil { try await store.removeMark(of: source.name) }
                    // A service that returns ends the program: this one waits with the others.
                    while !Task.isCancelled { await alarm.sleep(atMost: .seconds(86_400)) }
                    return
                }
                let isMore = try await step(source)
                if !isMore { await alarm.sleep(atMost: source.pause) }
            } catch {
                if Task.isCancelled { return }
                logger.error("events wait to be told", metadata: ["source": "\(source.name)", "error": "\(error)"])
                await alarm.sleep(atMost: Self.retryDelay, isPatient: true)
            }
        }
    }

    /// One look.
    /// - Returns: whether there is more at once.
    package func step(_ source: any EventSource) async throws -> Bool {
        guard let place = try await store.place(of: source.name) else {
            let end = try await source.end()
            try await bus.announce([], mark: EventMark(source: source.name, place: end))
            return false
        }
        let harvest = try await source.events(after: place)
        if harvest.place != place || !harvest.events.isEmpty {
            try await bus.announce(harvest.events, mark: EventMark(source: source.name, place: harvest.place))
        }
        harvest.isStored()
        return harvest.isMore
    }
}
