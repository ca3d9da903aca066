package import HearthCore
package import HearthIngest
package import HearthStore

/// How a target stands.
package struct TargetOverview: Sendable {
    package var name: String
    package var host: String
    package var patterns: [EventPattern]
    package var circuit: CircuitBreaker.State
    /// How long it wants to be left alone.
    package var hold: Duration?
    package var counts: DeliveryCounts
    package var statistics: TargetStatistics
}

/// What people ask of the notifier.
extension NotifyService {
    package func overview() async throws -> [TargetOverview] {
        let counts = try await store.deliveryCounts()
        return workers.map { worker in
            TargetOverview(
                name: worker.target.name, host: worker.target.host, patterns: worker.target.patterns,
                circuit: worker.circuit, hold: worker.hold,
                counts: counts[worker.target.name] ?? DeliveryCounts(), statistics: worker.statistics)
        }
    }

    /// Newest first.
    package func deliveries(_ filter: DeliveryFilter, before number: Int64?, limit: Int) async throws -> [Delivery] {
        try await store.deliveries(filter, before: number, limit: limit)
    }

    /// - Throws: `not-found`; `conflict` when it is not dead.
    package func replay(_ number: Int64) async throws {
        guard let delivery = try await store.delivery(number) else { throw Self.missing(number) }
        guard workers.contains(where: { $0.target.name == delivery.target }) else {
            throw HearthError(
                .conflict, "There is no target \(delivery.target) any more.", hint: "Name it in hearth.yaml again.")
        }
        guard try await store.replay(number, target: nil, at: time.now()) == 1 else {
            throw HearthError(
                .conflict, "The delivery \(number) is not dead.", hint: "Only what was given up is replayed.")
        }
        wake(delivery.target)
    }

    /// All that are dead, of one target or of every one there is.
    /// - Returns: how many.
    /// - Throws: `not-found` when there is no such target.
    package func replayAll(target: String?) async throws -> Int {
        if let target, !workers.contains(where: { $0.target.name == target }) { throw Self.missing(target) }
        var count = 0
        for worker in workers where worker.target.name == target ?? worker.target.name {
            count += try await store.replay(nil, target: worker.target.name, at: time.now())
            wake(worker.target.name)
        }
        return count
    }

    /// - Throws: `not-found` when there is no such dead delivery.
    package func discard(_ number: Int64) async throws {
        guard try await store.discard(number) else { throw Self.missing(number) }
    }

    /// Forgets the events about a person.
    package func eraseEvents(of person: UniqueID) async throws -> Int { try await store.eraseEvents(of: person) }

    /// Sends a made-up event, once and at once, without the outbox.
    /// - Parameter kind: nil: the first that the target wants.
    /// - Throws: `not-found` when there is no such target; `invalid-value` for a kind that there is not.
    package func test(target name: String, kind: EventKind?) async throws -> WebhookVerdict {
        guard let worker = workers.first(where: { $0.target.name == name }) else { throw Self.missing(name) }
        let target = worker.target
        guard let sample = EventSamples.sample(for: target, kind: kind, at: time.now()) else {
            throw HearthError(
                .invalidValue, "There are no events of this kind.", hint: "docs/reference/events.md lists them.")
        }
        return try await sender.send(Webhook(sample, to: target, at: time.now()), to: target)
    }

    private func wake(_ target: String) {
        for worker in workers where worker.target.name == target { worker.wakeAtOnce() }
    }

    private static func missing(_ number: Int64) -> HearthError {
        HearthError(
            .notFound, "There is no such delivery as \(number).", hint: "GET /notify/deliveries lists them.")
    }

    private static func missing(_ target: String) -> HearthError {
        HearthError(.notFound, "There is no target \(target.prefix(64)).", hint: "GET /notify lists them.")
    }
}
