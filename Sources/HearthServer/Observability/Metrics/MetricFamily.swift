import Synchronization

/// Metrics of one name, one for each combination of labels. Bounded: beyond `limit` combinations all further ones share
/// one, so that no caller can fill memory or a time series database.
final class MetricFamily<Labels: Hashable & Sendable, Metric: Sendable>: Sendable {
    private let table = Mutex<[Labels: Metric]>([:])
    private let limit: Int
    private let overflow: Labels
    private let make: @Sendable () -> Metric

    init(limit: Int, overflow: Labels, make: @escaping @Sendable () -> Metric) {
        self.limit = limit
        self.overflow = overflow
        self.make = make
    }

    subscript(labels: Labels) -> Metric {
        table.withLock { table in
            if let metric = table[labels] { return metric }
            let labels = table.count < limit ? labels : overflow
            if let metric = table[labels] { return metric }
            let metric = make()
            table[labels] = metric
            return metric
        }
    }

    var all: [(labels: Labels, metric: Metric)] { table.withLock { $0.map { ($0.key, $0.value) } } }
}
