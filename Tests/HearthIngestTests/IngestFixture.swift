import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault

/// A clock that stands where a test puts it.
struct FixedTime: TimeSource {
    var time: Timestamp
    func now() -> Timestamp { time }
}

/// A household of one person with a phone and a watch, over the in-memory stores.
struct IngestFixture {
    static let now = Timestamp(microseconds: 1_795_255_200_000_000)

    let store = MemoryReadingStore()
    let catalogue = MemoryCatalogueStore()
    let ingest: Ingest
    let writer: CommitWriter
    let owner: Principal
    let phone: Device
    let watch: Device

    init(limits: IngestLimits = IngestLimits()) async throws {
        let registry = try StreamRegistry(StreamRegistry.shipped())
        try await store.install(registry.all)
        let person = Person(
            id: .random(at: Self.now), name: "Ada", timeZone: "Europe/Berlin", createdAt: Self.now)
        try await catalogue.insert(person)
        phone = Device(
            id: .random(at: Self.now), person: person.id, name: "Phone", kind: "phone", createdAt: Self.now,
            updatedAt: Self.now)
        watch = Device(
            id: .random(at: Self.now), person: person.id, name: "Watch", kind: "watch", createdAt: Self.now,
            updatedAt: Self.now)
        try await catalogue.insert(phone)
        try await catalogue.insert(watch)
        let devices = DeviceDirectory(catalogue: catalogue)
        try await devices.load()
        owner = Principal(id: .random(at: Self.now), role: .owner, person: person.id)
        writer = CommitWriter(store: store, limits: limits)
        ingest = Ingest(
            admission: Admission(
                registry: registry, devices: devices, digest: ReadingDigest(key: SipHash.Key(first: 1, second: 2)),
                time: FixedTime(time: Self.now), limits: limits),
            writer: writer)
    }

    /// Runs `body` while the writer works.
    func whileWriting<Result: Sendable>(_ body: @Sendable @escaping () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await writer.run()
                return nil
            }
            group.addTask { try await body() }
            while let result = try await group.next() {
                if let result {
                    group.cancelAll()
                    return result
                }
            }
            throw CancellationError()
        }
    }

    func stream(_ name: String) -> StreamDefinition? { ingest.registry[name] }

    func source(_ stream: String? = nil, _ principal: Principal? = nil) -> Admission.Source {
        Admission.Source(principal: principal ?? owner, stream: stream.flatMap { ingest.registry[$0] })
    }

    /// Admits one item of JSON text.
    func admit(_ text: String, source: Admission.Source) throws -> Draft {
        var draft = Draft()
        try JSONDocument(parsing: text, options: .strict).withRoot {
            ingest.admission.admit($0, index: 0, source: source, into: &draft)
        }
        return draft
    }

    func heartrate(_ members: String, at time: String = "\"2026-11-21T08:00:00Z\"") -> String {
        "{\"device_id\":\"\(watch.id)\",\"timestamp\":\(time),\(members)}"
    }
}
