package import HearthCore
package import HearthFetch
package import HearthIngest
package import HearthStore
package import Logging
package import ServiceLifecycle

/// Brings events to the targets that want them, each at least once, also over crashes.
package final class NotifyService: Service {
    /// Old events are looked for this often.
    private static let sweepInterval = Duration.seconds(3600)

    let store: any EventStore
    private let bus: EventBus
    let workers: [TargetWorker]
    let sender: WebhookSender
    let time: any TimeSource
    private let holder: UniqueID
    private let keeping: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// - Parameters:
    ///   - holder: Who this server is to others that share its store.
    ///   - keeping: How long events that are through are kept.
    package init(
        targets: [NotifyTarget], store: any EventStore, bus: EventBus, policy: FetchPolicy,
        resolver: any HostResolver = SystemResolver(), holder: UniqueID, keeping: Duration, time: any TimeSource,
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.store = store
        self.bus = bus
        self.holder = holder
        self.keeping = keeping
        self.time = time
        self.clock = clock
        self.logger = logger
        let sender = WebhookSender(policy: policy, resolver: resolver, time: time)
        self.sender = sender
        workers = targets.map { target in
            TargetWorker(
                target, sender: sender, store: store, holder: holder, time: time, clock: clock, logger: logger)
        }
        bus.listen { [workers] in for worker in workers { worker.wake() } }
    }

    /// What the bus counted.
    package var events: EventStatistics { bus.statistics }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.begin()
            await withDiscardingTaskGroup { group in
                for worker in self.workers { group.addTask { await worker.run() } }
                group.addTask { await self.sweep() }
            }
        }
    }

    /// Takes up what an earlier run left.
    private func begin() async {
        while !Task.isCancelled {
            do {
                _ = try await store.release(holder: holder, at: time.now())
                let gone = try await store.abandon(
                    except: Set(workers.map(\.target.name)),
                    because: .init(.webhookTargetMissing, "The settings have no such target any more."), at: time.now())
                if gone > 0 { logger.notice("\(gone) webhooks are for targets that the settings do not have any more") }
                return
            } catch {
                if Task.isCancelled { return }
                logger.error("webhooks wait for the events", metadata: ["error": "\(error)"])
                // Cancellation ends the sleep and with it the loop.
                try? await clock.sleep(for: .seconds(5))
            }
        }
    }

    private func sweep() async {
        while !Task.isCancelled {
            do {
                let count = try await store.forgetEvents(before: time.now() - keeping)
                if count > 0 { logger.debug("\(count) old events were forgotten") }
            } catch {
                if Task.isCancelled { return }
                logger.error("old events could not be forgotten", metadata: ["error": "\(error)"])
            }
            // Cancellation ends the sleep and with it the loop.
            try? await clock.sleep(for: Self.sweepInterval)
        }
    }
}
