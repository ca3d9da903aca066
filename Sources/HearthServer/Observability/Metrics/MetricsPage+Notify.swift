import HearthIngest
import HearthNotify
import HearthStore

extension MetricsPage {
    mutating func add(_ events: EventStatistics, _ targets: [TargetOverview]) {
        begin(.events, .counter, "Events stored for at least one target, by kind.")
        for (kind, count) in events.announced.sorted(by: { $0.key.text < $1.key.text }) {
            sample(.events, [("kind", kind.text)], count)
        }
        single(.eventsHeld, .gauge, "Events that could not be stored yet.", events.held)
        single(.eventsDropped, .counter, "Events lost because too many waited to be stored.", events.dropped)
        begin(.webhooks, .counter, "Tries to deliver, by target and by what became of them.")
        for target in targets {
            let statistics = target.statistics
            sample(.webhooks, [("target", target.name), ("outcome", "delivered")], statistics.delivered)
            sample(.webhooks, [("target", target.name), ("outcome", "failed")], statistics.failedTries)
            sample(.webhooks, [("target", target.name), ("outcome", "dead")], statistics.dead)
        }
        begin(.webhookDuration, .histogram, "Time that tries took.")
        for target in targets {
            histogram(
                .webhookDuration, [("target", target.name)], bounds: TargetStatistics.bounds,
                cumulative: target.statistics.counts.map { UInt64($0) } + [UInt64(target.statistics.tries)],
                sum: target.statistics.seconds)
        }
        begin(.webhooksWaiting, .gauge, "Deliveries that are on their way.")
        for target in targets { sample(.webhooksWaiting, [("target", target.name)], target.counts.pending) }
        begin(.webhooksDead, .gauge, "Deliveries that were given up and wait for a person.")
        for target in targets { sample(.webhooksDead, [("target", target.name)], target.counts.dead) }
        begin(.webhookCircuit, .gauge, "1 while a target is taken to be down.")
        for target in targets {
            sample(.webhookCircuit, [("target", target.name)], target.circuit == .closed ? 0 : 1)
        }
    }
}
