import Foundation
import HearthCore
import HearthStore
import HearthTesting
import Logging
import Synchronization

@testable import HearthIngest

/// A household with a spool in a temporary folder, over the in-memory stores.
final class SpoolFixture: Sendable {
    let home: IngestFixture
    let folder: URL
    let clock = ManualClock()
    let time = SteppingTime()
    /// Shares that were counted, in order.
    let shares = Mutex<[SpoolService.Share]>([])

    init(limits: IngestLimits = IngestLimits()) async throws {
        home = try await IngestFixture(limits: limits)
        folder = FileManager.default.temporaryDirectory.appending(path: "hearth-spool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // As the service would at its first round.
        try spool().folders.make()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A spool that takes everything in at once.
    static var eager: SpoolSettings {
        var settings = SpoolSettings()
        settings.minimumFiles = 1
        return settings
    }

    /// As after a start: nothing is remembered but what is stored.
    func spool(
        _ settings: SpoolSettings = eager, _ limits: SpoolLimits = SpoolLimits(),
        clock: any Clock<Duration> = ContinuousClock(), time: (any TimeSource)? = nil,
        reached: @escaping @Sendable (SpoolService.Stage) throws -> Void = { _ in }
    ) -> SpoolService {
        SpoolService(
            home: folder.path, settings: settings, limits: limits, store: home.store, ingest: home.ingest,
            catalogue: home.catalogue, time: time ?? self.time, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            counted: { [weak self] share in self?.shares.withLock { $0.append(share) } }, reached: reached)
    }

    /// Rounds until nothing is under way or waits for the gate.
    func settle(_ spool: SpoolService) async throws {
        while try await spool.round() == .zero {}
    }

    // MARK: Files

    func path(_ place: String) -> String { folder.path + "/spool/" + place }

    /// Writes elsewhere and renames, as programs do.
    func put(_ name: String, _ bytes: [UInt8]) throws {
        let temporary = path("new-\(UUID().uuidString)")
        try Data(bytes).write(to: URL(fileURLWithPath: temporary))
        guard rename(temporary, path("incoming/" + name)) == 0 else { throw POSIXError(.EIO) }
    }

    /// Names below a folder of the spool, batches left out.
    func names(in place: String) -> [String] {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: path(place))) ?? []
        return folders.flatMap { tag in
            SpoolTag.time(of: tag) == nil
                ? [tag] : (try? FileManager.default.contentsOfDirectory(atPath: path("\(place)/\(tag)"))) ?? []
        }.sorted()
    }

    func bytes(of name: String, in place: String) throws -> [UInt8] {
        for tag in try FileManager.default.contentsOfDirectory(atPath: path(place)) {
            let file = path("\(place)/\(tag)/\(name)")
            if FileManager.default.fileExists(atPath: file) {
                return try Array(Data(contentsOf: URL(fileURLWithPath: file)))
            }
        }
        throw POSIXError(.ENOENT)
    }

    // MARK: Segments

    /// One frame of heart rates; every number is another reading.
    func frame(_ numbers: Range<Int>, device: UniqueID? = nil) -> JSONValue {
        [
            "stream": "heartrate", "device_id": .string((device ?? home.watch.id).description),
            "readings": .array(numbers.map { reading($0) }),
        ]
    }

    func reading(_ number: Int) -> JSONValue {
        ["timestamp": .integer(1_795_000_000 + Int64(number)), "bpm": .integer(60 + Int64(number % 100))]
    }

    static func segment(_ frames: [JSONValue]) -> [UInt8] {
        var writer = MessagePackWriter()
        for frame in frames { writer.write(frame) }
        return writer.bytes
    }

    func stored() async throws -> Int { try await home.store.statistics(of: nil).reduce(0) { $0 + $1.count } }

    func newest() async throws -> SpoolBatch? { try await home.store.batches(before: nil, limit: 1).first }
}

/// A clock that moves on by a millisecond whenever it is asked, so that tags tell their order.
final class SteppingTime: TimeSource {
    private let asked = Atomic<Int64>(0)

    func now() -> Timestamp {
        IngestFixture.now + .milliseconds(asked.wrappingAdd(1, ordering: .relaxed).newValue)
    }
}
