package import HearthCore
package import HearthIngest
import HearthStore
package import Logging
package import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Space of a disk, in bytes.
package struct VolumeSpace: Sendable, Hashable {
    /// That this program may still use.
    package var free: Int64
    package var total: Int64

    package init(free: Int64, total: Int64) {
        self.free = free
        self.total = total
    }

    /// Of the disk that holds a folder.
    package static func of(_ folder: String) throws(HearthError) -> VolumeSpace {
        var answer = statvfs()
        guard statvfs(folder, &answer) == 0 else {
            throw HearthError(.storageFailed, "The space on the disk cannot be asked for (errno \(errno)).")
        }
        let block = Int64(clamping: answer.f_frsize)
        return VolumeSpace(
            free: Int64(clamping: answer.f_bavail) * block, total: Int64(clamping: answer.f_blocks) * block)
    }
}

/// Decides when the disk is low, full, and free again. Pure. Between the levels lies a margin, so that a disk at the edge of
/// one does not tell of it again and again.
package struct DiskLevels: Sendable, Hashable {
    package enum Level: Sendable, Hashable { case free, low, full }

    /// Below it the disk is full: databases still can be closed, and this be told.
    package static let fullBytes: Int64 = 64 << 20

    private let lowBytes: Int64
    package private(set) var level = Level.free

    package init(lowBytes: Int64) { self.lowBytes = max(lowBytes, Self.fullBytes) }

    /// - Returns: the level that is new.
    package mutating func note(_ free: Int64) -> Level? {
        let next: Level =
            switch level {
            case _ where free < Self.fullBytes: .full
            case .full where free < Self.fullBytes * 3 / 2: .full
            case _ where free < lowBytes: .low
            case .low where free < lowBytes / 4 * 5: .low
            case .full where free < lowBytes / 4 * 5: .low
            default: .free
            }
        guard next != level else { return nil }
        level = next
        return next
    }
}

/// Tells when the disk of the home runs out of space. The first warning comes while everything can still be stored and
/// delivered.
package final class DiskWatch: Service {
    private let home: String
    private let bus: EventBus
    private let time: any TimeSource
    private let clock: any Clock<Duration>
    private let interval: Duration
    private let logger: Logger
    private let measure: @Sendable (String) throws(HearthError) -> VolumeSpace
    private let levels: Mutex<DiskLevels>

    package init(
        home: String, lowBytes: Int, bus: EventBus, time: any TimeSource,
        clock: any Clock<Duration> = ContinuousClock(),
        interval: Duration = .seconds(15), logger: Logger,
        measure: @escaping @Sendable (String) throws(HearthError) -> VolumeSpace = VolumeSpace.of
    ) {
        self.home = home
        self.bus = bus
        self.time = time
        self.clock = clock
        self.interval = interval
        self.logger = logger
        self.measure = measure
        levels = Mutex(DiskLevels(lowBytes: Int64(lowBytes)))
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.look()
                // Cancellation ends the sleep and with it the loop.
                try? await self.clock.sleep(for: self.interval)
            }
        }
    }

    package func look() {
        do throws(HearthError) {
            let space = try measure(home)
            guard let level = levels.withLock({ $0.note(space.free) }) else { return }
            let kind: EventKind =
                switch level {
                case .free: .diskFree
                case .low: .diskLow
                case .full: .diskFull
                }
            let now = time.now()
            logger.log(level: level == .free ? .info : .warning, "\(kind)", metadata: ["free_bytes": "\(space.free)"])
            bus.tell(
                LifecycleEvent(
                    id: .random(at: now), kind: kind, key: "\(kind)/\(now)", time: now,
                    data: ["free_bytes": .integer(space.free), "total_bytes": .integer(space.total)]))
        } catch {
            logger.error("\(error)")
        }
    }
}
