import Foundation
import HTTPTypes
import HearthConsole
import HearthCore
import HearthIngest
import HearthKnow
import HearthMedia
import HearthPipeline
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import HearthServer

/// A household of two people over the in-memory stores, behind the program's own router.
struct RoutesHousehold: Sendable {
    /// 2026-11-21T10:00:00Z
    static let now = Timestamp(microseconds: 1_795_255_200_000_000)

    let dependencies: ServerDependencies
    let store: MemoryReadingStore
    let blobs: BlobStore
    let library: MemoryLibraryStore
    /// Changes of the library that were told to who follows it.
    let libraryChanges: Counter
    let ada: Person
    let ben: Person
    let phone: Device
    let watch: Device
    let bensPhone: Device
    private let tokens: [String: String]
    private let client: any TestClientProtocol

    enum Caller {
        case owner
        case nobody
        /// Of Ben, confined to nothing.
        case member
        case phone
        /// The phone's, for one stream.
        case phoneOnly(String)
        case auditor
        case bearer(String)
    }

    /// Runs `body` while the writer works, and removes everything afterwards.
    static func with(
        limits: IngestLimits = IngestLimits(), processors: (any ProcessorBoard)? = nil,
        spool: (ServerDependencies, MemoryReadingStore) -> SpoolService? = { _, _ in nil },
        _ body: @Sendable @escaping (RoutesHousehold) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-routes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var parts = try await Parts(home: folder.path, limits: limits)
        parts.dependencies.processors = processors
        parts.dependencies.spool = spool(parts.dependencies, parts.store)
        let application = Application(
            router: makeRouter(parts.dependencies), services: [parts.writer], logger: parts.dependencies.logger)
        let made = parts
        try await application.test(.router) { client in
            try await body(RoutesHousehold(made, client))
        }
    }

    private init(_ parts: Parts, _ client: any TestClientProtocol) {
        dependencies = parts.dependencies
        store = parts.store
        blobs = parts.dependencies.blobs
        (library, libraryChanges) = (parts.library, parts.libraryChanges)
        (ada, ben) = (parts.ada, parts.ben)
        (phone, watch, bensPhone) = (parts.phone, parts.watch, parts.bensPhone)
        tokens = parts.tokens
        self.client = client
    }

    var ownerToken: String { tokens["owner"] ?? "" }

    // MARK: Requests

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(parsing: bytes, options: .strict)) ?? .null }
        var lines: [JSONValue] { text.split(separator: "\n").map { (try? JSONValue(parsing: String($0))) ?? .null } }
        var code: String? { json["code"]?.string }
        /// Of a problem's `errors`.
        var pointers: [String] { json["errors"]?.array?.compactMap { $0["pointer"]?.string } ?? [] }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, as caller: Caller = .owner, body: [UInt8]? = nil,
        type: String? = "application/json", headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let token = token(of: caller) { headers[.authorization] = "Bearer \(token)" }
        if body != nil, let type { headers[.contentType] = type }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        return Answer(
            status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
    }

    func get(_ path: String, as caller: Caller = .owner, accept: String? = nil) async throws -> Answer {
        var headers = HTTPFields()
        if let accept { headers[.accept] = accept }
        return try await send(.get, path, as: caller, headers: headers)
    }

    func post(
        _ path: String, _ body: String, as caller: Caller = .owner, type: String? = "application/json"
    ) async throws -> Answer {
        try await send(.post, path, as: caller, body: Array(body.utf8), type: type)
    }

    func post(_ path: String, _ body: JSONValue, as caller: Caller = .owner) async throws -> Answer {
        try await post(path, body.text, as: caller)
    }

    private func token(of caller: Caller) -> String? {
        switch caller {
        case .owner: tokens["owner"]
        case .nobody: nil
        case .member: tokens["member"]
        case .phone: tokens["phone"]
        case .phoneOnly(let stream): tokens["phone:\(stream)"]
        case .auditor: tokens["auditor"]
        case .bearer(let token): token
        }
    }

    /// A heart rate reading of the watch, minutes after eight.
    func heartrate(_ bpm: Double, minute: Int) -> JSONValue {
        [
            "device_id": .string(watch.id.description), "timestamp": .string(Self.time(minute: minute)),
            "bpm": .real(bpm),
        ]
    }

    static func time(minute: Int) -> String {
        Timestamp(microseconds: now.microseconds - 7_200_000_000 + Int64(minute) * 60_000_000).description
    }
}

