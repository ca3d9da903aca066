package import HearthCore
package import HearthStore

/// The twin of the event stores, in memory.
package actor MemoryEventStore: EventStore {
    private struct Row {
        var delivery: Delivery
        var holder: UniqueID?
    }

    private var events: [String: LifecycleEvent] = [:]
    private var rows: [Int64: Row] = [:]
    private var lastNumber: Int64 = 0
    private var marks: [String: String] = [:]
    private var isClosed = false

    package init() {}

    private func checkOpen() throws {
        if isClosed { throw HearthError(.shuttingDown, "The events are closed.", disposition: .retry) }
    }

    package func append(_ entries: [EventEntry], mark: EventMark?, at now: Timestamp) throws -> Int {
        try checkOpen()
        var added = 0
        for entry in entries where events[entry.event.key] == nil {
            guard !events.values.contains(where: { $0.id == entry.event.id }) else { continue }
            events[entry.event.key] = entry.event
            added += 1
            var told: Set<String> = []
            for target in entry.targets where told.insert(target).inserted {
                lastNumber += 1
                let delivery = Delivery(
                    number: lastNumber, target: target, event: entry.event, since: now, due: now)
                rows[lastNumber] = Row(delivery: delivery)
            }
        }
        if let mark { marks[mark.source] = mark.place }
        return added
    }

    package func place(of source: String) throws -> String? {
        try checkOpen()
        return marks[source]
    }

    package func removeMark(of source: String) throws {
        try checkOpen()
        marks[source] = nil
    }

    /// Of a target, in order; pending, and no earlier one of its order is.
    private func heads(of target: String) -> [Delivery] {
        var orders: Set<String> = []
        return rows.values.map(\.delivery).filter { $0.target == target && $0.state == .pending }
            .sorted { $0.number < $1.number }
            .filter { delivery in delivery.event.order.map { orders.insert($0).inserted } ?? true }
    }

    package func claim(_ claim: DeliveryClaim) throws -> [Delivery] {
        try checkOpen()
        let found = heads(of: claim.target).filter { $0.due <= claim.now }.prefix(max(claim.limit, 0))
        for delivery in found {
            rows[delivery.number]?.holder = claim.holder
            rows[delivery.number]?.delivery.due = claim.until
        }
        return Array(found)
    }

    package func release(holder: UniqueID, at now: Timestamp) throws -> Int {
        try checkOpen()
        let held = rows.filter { $0.value.holder == holder && $0.value.delivery.state == .pending }.keys
        for number in held {
            rows[number]?.holder = nil
            rows[number]?.delivery.due = now
        }
        return held.count
    }

    package func settle(
        _ number: Int64, by holder: UniqueID, as outcome: DeliveryOutcome, at now: Timestamp
    ) throws -> Bool {
        try checkOpen()
        guard var row = rows[number], row.holder == holder, row.delivery.state == .pending else { return false }
        row.holder = nil
        if case .postponed(let due) = outcome {
            row.delivery.due = due
            rows[number] = row
            return true
        }
        row.delivery.attempts += 1
        row.delivery.lastTriedAt = now
        switch outcome {
        case .delivered: (row.delivery.state, row.delivery.failure) = (.delivered, nil)
        case .retry(let due, let failure): (row.delivery.due, row.delivery.failure) = (due, failure)
        case .dead(let failure): (row.delivery.state, row.delivery.failure) = (.dead, failure)
        case .postponed: break
        }
        rows[number] = row
        return true
    }

    package func nextDue(of target: String) throws -> Timestamp? {
        try checkOpen()
        return heads(of: target).map(\.due).min()
    }

    package func deliveries(_ filter: DeliveryFilter, before number: Int64?, limit: Int) throws -> [Delivery] {
        try checkOpen()
        let found = rows.values.map(\.delivery).filter { delivery in
            (filter.target ?? delivery.target) == delivery.target && (filter.state ?? delivery.state) == delivery.state
                && delivery.number < number ?? .max
        }
        return Array(found.sorted { $0.number > $1.number }.prefix(max(limit, 0)))
    }

    package func delivery(_ number: Int64) throws -> Delivery? {
        try checkOpen()
        return rows[number]?.delivery
    }

    package func deliveryCounts() throws -> [String: DeliveryCounts] {
        try checkOpen()
        return rows.values.map(\.delivery).reduce(into: [:]) { counts, delivery in
            var count = counts[delivery.target] ?? DeliveryCounts()
            switch delivery.state {
            case .pending:
                count.pending += 1
                count.oldest = min(count.oldest ?? delivery.since, delivery.since)
            case .delivered: count.delivered += 1
            case .dead: count.dead += 1
            }
            counts[delivery.target] = count
        }
    }

    package func replay(_ number: Int64?, target: String?, at now: Timestamp) throws -> Int {
        try checkOpen()
        let dead = rows.values.map(\.delivery).filter { delivery in
            delivery.state == .dead && (number ?? delivery.number) == delivery.number
                && (target ?? delivery.target) == delivery.target
        }
        for delivery in dead {
            rows[delivery.number]?.delivery.state = .pending
            rows[delivery.number]?.delivery.attempts = 0
            rows[delivery.number]?.delivery.since = now
            rows[delivery.number]?.delivery.due = now
            rows[delivery.number]?.holder = nil
        }
        return dead.count
    }

    package func discard(_ number: Int64) throws -> Bool {
        try checkOpen()
        guard rows[number]?.delivery.state == .dead else { return false }
        rows[number] = nil
        return true
    }

    package func abandon(
        except targets: Set<String>, because failure: DeliveryFailure, at now: Timestamp
    ) throws -> Int {
        try checkOpen()
        let gone = rows.values.map(\.delivery).filter { $0.state == .pending && !targets.contains($0.target) }
        for delivery in gone {
            rows[delivery.number]?.delivery.state = .dead
            rows[delivery.number]?.delivery.failure = failure
            rows[delivery.number]?.holder = nil
        }
        return gone.count
    }

    package func forgetEvents(before cutoff: Timestamp) throws -> Int {
        try checkOpen()
        let awaited = Set(rows.values.map(\.delivery).filter { $0.state == .pending }.map(\.event.key))
        return forget { $0.time < cutoff && !awaited.contains($0.key) }
    }

    package func eraseEvents(of person: UniqueID) throws -> Int {
        try checkOpen()
        return forget { $0.person == person }
    }

    private func forget(_ condition: (LifecycleEvent) -> Bool) -> Int {
        let gone = Set(events.values.filter(condition).map(\.key))
        for key in gone { events[key] = nil }
        rows = rows.filter { !gone.contains($0.value.delivery.event.key) }
        return gone.count
    }

    package func probe() throws { try checkOpen() }

    package func close() { isClosed = true }
}
