package import HearthMedia

/// Collects stretches of speech until there are as many as are written down together.
package struct SpeechBatch: Sendable {
    package struct Limits: Sendable, Hashable {
        /// The longest stretch times their number.
        package var seconds: Double
        package var stretches: Int

        package init(seconds: Double, stretches: Int) {
            precondition(stretches > 0)
            self.seconds = seconds
            self.stretches = stretches
        }
    }

    private let limits: Limits
    private var waiting: [SpeechSegment] = []

    package init(_ limits: Limits) { self.limits = limits }

    /// The batches that this stretch completes: the one before it, where it does not fit in, and its own, where that is full.
    package mutating func add(_ segment: SpeechSegment) -> [[SpeechSegment]] {
        var full: [[SpeechSegment]] = []
        if !waiting.isEmpty, Self.cost(waiting + [segment]) > limits.seconds { full.append(finish()) }
        waiting.append(segment)
        if waiting.count >= limits.stretches { full.append(finish()) }
        return full
    }

    /// What is left.
    package mutating func finish() -> [SpeechSegment] {
        defer { waiting = [] }
        return waiting
    }

    private static func cost(_ segments: [SpeechSegment]) -> Double {
        (segments.map { $0.end - $0.start }.max() ?? 0) * Double(segments.count)
    }
}
