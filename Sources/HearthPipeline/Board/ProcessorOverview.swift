package import HearthCore
package import HearthStore

/// What a processor does at the moment.
package enum ProcessorState: String, Sendable, Hashable, CaseIterable {
    /// Nothing waits for it.
    case idle
    case working
    /// A step or a commit failed; it tries again by itself.
    case retrying
    /// Another server works for it.
    case elsewhere
    /// It has too many dead letters and waits for somebody to look at them.
    case blocked
    /// It is not running: the server starts or stops.
    case stopped
}

/// One processor, for people and programs that look after it.
package struct ProcessorOverview: Sendable {
    package struct Input: Sendable, Hashable {
        package var stream: String
        /// Opaque; nil: at the first reading.
        package var cursor: String?
        /// Readings that wait.
        package var lag: Int

        package init(stream: String, cursor: String?, lag: Int) {
            self.stream = stream
            self.cursor = cursor
            self.lag = lag
        }
    }

    package struct LastError: Sendable, Hashable {
        package var code: ErrorCode
        package var message: String
        package var at: Timestamp

        package init(code: ErrorCode, message: String, at: Timestamp) {
            self.code = code
            self.message = message
            self.at = at
        }
    }

    package var name: String
    package var summary: String
    package var inputs: [Input]
    package var outputs: [String]
    package var state: ProcessorState
    /// Age of the oldest reading that waits; zero when none does.
    package var lag: Duration
    /// Whether the lag is only known to be at least this.
    package var isLagCut: Bool
    /// Readings per second over the last minute.
    package var rate: Double
    package var worked: UInt64
    package var failed: UInt64
    package var failedSteps: UInt64
    package var deadLetters: Int
    package var lastError: LastError?
    package var run: ProcessorRun?

    package init(
        name: String, summary: String, inputs: [Input], outputs: [String], state: ProcessorState, lag: Duration,
        isLagCut: Bool, rate: Double, worked: UInt64, failed: UInt64, failedSteps: UInt64, deadLetters: Int,
        lastError: LastError?, run: ProcessorRun?
    ) {
        self.name = name
        self.summary = summary
        self.inputs = inputs
        self.outputs = outputs
        self.state = state
        self.lag = lag
        self.isLagCut = isLagCut
        self.rate = rate
        self.worked = worked
        self.failed = failed
        self.failedSteps = failedSteps
        self.deadLetters = deadLetters
        self.lastError = lastError
        self.run = run
    }

    package var waiting: Int { inputs.reduce(0) { $0 + $1.lag } }
}
