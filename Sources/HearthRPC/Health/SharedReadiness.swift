import HearthServer
import Synchronization

/// Whether everything works, looked at once for all who ask within a second: anybody may ask, and to look costs something.
final class SharedReadiness: Sendable {
    private struct Look {
        var at: ContinuousClock.Instant
        var outcome: Task<Bool, Never>
    }

    private static let lifetime = Duration.seconds(1)

    private let readiness: Readiness
    private let last = Mutex<Look?>(nil)

    init(_ dependencies: ServerDependencies) { readiness = Readiness(dependencies) }

    var isReady: Bool {
        get async {
            let now = ContinuousClock.now
            let look = last.withLock { last in
                if let last, now - last.at < Self.lifetime { return last }
                let look = Look(at: now, outcome: Task { [readiness] in await readiness.isReady })
                last = look
                return look
            }
            return await look.outcome.value
        }
    }
}
