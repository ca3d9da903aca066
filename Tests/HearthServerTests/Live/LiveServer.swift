import Foundation
import HearthConsole
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Logging
import ServiceLifecycle
import Synchronization

@testable import HearthServer

/// The whole server over the in-memory stores, listening on a free port of the loopback interface.
struct LiveServer: Sendable {
    let dependencies: ServerDependencies
    let store: MemoryReadingStore
    let catalogue: MemoryCatalogueStore
    let writer: CommitWriter
    let person: Person
    let watch: Device
    let phone: Device
    let owner: String
    /// The watch's own token.
    let watchToken: String
    let watchTokenID: UniqueID
    let log: LoggedLines
    private(set) var port = 0
    private let stop = StopSignal()

    /// Runs `body` against a running server, then stops it and waits until it has.
    static func with(
        limits: IngestLimits = IngestLimits(), _ change: (inout ServerSettings) -> Void = { _ in },
        _ body: @Sendable @escaping (LiveServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-live-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = ServerSettings()
        settings.port = 0
        settings.eventLoopThreads = 2
        settings.home = folder.path
        change(&settings)
        try await LiveServer(home: folder.path, settings: settings, limits: limits).run(body)
    }

    private init(home: String, settings: ServerSettings, limits: IngestLimits) async throws {
        let time = SystemTime()
        let registry = try StreamRegistry(StreamRegistry.shipped())
        store = MemoryReadingStore()
        catalogue = MemoryCatalogueStore()
        try await store.install(registry.all)
        let now = time.now()
        person = Person(id: .random(at: now), name: "Ada", timeZone: "Europe/Berlin", createdAt: now)
        watch = Device(
            id: .random(at: now), person: person.id, name: "Watch", kind: "watch", createdAt: now, updatedAt: now)
        phone = Device(
            id: .random(at: now), person: person.id, name: "Phone", kind: "phone", createdAt: now, updatedAt: now)
        let devices = DeviceDirectory(catalogue: catalogue)
        try await devices.register(person)
        for device in [watch, phone] { try await devices.register(device) }
        writer = CommitWriter(store: store, limits: limits)
        let ring = KeyRing(key: [UInt8](repeating: 5, count: KeyRing.keyByteCount))
        let authenticator = Authenticator(ring: ring, catalogue: catalogue, time: time)
        let ownerToken = AccessToken.mint()
        owner = ownerToken.secret
        authenticator.install(owner: ownerToken, person: person.id)
        let minted = try await authenticator.mint(
            .init(name: "Watch", role: .device, person: person.id, device: watch.id))
        watchToken = minted.token.secret
        watchTokenID = minted.record.id
        let lines = LoggedLines()
        log = lines
        dependencies = ServerDependencies(
            ingest: Ingest(
                admission: Admission(
                    registry: registry, devices: devices, digest: ReadingDigest(key: SipHash.Key(first: 1, second: 2)),
                    time: time, limits: limits),
                writer: writer),
            store: store, catalogue: catalogue, registry: registry, blobs: try BlobStore(home: home, ring: ring),
            authenticator: authenticator, time: time, metrics: ServerMetrics(), console: try Console(),
            settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            accessLog: AccessLog(flushInterval: .milliseconds(10)) { lines.append($0) })
    }

    private func run(_ body: @Sendable @escaping (LiveServer) async throws -> Void) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = makeApplication(dependencies) { port.yield($0) }
        var services: [any Service] = [writer, application]
        if let log = dependencies.accessLog { services.insert(log, at: 0) }
        let group = ServiceGroup(services: services, logger: dependencies.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                port.finish()
            }
            guard let number = await ports.first(where: { _ in true }) else {
                // The server could not start; its own error says why.
                return try await tasks.waitForAll()
            }
            var server = self
            server.port = number
            stop.install { await group.triggerGracefulShutdown() }
            let result: Result<Void, any Error>
            do {
                try await body(server)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// Tells the server to stop, and returns at once.
    func beginShutdown() async { await stop.fire() }

    /// Readings of a stream that are stored.
    func stored(_ name: String) async throws -> ReadingBatch {
        guard let stream = dependencies.registry[name] else { throw CancellationError() }
        let query = ReadingQuery(stream: stream, person: person.id, order: .oldestFirst)
        return try await store.page(query, after: nil, limit: 100_000)
    }

    /// The lines of the request log so far, parsed.
    func logged() async -> [JSONValue] {
        await dependencies.accessLog?.flush()
        return log.lines.map { (try? JSONValue(parsing: $0)) ?? .null }
    }
}

/// What the request log has written.
final class LoggedLines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// Holds what stops the server until someone wants that.
private final class StopSignal: Sendable {
    private let action = Mutex<(@Sendable () async -> Void)?>(nil)

    func install(_ body: @escaping @Sendable () async -> Void) { action.withLock { $0 = body } }

    func fire() async { await action.withLock({ $0 })?() }
}
