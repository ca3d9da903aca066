package import HearthCore

/// Decides what becomes of a batch whose steps fail: tries it again as a whole, then halves it until the reading that makes
/// it fail is alone, and sets that one aside. Pure: it is told how steps ended and says what to do next.
package struct BatchMachine: Sendable {
    /// How often a whole batch is tried.
    package struct Attempts: Sendable, Hashable {
        /// When the error says that it lies in the batch or the processor.
        package var faults = 3
        /// When it says that the same may succeed later: something that the processor needs is away. With the usual
        /// backoff these are about one and a half hours.
        package var outages = 25

        package init(faults: Int = 3, outages: Int = 25) {
            self.faults = faults
            self.outages = outages
        }
    }

    package enum Action: Sendable, Hashable {
        /// Work these rows in one step.
        case step(Range<Int>)
        /// Wait before working these rows again, as after so many failures.
        case waitThenStep(Range<Int>, failures: Int)
        /// Every row was worked or set aside.
        case finish
    }

    /// A row that makes steps fail.
    package struct Casualty: Sendable, Hashable {
        package var row: Int
        package var error: HearthError
        package var attempts: Int
    }

    private struct Part {
        var rows: Range<Int>
        var isWhole: Bool
    }

    private let attempts: Attempts
    /// The next one last.
    private var parts: [Part]
    private var failures = 0
    package private(set) var casualties: [Casualty] = []

    package init(rows: Int, attempts: Attempts = Attempts()) {
        self.attempts = attempts
        parts = rows > 0 ? [Part(rows: 0..<rows, isWhole: true)] : []
    }

    /// What to do first.
    package var first: Action { next }

    private var next: Action { parts.last.map { .step($0.rows) } ?? .finish }

    /// The step of the last action succeeded.
    package mutating func succeeded() -> Action {
        parts.removeLast()
        return next
    }

    /// The step of the last action failed.
    /// - Parameters:
    ///   - isHopeless: Trying the same again makes no sense; a step that ran into its time limit blocks the queue each time.
    ///   - limit: How often this is tried; nil: as `Attempts` says.
    package mutating func failed(_ error: HearthError, isHopeless: Bool = false, limit: Int? = nil) -> Action {
        guard let part = parts.last else { return .finish }
        failures += 1
        let allowed = limit ?? (error.disposition == .retry ? attempts.outages : attempts.faults)
        if part.isWhole, failures < allowed, !isHopeless { return .waitThenStep(part.rows, failures: failures) }
        parts.removeLast()
        guard part.rows.count > 1 else {
            casualties.append(Casualty(row: part.rows.lowerBound, error: error, attempts: failures))
            return next
        }
        let middle = part.rows.lowerBound + part.rows.count / 2
        parts.append(Part(rows: middle..<part.rows.upperBound, isWhole: false))
        parts.append(Part(rows: part.rows.lowerBound..<middle, isWhole: false))
        return next
    }
}
