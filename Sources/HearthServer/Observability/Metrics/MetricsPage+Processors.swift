import HearthCore
import HearthPipeline

extension MetricsPage {
    /// Latencies by door and by processor share a name.
    mutating func add(
        _ metrics: ServerMetrics, latenciesOf counts: [(processor: String, counts: ProcessorCounts)]
    ) {
        begin(
            .processingLatency, .histogram,
            "Time from a reading's arrival to its being durable, by door, or to its outputs being durable, by processor."
        )
        for (door, histogram) in metrics.processingLatency.all.sorted(by: { $0.labels < $1.labels }) {
            let snapshot = histogram.snapshot
            self.histogram(
                .processingLatency, [("processor", door)], bounds: histogram.bounds, cumulative: snapshot.cumulative,
                sum: snapshot.sum)
        }
        for (name, counts) in counts { add(.processingLatency, counts.latency, of: name) }
    }

    mutating func add(_ counts: [(processor: String, counts: ProcessorCounts)], _ overviews: [ProcessorOverview]) {
        begin(.processorRecords, .counter, "Readings that processors are done with, by what became of them.")
        for (name, counts) in counts {
            sample(.processorRecords, [("processor", name), ("outcome", "worked")], counts.worked)
            sample(.processorRecords, [("processor", name), ("outcome", "failed")], counts.failed)
        }
        begin(.processorFailedSteps, .counter, "Steps of processors that failed as a whole.")
        for (name, counts) in counts { sample(.processorFailedSteps, [("processor", name)], counts.failedSteps) }
        begin(.processorStepDuration, .histogram, "Time that steps of processors took.")
        for (name, counts) in counts { add(.processorStepDuration, counts.stepDuration, of: name) }
        begin(.processorLag, .gauge, "Readings that wait for a processor.")
        for overview in overviews { sample(.processorLag, [("processor", overview.name)], overview.waiting) }
        begin(.processorLagAge, .gauge, "Age of the oldest reading that waits for a processor.")
        for overview in overviews {
            sample(.processorLagAge, [("processor", overview.name)], overview.lag / .seconds(1))
        }
        begin(.deadLetters, .gauge, "Readings that a processor could not work.")
        for overview in overviews { sample(.deadLetters, [("processor", overview.name)], overview.deadLetters) }
    }

    private mutating func add(_ name: MetricName, _ histogram: DurationHistogram, of processor: String) {
        self.histogram(
            name, [("processor", processor)], bounds: histogram.bounds, cumulative: histogram.cumulative,
            sum: histogram.sum)
    }
}
