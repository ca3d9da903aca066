import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import HearthConsole
import HearthCore
import HearthIngest
import HearthKnow
import HearthMedia
import HearthProtocols
import HearthSchema
import HearthServer
import HearthStore
import HearthTesting
import HearthVault
import Logging
import ServiceLifecycle
import SwiftProtobuf
import Synchronization

@testable import HearthRPC

/// A household over the in-memory stores with its door for gRPC on a free port of the loopback interface, and a client.
struct RPCHousehold: Sendable {
    typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

    let dependencies: ServerDependencies
    let store: MemoryReadingStore
    let catalogue: MemoryCatalogueStore
    let library: MemoryLibraryStore
    let writer: CommitWriter
    let intake: DocumentIntake
    let ada: Person
    let ben: Person
    let phone: Device
    let bensPhone: Device
    let tokens: [Caller: String]
    let phoneTokenID: UniqueID
    let home: String
    private(set) var port = 0
    private let stop = StopSignal()

    enum Caller: Hashable, Sendable {
        case owner, member, phone, service, auditor
        /// The phone's, for heartrate alone.
        case heartOnly
        case nobody
        case stranger
    }

    /// Runs `body` against a running server, then stops it and waits until it has.
    static func with(
        limits: IngestLimits = IngestLimits(), _ change: (inout ServerSettings) -> Void = { _ in },
        _ body: @Sendable @escaping (RPCHousehold) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-rpc-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = ServerSettings()
        settings.eventLoopThreads = 2
        settings.home = folder.path
        change(&settings)
        try await RPCHousehold(home: folder.path, settings: settings, limits: limits).run(body)
    }

    private init(home: String, settings: ServerSettings, limits: IngestLimits) async throws {
        self.home = home
        let time = SystemTime()
        let registry = try StreamRegistry(StreamRegistry.shipped())
        store = MemoryReadingStore()
        catalogue = MemoryCatalogueStore()
        library = MemoryLibraryStore()
        try await store.install(registry.all)
        let now = time.now()
        ada = Person(id: .random(at: now), name: "Ada", timeZone: "Europe/Berlin", createdAt: now)
        ben = Person(id: .random(at: now), name: "Ben", timeZone: "Asia/Tokyo", createdAt: now)
        phone = Device(
            id: .random(at: now), person: ada.id, name: "Phone", kind: "phone", createdAt: now, updatedAt: now)
        bensPhone = Device(
            id: .random(at: now), person: ben.id, name: "Ben's phone", kind: "phone", createdAt: now, updatedAt: now)
        let devices = DeviceDirectory(catalogue: catalogue)
        for person in [ada, ben] { try await devices.register(person) }
        for device in [phone, bensPhone] { try await devices.register(device) }
        writer = CommitWriter(store: store, limits: limits)
        let ring = KeyRing(key: [UInt8](repeating: 5, count: KeyRing.keyByteCount))
        let authenticator = Authenticator(ring: ring, catalogue: catalogue, time: time)
        let ownerToken = AccessToken.mint()
        authenticator.install(owner: ownerToken, person: ada.id)
        var tokens: [Caller: String] = [.owner: ownerToken.secret, .stranger: AccessToken.mint().secret]
        let phoneToken = try await authenticator.mint(
            .init(name: "Phone", role: .device, person: ada.id, device: phone.id))
        tokens[.phone] = phoneToken.token.secret
        phoneTokenID = phoneToken.record.id
        let grants: [Caller: Authenticator.Grant] = [
            .member: .init(name: "Ben", role: .member, person: ben.id),
            .service: .init(name: "Weather", role: .service, person: ada.id),
            .auditor: .init(name: "Scraper", role: .auditor, person: ada.id),
            .heartOnly: .init(
                name: "Heart", role: .device, person: ada.id, device: phone.id, streams: ["heartrate"]),
        ]
        for (caller, grant) in grants { tokens[caller] = try await authenticator.mint(grant).token.secret }
        self.tokens = tokens
        let blobs = try BlobStore(home: home, ring: ring)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        intake = DocumentIntake(store: library, time: time)
        let retriever = HybridRetriever(store: library)
        let journal = TurnJournal(home: home)
        dependencies = ServerDependencies(
            ingest: Ingest(
                admission: Admission(
                    registry: registry, devices: devices, digest: ReadingDigest(key: SipHash.Key(first: 1, second: 2)),
                    time: time, limits: limits),
                writer: writer),
            store: store, catalogue: catalogue, registry: registry, blobs: blobs, authenticator: authenticator,
            time: time, metrics: ServerMetrics(), console: try Console(), settings: settings, logger: logger,
            library: LibraryServices(
                store: library, intake: intake,
                files: FileReader(blobs: blobs, decoder: DecoderClient(logger: logger), intake: intake),
                fetch: { address in throw HearthError(.notFound, "Nothing is fetched here: \(address).") },
                retriever: retriever,
                answerer: Answerer(
                    retriever: retriever, library: library, catalogue: catalogue, embedder: nil, writer: nil,
                    journal: journal, time: time),
                journal: journal))
    }

