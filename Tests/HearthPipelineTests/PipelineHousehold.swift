import HearthCore
import HearthIngest
import HearthPipeline
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Logging
import Synchronization

/// A household with notes, over a store that several runtimes may share.
struct PipelineHousehold: Sendable {
    /// 2026-11-21T10:00:00Z
    static let now = Timestamp(microseconds: 1_795_255_200_000_000)
    static let person = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0001)
    static let device = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0002)

    let store: any ReadingStore & ProcessingStore
    let registry: StreamRegistry
    let admission: Admission
    let bus = CommitBus()
    let time = ManualTime(now)
    let clock = ManualClock()
    let note: StreamDefinition
    let words: StreamDefinition
    let letters: StreamDefinition

    init(_ store: any ReadingStore & ProcessingStore) async throws {
        self.store = store
        let streams = try PipelineStreams()
        (note, words, letters, registry) = (streams.note, streams.words, streams.letters, streams.registry)
        try await store.install(registry.all)
        admission = Admission(
            registry: registry, devices: DeviceDirectory(catalogue: MemoryCatalogueStore()),
            digest: ContractReadings.digest, time: time, limits: IngestLimits())
    }

    func context(seed: UInt64 = 1) -> PipelineContext {
        PipelineContext(
            holder: UniqueID(high: 0x9000, low: seed), store: store, admission: admission, bus: bus, time: time,
            clock: clock,
            random: SharedRandom(SplitMix64(seed: seed)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Stores notes, one per second from `second` on, and announces them.
    func write(_ texts: [String], at second: Int = 0) async throws {
        var batch = ReadingBatch(stream: note)
        for (number, text) in texts.enumerated() {
            let taken = Self.now - .seconds(3600) + .seconds(second + number)
            batch.heads.append(
                ReadingHead(person: Self.person, device: Self.device, timestamp: taken, received: time.now()))
            batch.cells.append(batch.textCell(text))
        }
        ContractReadings.digest.seal(&batch)
        _ = try await store.append([batch])
        bus.announce([note.name])
    }

    /// What stands in the first column, in order of time and then of text.
    func values(of stream: StreamDefinition) async throws -> [String] {
        let page = try await store.page(
            ReadingQuery(stream: stream, person: Self.person, order: .oldestFirst), after: nil, limit: 100_000)
        return (0..<page.count).map { row -> (Timestamp, String) in
            switch page[row, 0] {
            case .integer(let value): (page.heads[row].timestamp, String(value))
            default: (page.heads[row].timestamp, page.string(page[row, 0]) ?? "")
            }
        }.sorted { $0 < $1 }.map(\.1)
    }

    /// Runs `body` while a pipeline of these processors works.
    func whileRunning<Value: Sendable>(
        _ processors: [any Processor], seed: UInt64 = 1,
        _ body: @escaping @Sendable (PipelineService) async throws -> Value
    ) async throws -> Value {
        let service = try PipelineService(processors, context: context(seed: seed))
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await service.run()
                return nil
            }
            group.addTask { try await body(service) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}

/// Waits until it is so; the time limit of the test ends what never comes.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(1)) }
}
