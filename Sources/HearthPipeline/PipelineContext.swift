package import HearthCore
package import HearthIngest
package import HearthStore
package import Logging

/// What background work is given; tests give it twins and clocks that stand still.
package struct PipelineContext: Sendable {
    /// Who holds leases. The same after a restart, so that a server that was killed goes on at once instead of waiting for
    /// its own lease to run out; never that of another server that may run at the same time.
    package var holder: UniqueID
    package var store: any ReadingStore & ProcessingStore
    package var admission: Admission
    package var bus: CommitBus
    package var time: any TimeSource
    /// Measures waiting and time limits.
    package var clock: any Clock<Duration>
    package var random: SharedRandom
    package var backoff: Backoff
    package var attempts: BatchMachine.Attempts
    package var logger: Logger

    package init(
        holder: UniqueID, store: any ReadingStore & ProcessingStore, admission: Admission, bus: CommitBus,
        time: any TimeSource = SystemTime(), clock: any Clock<Duration> = ContinuousClock(),
        random: SharedRandom = SharedRandom(), backoff: Backoff = Backoff(),
        attempts: BatchMachine.Attempts = BatchMachine.Attempts(), logger: Logger
    ) {
        self.holder = holder
        self.store = store
        self.admission = admission
        self.bus = bus
        self.time = time
        self.clock = clock
        self.random = random
        self.backoff = backoff
        self.attempts = attempts
        self.logger = logger
    }
}
