import HearthCore
import HearthFetch
import HearthIngest
import HearthNotify
import HearthSchema
import HearthStore
import HearthStoreSQLite
import Logging
import ServiceLifecycle
import Synchronization

/// What tells programs outside of events, put together from the settings.
final class NotifyParts: Sendable {
    let bus: EventBus
    /// nil: there are no targets, and nothing is left of earlier ones.
    let service: NotifyService?

    private let store: (any EventStore)?
    private let settings: Settings
    private let time: any TimeSource
    private let logger: Logger
    private let diskWatch: DiskWatch
    private let follower = Mutex<EventFollower?>(nil)

    private init(
        bus: EventBus, service: NotifyService?, store: (any EventStore)?, settings: Settings, diskWatch: DiskWatch,
        time: any TimeSource, logger: Logger
    ) {
        self.bus = bus
        self.service = service
        self.store = store
        self.settings = settings
        self.diskWatch = diskWatch
        self.time = time
        self.logger = logger
    }

    static func assemble(
        _ targets: [NotifyTarget], settings: Settings, holder: UniqueID, time: any TimeSource, logger: Logger
    ) async throws -> NotifyParts {
        let path = settings.home + "/events.db"
        var store: (any EventStore)?
        if !targets.isEmpty || LocalFile.isFile(path) { store = try await SQLiteEventStore.open(path: path) }
        let bus = EventBus(store: store, subscriptions: targets.map(\.subscription), time: time, logger: logger)
        let service = try store.map { store in
            NotifyService(
                targets: targets, store: store, bus: bus, policy: try settings.fetchPolicy, holder: holder,
                keeping: settings.notifyKeep, time: time, logger: logger)
        }
        return NotifyParts(
            bus: bus, service: service, store: store, settings: settings,
            diskWatch: DiskWatch(
                home: settings.home, lowBytes: settings.diskLowBytes, bus: bus, time: time, logger: logger),
            time: time, logger: logger)
    }

    /// Names where events are read from.
    func follow(
        library: any LibraryStore, catalogue: any CatalogueStore, readings: any ReadingStore,
        processing: any ProcessingStore, processors: [String], registry: StreamRegistry
    ) {
        guard let store else { return }
        var sources: [any EventSource] = [
            DocumentEvents(library: library, time: time),
            GapEvents(library: library, people: { try await catalogue.people().map(\.id) }, time: time),
            DeadLetterEvents(store: processing, processors: processors, time: time),
        ]
        sources += registry.all.map { stream in
            ReadingEvents(stream: stream, readings: readings, pause: settings.notifyReadingsInterval, time: time)
        }
        follower.withLock { $0 = EventFollower(sources, store: store, bus: bus, logger: logger) }
    }

    /// Documents came or went.
    func libraryChanged() { follower.withLock { $0 }?.wake(DocumentEvents.name) }

    /// In the order in which they need each other.
    var services: [any Service] {
        guard let service else { return [] }
        return [bus, service, diskWatch] + (follower.withLock { $0 }.map { [$0 as any Service] } ?? [])
    }

    func tellStart() {
        let now = time.now()
        bus.tell(
            LifecycleEvent(
                id: .random(at: now), kind: .serverStarted, key: "\(EventKind.serverStarted)/\(now)", time: now,
                data: ["version": .string(HearthVersion.current)]))
    }

    func close() async throws { try await store?.close() }
}