    private func run(_ body: @Sendable @escaping (RPCHousehold) async throws -> Void) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let door = RPCDoor(dependencies, gate: AccessGate(dependencies), port: 0) { port.yield($0) }
        let group = ServiceGroup(services: [writer, door], logger: dependencies.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            guard let number = await ports.first(where: { _ in true }) else { return try await tasks.waitForAll() }
            var household = self
            household.port = number
            stop.install { await group.triggerGracefulShutdown() }
            let result: Result<Void, any Error>
            do {
                try await body(household)
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

    // MARK: Calling

    /// A connection of its own while `body` runs.
    func connected<Result: Sendable>(_ body: @Sendable (Client) async throws -> Result) async throws -> Result {
        try await withGRPCClient(
            transport: try .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext)
        ) { try await body($0) }
    }

    func metadata(_ caller: Caller) -> Metadata {
        tokens[caller].map { ["authorization": "Bearer \($0)"] } ?? [:]
    }

    /// Sends messages in one call and gives all answers, or what ended it.
    func stream(
        as caller: Caller = .phone, _ messages: [Ingestion_V1_IngestRequest]
    ) async throws -> [Ingestion_V1_IngestResponse] {
        let metadata = metadata(caller)
        return try await connected { client in
            try await Ingestion_V1_IngestionService.Client(wrapping: client).streamReadings(metadata: metadata) {
                for message in messages { try await $0.write(message) }
            } onResponse: { response in
                var answers: [Ingestion_V1_IngestResponse] = []
                for try await answer in response.messages { answers.append(answer) }
                return answers
            }
        }
    }

    func send(
        as caller: Caller = .phone, _ messages: [Ingestion_V1_IngestRequest]
    ) async throws -> Ingestion_V1_IngestSummary {
        let metadata = metadata(caller)
        return try await connected { client in
            try await Ingestion_V1_IngestionService.Client(wrapping: client).sendReadings(metadata: metadata) {
                for message in messages { try await $0.write(message) }
            }
        }
    }

    func stored(_ name: String) async throws -> ReadingBatch {
        guard let stream = dependencies.registry[name] else { throw CancellationError() }
        return try await store.page(
            ReadingQuery(stream: stream, person: ada.id, order: .oldestFirst), after: nil, limit: 100_000)
    }
}

/// Messages for a call.
enum Sending {
    /// Microseconds of the first reading: an hour ago, on a second.
    static let start = (SystemTime().now().microseconds / 1_000_000 - 3600) * 1_000_000

    static func options(timeout: Duration) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        return options
    }

    static func opening(_ stream: String, token: String = "", device: String = "") -> Ingestion_V1_IngestRequest {
        .with {
            $0.opening.stream = stream
            $0.opening.resumeToken = token
            $0.opening.deviceID = device
        }
    }

    /// A frame of accelerometer readings, one a millisecond.
    static func columns(_ sequence: Int64, from first: Int, count: Int) -> Ingestion_V1_IngestRequest {
        frame(sequence) { $0.columns = accelerations(from: first, count: count) }
    }

    static func accelerations(from first: Int, count: Int) -> Ingestion_V1_Columns {
        let rows = first..<first + count
        return .with {
            $0.times = rows.map { start + Int64($0) * 1000 }
            $0.columns = ["x", "y", "z"].enumerated().map { axis, name in
                .with {
                    $0.field = name
                    $0.doubles.values = rows.map { Double($0 % 100) + Double(axis) / 10 }
                }
            }
        }
    }

    static func frame(
        _ sequence: Int64, _ fill: (inout Ingestion_V1_Frame) -> Void
    ) -> Ingestion_V1_IngestRequest {
        .with {
            $0.frame.sequence = sequence
            fill(&$0.frame)
        }
    }
}

extension RPCError {
    /// Hearth's own code.
    var hearthCode: String? { metadata[stringValues: "hearth-code"].first { _ in true } }
}

/// Holds what stops the server until someone wants that.
private final class StopSignal: Sendable {
    private let action = Mutex<(@Sendable () async -> Void)?>(nil)

    func install(_ body: @escaping @Sendable () async -> Void) { action.withLock { $0 = body } }

    func fire() async { await action.withLock({ $0 })?() }
}
