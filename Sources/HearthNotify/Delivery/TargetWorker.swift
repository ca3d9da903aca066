import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import Logging
import Synchronization

/// Brings deliveries to one target: a few at the same time, no faster than its rate, and not at all while it is down.
final class TargetWorker: Sendable {
    private struct State {
        var breaker: CircuitBreaker
        var limiter: RateLimiter<String>
        /// The target asked to be left alone until then.
        var heldUntil: ContinuousClock.Instant?
        var underWay = 0
        var statistics = TargetStatistics()
    }

    /// What the loop does next.
    private enum Step {
        case send
        case wait(Duration)
    }

    /// Another server may have made events.
    private static let poll = Duration.seconds(30)
    private static let storeRetry = Duration.seconds(5)
    /// A claim outlives its try by this much.
    private static let claimMargin = Duration.seconds(30)

    let target: NotifyTarget
    private let sender: WebhookSender
    private let store: any EventStore
    private let holder: UniqueID
    private let time: any TimeSource
    private let logger: Logger
    private let alarm: Alarm
    private let state: Mutex<State>

    init(
        _ target: NotifyTarget, sender: WebhookSender, store: any EventStore, holder: UniqueID, time: any TimeSource,
        clock: any Clock<Duration>, logger: Logger
    ) {
        self.target = target
        self.sender = sender
        self.store = store
        self.holder = holder
        self.time = time
        self.logger = logger
        alarm = Alarm(clock: clock)
        let limits = target.limits
        state = Mutex(
            State(
                breaker: CircuitBreaker(policy: limits.breaker),
                limiter: RateLimiter(rate: limits.perSecond, burst: limits.burst, maximumKeys: 1)))
    }

    var statistics: TargetStatistics { state.withLock { $0.statistics } }
    var circuit: CircuitBreaker.State { state.withLock { $0.breaker.state(at: .now) } }
    /// How long the target wants to be left alone.
    var hold: Duration? {
        state.withLock { state in state.heldUntil.map { $0 - .now }.flatMap { $0 > .zero ? $0 : nil } }
    }

    /// Tells that there may be something to do.
    func wake() { alarm.ring(.work) }

    /// A person wants something delivered: a target that is thought to be down is tried at once.
    func wakeAtOnce() {
        state.withLock { state in
            state.heldUntil = nil
            state.breaker.succeeded()
        }
        alarm.ring(.person)
    }

    /// Until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    switch try await next() {
                    case .wait(let duration): await alarm.sleep(atMost: duration)
                    case .send:
                        guard let delivery = try await claim() else { continue }
                        group.addTask { await self.deliver(delivery) }
                    }
                } catch {
                    if Task.isCancelled { break }
                    logger.error("deliveries wait for the events", metadata: ["error": "\(error)"])
                    await alarm.sleep(atMost: Self.storeRetry, isPatient: true)
                }
            }
            group.cancelAll()
        }
    }

    private func next() async throws -> Step {
        let rest = state.withLock { state -> Duration? in
            let now = ContinuousClock.now
            if let held = state.heldUntil, held > now { return held - now }
            state.heldUntil = nil
            if let wait = state.breaker.wait(at: now) { return wait }
            // The end of one wakes this.
            let isProbing = state.breaker.state(at: now) == .probing
            return state.underWay >= (isProbing ? 1 : target.limits.parallel) ? Self.poll : nil
        }
        if let rest { return .wait(rest) }
        guard let due = try await store.nextDue(of: target.name) else { return .wait(Self.poll) }
        let now = time.now()
        if due > now { return .wait(min(due - now, Self.poll)) }
        switch state.withLock({ $0.limiter.admit(target.name, at: .now) }) {
        case .admitted: return .send
        case .refused(let wait): return .wait(wait)
        }
    }

    private func claim() async throws -> Delivery? {
        let now = time.now()
        let claim = DeliveryClaim(
            target: target.name, holder: holder, now: now, until: now + target.limits.timeout + Self.claimMargin,
            limit: 1)
        guard let delivery = try await store.claim(claim).first else { return nil }
        state.withLock { state in
            state.underWay += 1
            state.breaker.begin()
        }
        return delivery
    }

    private func deliver(_ delivery: Delivery) async {
        let start = ContinuousClock.now
        let outcome: DeliveryOutcome
        do {
            let verdict = try await send(delivery)
            outcome = note(verdict, of: delivery, took: ContinuousClock.now - start)
        } catch {
            // We are being stopped. It goes out again after the next start, perhaps for the second time.
            state.withLock { $0.breaker.cancelled() }
            outcome = .postponed(until: time.now())
        }
        await settle(delivery, as: outcome)
        state.withLock { $0.underWay -= 1 }
        alarm.ring(.work)
    }

    private func send(_ delivery: Delivery) async throws -> WebhookVerdict {
        let webhook: Webhook
        do throws(HearthError) {
            webhook = try Webhook(delivery.event, to: target, at: time.now())
        } catch {
            return WebhookVerdict(failure: error)
        }
        return try await sender.send(webhook, to: target)
    }

    /// - Returns: what is to be noted of the delivery.
    private func note(_ verdict: WebhookVerdict, of delivery: Delivery, took: Duration) -> DeliveryOutcome {
        let now = time.now()
        let outcome = state.withLock { state -> DeliveryOutcome in
            state.statistics.observe(took)
            // Of several answers the longest wish holds.
            if let hold = verdict.hold { state.heldUntil = max(state.heldUntil ?? .now, .now + hold) }
            if verdict.isDown { state.breaker.failed(at: .now) } else { state.breaker.succeeded() }
            switch verdict.meaning {
            case .delivered:
                state.statistics.delivered += 1
                state.statistics.lastDeliveredAt = now
                return .delivered
            case .dead(let failure):
                state.statistics.dead += 1
                (state.statistics.lastFailure, state.statistics.lastFailedAt) = (failure, now)
                return .dead(because: failure)
            case .retry(let failure):
                (state.statistics.lastFailure, state.statistics.lastFailedAt) = (failure, now)
                var generator = SystemRandomNumberGenerator()
                let next = target.limits.retry.next(
                    after: delivery.attempts + 1, since: delivery.since, at: now, least: verdict.hold,
                    using: &generator)
                guard let next else {
                    state.statistics.dead += 1
                    return .dead(because: failure)
                }
                state.statistics.failedTries += 1
                return .retry(at: next, because: failure)
            }
        }
        if case .dead(let failure) = outcome {
            logger.warning(
                "a webhook was given up",
                metadata: [
                    "target": "\(target.name)", "delivery": "\(delivery.number)", "kind": "\(delivery.event.kind)",
                    "reason": "\(failure.message)",
                ])
        }
        return outcome
    }

    /// What cannot be noted is delivered again when the claim runs out.
    private func settle(_ delivery: Delivery, as outcome: DeliveryOutcome) async {
        do {
            _ = try await store.settle(delivery.number, by: holder, as: outcome, at: time.now())
        } catch {
            logger.error(
                "what became of a webhook could not be noted; it may be delivered twice",
                metadata: ["target": "\(target.name)", "delivery": "\(delivery.number)", "error": "\(error)"])
        }
    }
}
