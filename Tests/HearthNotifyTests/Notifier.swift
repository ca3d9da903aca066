import HearthCore
import HearthFetch
import HearthIngest
import HearthStore
import HearthTesting
import Logging
import ServiceLifecycle

@testable import HearthNotify

/// A notifier over a store, with a bus in front of it, while a test needs it.
struct Notifier {
    static let holder = UniqueID(high: 7, low: 7)

    let store: any EventStore
    let bus: EventBus
    let service: NotifyService

    init(
        _ targets: [NotifyTarget], store: any EventStore = MemoryEventStore(), allowing: String = "127.0.0.1",
        resolver: any HostResolver = SystemResolver()
    ) throws {
        self.store = store
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        bus = EventBus(store: store, subscriptions: targets.map(\.subscription), time: SystemTime(), logger: logger)
        service = NotifyService(
            targets: targets, store: store, bus: bus, policy: try FetchPolicy(allowing: allowing), resolver: resolver,
            holder: Self.holder, keeping: .seconds(86_400), time: SystemTime(), logger: logger)
    }

    func use(_ body: (Notifier) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            defer { group.cancelAll() }
            try await body(self)
        }
    }

    /// Announces a gate's opening or end.
    @discardableResult
    func announce(_ kind: EventKind = .gateDone, batch: String = "b1", key: String? = nil) async throws
        -> LifecycleEvent
    {
        let now = SystemTime().now()
        let event = LifecycleEvent(
            id: .random(at: now), kind: kind, key: key ?? "\(kind)/\(batch)", order: batch, time: now,
            data: ["batch": .string(batch), "status": "success"])
        try await bus.announce(event)
        return event
    }

    func states() async throws -> [Delivery.State] {
        try await store.deliveries(DeliveryFilter(), before: nil, limit: 1000).map(\.state)
    }

    func isOver() async throws -> Bool { try await !states().contains(.pending) }
}

/// A target that retries fast.
func target(
    _ name: String = "a", at url: String, events: [String] = ["*"], change: (inout NotifyTarget) -> Void = { _ in }
) throws -> NotifyTarget {
    var target = NotifyTarget(
        name: name, url: url, host: "127.0.0.1", patterns: events.compactMap { EventPattern($0) },
        contentType: NotifyTarget.standardContentType,
        template: try EventTemplate(EventTemplate.standardText, form: .json))
    target.limits.retry.first = .milliseconds(20)
    target.limits.retry.longest = .milliseconds(40)
    target.limits.perSecond = 1000
    target.limits.burst = 1000
    target.limits.breaker.firstPause = .milliseconds(50)
    change(&target)
    return target
}

/// Waits until something holds.
func eventually(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<6000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverHappened()
}

struct NeverHappened: Error {}
