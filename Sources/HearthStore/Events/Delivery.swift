package import HearthCore

/// One event on its way to one target.
package struct Delivery: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// On its way, or waiting for its turn.
        case pending
        case delivered
        /// Given up; waits for a person, who has it delivered again or throws it away.
        case dead
    }

    /// Ascends in the order in which deliveries were made.
    package var number: Int64
    package var target: String
    package var event: LifecycleEvent
    package var state: State
    /// Tries that failed or succeeded, since it was made or asked for again.
    package var attempts: Int
    /// When it was made or asked for again.
    package var since: Timestamp
    /// Not tried before.
    package var due: Timestamp
    package var lastTriedAt: Timestamp?
    /// Why the last try failed.
    package var failure: DeliveryFailure?

    package init(
        number: Int64, target: String, event: LifecycleEvent, state: State = .pending, attempts: Int = 0,
        since: Timestamp, due: Timestamp, lastTriedAt: Timestamp? = nil, failure: DeliveryFailure? = nil
    ) {
        self.number = number
        self.target = target
        self.event = event
        self.state = state
        self.attempts = attempts
        self.since = since
        self.due = due
        self.lastTriedAt = lastTriedAt
        self.failure = failure
    }
}

/// Why a try failed.
package struct DeliveryFailure: Sendable, Hashable {
    package var code: ErrorCode
    package var message: String

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// What became of a try.
package enum DeliveryOutcome: Sendable, Hashable {
    case delivered
    /// To be tried again at this time.
    case retry(at: Timestamp, because: DeliveryFailure)
    case dead(because: DeliveryFailure)
    /// Was not tried after all; due again at this time.
    case postponed(until: Timestamp)
}

/// An event and the targets that want it.
package struct EventEntry: Sendable, Hashable {
    package var event: LifecycleEvent
    package var targets: [String]

    package init(_ event: LifecycleEvent, targets: [String]) {
        self.event = event
        self.targets = targets
    }
}

/// How far a source of events has told what it knows. The text is the source's own.
package struct EventMark: Sendable, Hashable {
    package var source: String
    package var place: String

    package init(source: String, place: String) {
        self.source = source
        self.place = place
    }
}

/// Asks for deliveries to try now.
package struct DeliveryClaim: Sendable, Hashable {
    package var target: String
    /// Who tries them.
    package var holder: UniqueID
    package var now: Timestamp
    /// Until then nobody else gets them.
    package var until: Timestamp
    package var limit: Int

    package init(target: String, holder: UniqueID, now: Timestamp, until: Timestamp, limit: Int) {
        self.target = target
        self.holder = holder
        self.now = now
        self.until = until
        self.limit = limit
    }
}

/// Which deliveries; the empty filter is all.
package struct DeliveryFilter: Sendable, Hashable {
    package var target: String?
    package var state: Delivery.State?

    package init(target: String? = nil, state: Delivery.State? = nil) {
        self.target = target
        self.state = state
    }
}

/// How a target stands.
package struct DeliveryCounts: Sendable, Hashable {
    package var pending: Int
    package var delivered: Int
    package var dead: Int
    /// When the oldest pending one was made.
    package var oldest: Timestamp?

    package init(pending: Int = 0, delivered: Int = 0, dead: Int = 0, oldest: Timestamp? = nil) {
        self.pending = pending
        self.delivered = delivered
        self.dead = dead
        self.oldest = oldest
    }
}