/// What a household is made of.
private struct Parts {
    var dependencies: ServerDependencies
    let store = MemoryReadingStore()
    let library = MemoryLibraryStore()
    let libraryChanges = Counter()
    let writer: CommitWriter
    let ada: Person
    let ben: Person
    let phone: Device
    let watch: Device
    let bensPhone: Device
    let tokens: [String: String]

    init(home: String, limits: IngestLimits) async throws {
        let now = RoutesHousehold.now
        var generator = SplitMix64(seed: 7)
        func id() -> UniqueID { UniqueID(at: now, using: &generator) }
        let registry = try StreamRegistry(StreamRegistry.shipped())
        try await store.install(registry.all)
        let catalogue = MemoryCatalogueStore()
        ada = Person(
            id: UniqueID(high: 1 << 16 | 0x7000, low: 1 << 63), name: "Ada", timeZone: "Europe/Berlin", createdAt: now)
        ben = Person(
            id: UniqueID(high: 2 << 16 | 0x7000, low: 1 << 63), name: "Ben", timeZone: "Asia/Tokyo", createdAt: now)
        phone = Device(id: id(), person: ada.id, name: "Phone", kind: "phone", createdAt: now, updatedAt: now)
        watch = Device(id: id(), person: ada.id, name: "Watch", kind: "watch", createdAt: now, updatedAt: now)
        bensPhone = Device(id: id(), person: ben.id, name: "Ben's phone", kind: "phone", createdAt: now, updatedAt: now)
        let directory = DeviceDirectory(catalogue: catalogue)
        for person in [ada, ben] { try await directory.register(person) }
        for device in [phone, watch, bensPhone] { try await directory.register(device) }
        let time = FixedTime(time: now)
        writer = CommitWriter(store: store, limits: limits)
        let ring = KeyRing(key: [UInt8](repeating: 9, count: KeyRing.keyByteCount))
        let ingest = Ingest(
            admission: Admission(
                registry: registry, devices: directory, digest: ReadingDigest(key: SipHash.Key(first: 1, second: 2)),
                time: time, limits: limits),
            writer: writer)
        let authenticator = Authenticator(ring: ring, catalogue: catalogue, time: time)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let blobs = try BlobStore(home: home, ring: ring)
        let metrics = ServerMetrics()
        let intake = DocumentIntake(
            store: library, time: time, changed: { [libraryChanges] in libraryChanges.add() },
            stored: { metrics.stored(articles: $0) })
        let retriever = HybridRetriever(store: library, observer: metrics)
        let journal = TurnJournal(home: home)
        let services = LibraryServices(
            store: library, intake: intake,
            files: FileReader(blobs: blobs, decoder: DecoderClient(logger: logger), intake: intake),
            fetch: { address in throw HearthError(.notFound, "Nothing is fetched here: \(address).") },
            retriever: retriever,
            answerer: Answerer(
                retriever: retriever, library: library, catalogue: catalogue, embedder: nil, writer: nil,
                journal: journal, time: time, told: { metrics.told(isAnswered: $0) }),
            journal: journal)
        dependencies = ServerDependencies(
            ingest: ingest, store: store, catalogue: catalogue, registry: registry,
            blobs: blobs, authenticator: authenticator, time: time, metrics: metrics, console: try Console(),
            settings: ServerSettings(), logger: logger, library: services)
        let owner = AccessToken.mint(using: &generator)
        authenticator.install(owner: owner, person: ada.id)
        var tokens = ["owner": owner.secret]
        var grants: [String: Authenticator.Grant] = [
            "member": .init(name: "Ben", role: .member, person: ben.id),
            "phone": .init(name: "Phone", role: .device, person: ada.id, device: phone.id),
            "auditor": .init(name: "Scraper", role: .auditor, person: ada.id),
        ]
        for stream in ["gps", "heartrate", "image"] {
            grants["phone:\(stream)"] = .init(
                name: stream, role: .device, person: ada.id, device: phone.id, streams: [stream])
        }
        for (name, grant) in grants { tokens[name] = try await authenticator.mint(grant).token.secret }
        self.tokens = tokens
    }
}

struct FixedTime: TimeSource {
    var time: Timestamp
    func now() -> Timestamp { time }
}
