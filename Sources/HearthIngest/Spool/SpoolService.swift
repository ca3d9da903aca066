import Dispatch
package import HearthCore
package import HearthStore
import HearthVault
package import Logging
package import ServiceLifecycle
import Synchronization

/// Takes in the segments that programs put into `$HEARTH_HOME/spool/incoming/`.
///
/// The folders are the truth about where a file is, the manifest about how much of it is stored. A round brings both
/// together, wherever an earlier one ended: folders of batches get their manifests, batches under way are worked on, files
/// that are done move to where they belong, and then the gate is looked at. A start after a kill is a round like any other.
package final class SpoolService: Service {
    /// What one round works with, and tests look at: each names a moment after which the program may be killed.
    package enum Stage: Hashable, Sendable {
        case taken, opened, measured, stored, ended, settled, explained, moved, closed, finished
    }

    /// What became of the readings of a portion, for counting.
    package struct Share: Sendable {
        package var streams: [AdmissionReport.StreamShare]
        /// Refused ones by the stream they were meant for, nil: unknown.
        package var rejected: [String?: Int]
    }

    struct State {
        var overview = SpoolOverview()
        var isPaused = false
        var isWatchGone = false
        var watch: SpoolWatch?
        /// When a file was first seen, where clocks do not help.
        var seen: [SpoolFolders.Entry: ContinuousClock.Instant] = [:]
        var pace: SpoolPace
        var lastSweep: ContinuousClock.Instant?
        /// Somebody asked for the gate to open, whatever waits.
        var isGateAsked = false
    }

    static let pausedName = "spool.paused"

    let folders: SpoolFolders
    let store: any SpoolStore
    let ingest: Ingest
    let catalogue: any CatalogueStore
    let time: any TimeSource
    let clock: any Clock<Duration>
    let settings: SpoolSettings
    let limits: SpoolLimits
    let logger: Logger
    let alarm: Alarm
    let state: Mutex<State>
    /// Hears of the gate; nil: nobody does.
    let events: EventBus?
    /// Hears of each portion that was stored.
    let counted: @Sendable (Share) -> Void
    /// Called after each stage; what it throws ends the round as a kill would.
    let reached: @Sendable (Stage) throws -> Void
    /// Reading and parsing segments blocks, and takes long.
    let readQueue = DispatchQueue(label: "hearth.spool.read", qos: .utility)
    /// Moving files blocks, too, and must not wait for a large segment.
    let folderQueue = DispatchQueue(label: "hearth.spool.folders", qos: .utility)

    package init(
        home: String, settings: SpoolSettings, limits: SpoolLimits = SpoolLimits(), store: any SpoolStore,
        ingest: Ingest, catalogue: any CatalogueStore, time: any TimeSource,
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger, events: EventBus? = nil,
        counted: @escaping @Sendable (Share) -> Void = { _ in },
        reached: @escaping @Sendable (Stage) throws -> Void = { _ in }
    ) {
        folders = SpoolFolders(home: home)
        self.settings = settings
        self.limits = limits
        self.store = store
        self.ingest = ingest
        self.catalogue = catalogue
        self.time = time
        self.clock = clock
        self.logger = logger
        self.events = events
        self.counted = counted
        self.reached = reached
        alarm = Alarm(clock: clock)
        state = Mutex(State(pace: SpoolPace(settings: settings, limits: limits)))
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.work() }
        state.withLock { state in
            state.overview.state = .stopped
            state.watch = nil
        }
    }

    private func work() async {
        while !Task.isCancelled {
            do {
                try await load()
                let wait = try await round()
                recovered()
                if wait > .zero { await alarm.sleep(atMost: wait) }
            } catch is CancellationError {
                return
            } catch {
                // The stores close while we are being stopped; nobody needs to hear of that.
                if Task.isCancelled { return }
                failed(error)
                await alarm.sleep(atMost: limits.retryDelay, isPatient: true)
            }
        }
    }

    private func load() async throws {
        let isPaused = try await catalogue.setting(Self.pausedName) == "true"
        state.withLock { $0.isPaused = isPaused }
    }

    // MARK: A round

    /// Brings folders and manifests together, works on what is under way, and opens the gate when it is time.
    /// - Returns: how long nothing is to be done.
    package func round() async throws -> Duration {
        try await inFolders { folders throws(SystemCallError) in try folders.make() }
        watch()
        try await openManifests()
        let batches = try await store.unfinishedBatches()
        if !batches.isEmpty, !state.withLock({ $0.isPaused }) {
            state.withLock { $0.overview.state = .working }
            do {
                for batch in batches { try await work(on: batch) }
            } catch is Paused {
                // Goes on where it was when it is resumed.
            }
        }
        try await sweepIfDue()
        return try await lookAtGate()
    }

    /// Somebody paused the spool in the middle of a file.
    struct Paused: Error {}

    /// Whatever lies in the folder of a batch belongs to it, also when a kill kept the manifest from being written.
    private func openManifests() async throws {
        for tag in try await inFolders({ folders throws(SystemCallError) in try folders.tags() }) {
            if let known = try await store.batch(tag) {
                if known.finishedAt != nil {
                    try await inFolders { folders throws(SystemCallError) in try folders.close(tag) }
                }
                continue
            }
            let files = try await inFolders { folders throws(SystemCallError) in try folders.files(of: tag) }
            guard !files.isEmpty else {
                try await inFolders { folders throws(SystemCallError) in try folders.close(tag) }
                continue
            }
            try await store.open(SpoolBatch(tag: tag, openedAt: time.now(), files: files))
            try reached(.opened)
            logger.debug("spool batch opened", metadata: ["batch": "\(tag)", "files": "\(files.count)"])
        }
    }

    private func lookAtGate() async throws -> Duration {
        let view = try await inFolders { folders throws(SystemCallError) in try folders.look() }
        let poll = state.withLock { $0.watch == nil ? limits.unwatchedPoll : limits.watchedPoll }
        let waiting = note(view)
        if state.withLock({ $0.isPaused }) { return poll }
        let isAsked = state.withLock { state in
            defer { state.isGateAsked = false }
            return state.isGateAsked
        }
        switch SpoolGate(settings: settings, limits: limits).decide(waiting, isAsked: isAsked) {
        case .wait(let rest): return max(.milliseconds(1), min(rest ?? poll, poll))
        case .open(let names):
            var generator = SystemRandomNumberGenerator()
            let tag = SpoolTag.make(at: time.now(), using: &generator)
            try await inFolders { folders throws(SystemCallError) in try folders.take(names, as: tag) }
            try reached(.taken)
            return .zero
        }
    }

    /// Remembers what lies in `incoming/`.
    private func note(_ view: SpoolFolders.View) -> [SpoolGate.Waiting] {
        let (now, instant) = (time.now(), ContinuousClock.now)
        return state.withLock { state in
            var seen: [SpoolFolders.Entry: ContinuousClock.Instant] = [:]
            let waiting = view.segments.map { entry in
                let first = state.seen[entry] ?? instant
                seen[entry] = first
                // A clock that jumped must not keep a file waiting.
                return SpoolGate.Waiting(
                    name: entry.name, size: entry.size, age: max(now - entry.changed, instant - first))
            }
            state.seen = seen
            state.overview.state = state.isPaused ? .paused : .idle
            state.overview.waitingFiles = waiting.count
            state.overview.waitingBytes = waiting.reduce(0) { $0 + $1.size }
            state.overview.oldest = waiting.map(\.age).max()
            state.overview.ignored = Array(view.ignored.prefix(limits.toldNames))
            state.overview.ignoredCount = view.ignored.count
            return waiting
        }
    }

    /// Asks the system to tell of new files, again when the folder was replaced. Where it cannot, polling serves.
    private func watch() {
        let isNeeded = state.withLock { state in
            if state.isWatchGone { (state.watch, state.isWatchGone) = (nil, false) }
            return state.watch == nil
        }
        guard isNeeded else { return }
        do throws(SystemCallError) {
            let watch = try SpoolWatch(folders.incoming, on: folderQueue) { [alarm] in
                alarm.ring(.work)
            } gone: { [weak self] in
                self?.state.withLock { $0.isWatchGone = true }
            }
            state.withLock { state in
                state.watch = watch
                state.overview.isWatched = true
            }
        } catch {
            let wasWatched = state.withLock { state in
                defer { state.overview.isWatched = false }
                return state.overview.isWatched
            }
            if wasWatched { logger.notice("the spool is looked at every \(limits.unwatchedPoll): \(error)") }
        }
    }

    private func sweepIfDue() async throws {
        let now = ContinuousClock.now
        let isDue = state.withLock { $0.lastSweep.map { now - $0 >= limits.sweepInterval } ?? true }
        guard isDue else { return }
        let cutoff = time.now() - settings.archiveKept
        let deleted = try await inFolders { folders throws(SystemCallError) in
            try folders.sweep(folders.archive, before: cutoff)
        }
        let forgotten = try await store.forgetBatches(finishedBefore: cutoff)
        if deleted + forgotten > 0 {
            logger.debug("spool swept", metadata: ["files": "\(deleted)", "batches": "\(forgotten)"])
        }
        state.withLock { $0.lastSweep = now }
    }

    // MARK: Failures

    func failed(_ error: any Error) {
        let shown =
            error as? HearthError
            ?? HearthError(.internalError, "The spool could not go on.", disposition: .defect, cause: error)
        let now = time.now()
        let isNew = state.withLock { state in
            let known = state.overview.failure
            state.overview.state = .retrying
            state.overview.failure = .init(code: shown.code, message: shown.message, at: now)
            return known?.code != shown.code || known?.message != shown.message
        }
        if isNew { logger.error("the spool waits", metadata: ["error": "\(shown)"]) }
    }

    func recovered() { state.withLock { $0.overview.failure = nil } }

    // MARK: Queues

    func inFolders<Value: Sendable>(
        _ body: @escaping @Sendable (SpoolFolders) throws(SystemCallError) -> Value
    ) async throws -> Value {
        let folders = folders
        let result = await withCheckedContinuation { continuation in
            folderQueue.async {
                continuation.resume(returning: Result { () throws(SystemCallError) in try body(folders) })
            }
        }
        do throws(SystemCallError) {
            return try result.get()
        } catch {
            throw HearthError.storage(error, "The folders of the spool cannot be used.")
        }
    }

    func reading<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SegmentFailure) -> Value
    ) async throws(SegmentFailure) -> Value {
        let result = await withCheckedContinuation { continuation in
            readQueue.async { continuation.resume(returning: Result { () throws(SegmentFailure) in try body() }) }
        }
        return try result.get()
    }
}
