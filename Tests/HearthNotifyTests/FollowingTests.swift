import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthTesting
import Logging
import Synchronization
import Testing

@testable import HearthNotify

/// What is stored, and the events that follow from it.
@Suite struct FollowingTests {
    private static let start = Timestamp(microseconds: 1_800_000_000_000_000)
    private static let person = UniqueID(high: 1 << 16, low: 1)

    /// A source, a store of events and everything between them.
    private struct Following {
        let time = ManualTime(FollowingTests.start)
        let store: MemoryEventStore
        let bus: EventBus
        let follower: EventFollower

        init(_ store: MemoryEventStore = MemoryEventStore(), events: [String] = ["*"]) {
            self.store = store
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let subscription = EventSubscription(target: "a", patterns: events.compactMap { EventPattern($0) })
            bus = EventBus(store: store, subscriptions: [subscription], time: time, logger: logger)
            follower = EventFollower([], store: store, bus: bus, logger: logger)
        }

        /// Looks until there is nothing more at once.
        func look(_ source: any EventSource) async throws {
            for _ in 0..<100 where try await !follower.step(source) { return }
            throw NeverHappened()
        }

        /// Names of what was told, in order.
        func told(_ member: String) async throws -> [String] {
            try await store.deliveries(DeliveryFilter(), before: nil, limit: 10_000).reversed().compactMap {
                $0.event.data[member]?.string
            }
        }
    }

    /// Dead letters of several processors.
    private struct Letters {
        let readings = MemoryReadingStore()
        let stream: StreamDefinition

        init() async throws {
            stream = try #require(try StreamRegistry(StreamRegistry.shipped())["heartrate"])
            try await readings.install([stream])
        }

        /// As one step gives them up: in the same millisecond.
        func add(_ processor: String, _ numbers: ClosedRange<UInt64>, at time: Timestamp) async throws {
            let failed = numbers.map { number in
                DeadLetter(
                    id: UniqueID(high: IDTrail.bound(time).high, low: 0x8000_0000_0000_0000 | number),
                    processor: processor, stream: stream.name, reading: RecordID(timestamp: time, digest: number),
                    person: FollowingTests.person, device: FollowingTests.person, code: ErrorCode("decode-failed"),
                    message: "It is none.",
                    attempts: 3, firstFailedAt: time, lastFailedAt: time)
            }
            let claim = try await readings.claim(
                processor, for: FollowingTests.person, until: time + .seconds(60), at: time)
            guard case .granted(let lease) = claim else { throw NeverHappened() }
            _ = try await readings.commit(
                ProcessorCommit(source: stream, failed: failed, progress: .replay), under: lease,
                until: time + .seconds(60))
        }

        func source(_ following: Following) -> DeadLetterEvents {
            DeadLetterEvents(store: readings, processors: ["decoder", "splitter"], time: following.time)
        }
    }

    /// More than any page, in one millisecond, of more than one processor.
    @Test func everyDeadLetterIsToldOnce() async throws {
        let following = Following()
        let letters = try await Letters()
        let source = letters.source(following)
        try await following.look(source)
        following.time.advance(by: .seconds(1))
        try await letters.add("decoder", 1...450, at: following.time.now())
        try await letters.add("splitter", 451...700, at: following.time.now())
        try await following.look(source)
        #expect(try await following.told("dead_letter").count == 700)
        // Of the same millisecond, before most of the others, stored late; and one that comes by and by.
        try await letters.add("decoder", 0...0, at: following.time.now())
        following.time.advance(by: .seconds(30))
        try await letters.add("decoder", 701...701, at: following.time.now())
        try await following.look(source)
        #expect(try await following.told("dead_letter").count == 702)
        for hour in 1...3 {
            following.time.advance(by: .seconds(3600))
            try await letters.add("splitter", 800...800 + UInt64(hour), at: following.time.now())
            try await following.look(source)
        }
        let told = try await following.told("dead_letter")
        #expect(told.count == 711 && Set(told).count == 711)
    }

    @Test func aRestartTellsWhatIsNewAndNothingThatWasForgotten() async throws {
        let letters = try await Letters()
        let first = Following()
        // Nobody listened when these came.
        try await letters.add("decoder", 1...3, at: first.time.now() - .seconds(1))
        try await first.look(letters.source(first))
        first.time.advance(by: .seconds(1))
        try await letters.add("decoder", 4...6, at: first.time.now())
        try await first.look(letters.source(first))
        #expect(try await first.told("dead_letter").count == 3)
        // The last look before the end comes later than anything that may still be stored.
        first.time.advance(by: .seconds(3600))
        try await first.look(letters.source(first))
        for delivery in try await first.store.deliveries(DeliveryFilter(), before: nil, limit: 10) {
            let claim = DeliveryClaim(
                target: "a", holder: Self.person, now: first.time.now(), until: first.time.now(), limit: 10)
            _ = try await first.store.claim(claim)
            _ = try await first.store.settle(
                delivery.number, by: Self.person, as: .delivered, at: first.time.now())
        }
        #expect(try await first.store.forgetEvents(before: first.time.now()) == 3)

        let second = Following(first.store)
        second.time.advance(by: .seconds(3601))
        try await second.look(letters.source(second))
        #expect(try await second.told("dead_letter") == [])
        try await letters.add("decoder", 7...7, at: second.time.now())
        try await second.look(letters.source(second))
        #expect(try await second.told("dead_letter").count == 1)
    }

    /// Fails as a full disk does.
    @Test func whatCouldNotBeStoredIsToldInTheNextLook() async throws {
        let letters = try await Letters()
        let following = Following()
        let source = letters.source(following)
        try await following.look(source)
        try await letters.add("decoder", 1...2, at: following.time.now() + .seconds(1))
        let place = try #require(try await following.store.place(of: source.name))
        let lost = try await source.events(after: place)
        #expect(lost.events.count == 2)
        try await following.look(source)
        #expect(try await following.told("dead_letter").count == 2)
    }

    @Test func everyGapIsToldOnce() async throws {
        let following = Following()
        let library = MemoryLibraryStore()
        let others = UniqueID(high: 1 << 16, low: 2)
        let source = GapEvents(library: library, people: { [Self.person, others] }, time: following.time)
        try await following.look(source)
        following.time.advance(by: .seconds(1))
        for number in 0..<500 {
            let now = following.time.now()
            try await library.file(
                Gap(
                    id: .random(at: now), person: number < 450 ? Self.person : others, turn: nil,
                    question: "Where is boat \(number)?", confidence: 0.1, openedAt: now))
        }
        try await following.look(source)
        #expect(Set(try await following.told("gap")).count == 500)
        following.time.advance(by: .seconds(3600))
        try await library.file(
            Gap(
                id: .random(at: following.time.now()), person: others, turn: nil, question: "And the oar?",
                confidence: 0.1, openedAt: following.time.now()))
        try await following.look(source)
        #expect(try await following.told("gap").count == 501)
    }

    // MARK: Documents

    @Test func aDocumentIsToldOncePerChangeHoweverManyPassagesItHas() async throws {
        let following = Following()
        let library = MemoryLibraryStore()
        let source = DocumentEvents(library: library, time: following.time)
        try await following.look(source)
        let long = LibraryStoreContract.entry(7, (0..<1200).map { "Line \($0)." }.joined(separator: "\n"))
        let short = LibraryStoreContract.entry(8, "One.")
        _ = try await library.put([long, short])
        try await following.look(source)
        for entry in [long, short] {
            let document = entry.document
            #expect(try await library.delete(document.id, person: document.person, at: following.time.now()))
        }
        try await following.look(source)
        let told = try await following.store.deliveries(DeliveryFilter(), before: nil, limit: 100).reversed()
        #expect(
            told.map { "\($0.event.kind) \($0.event.data["document"]?.string ?? "")" } == [
                "document.added \(long.document.id)", "document.added \(short.document.id)",
                "document.forgotten \(long.document.id)", "document.forgotten \(short.document.id)",
            ])
    }

    // MARK: Marks

    @Test func aMarkThatCannotBeReadIsAnError() async throws {
        let following = Following()
        let letters = try await Letters()
        let sources: [any EventSource] = [
            ReadingEvents(
                stream: letters.stream, readings: letters.readings, pause: .seconds(1), time: following.time),
            DocumentEvents(library: MemoryLibraryStore(), time: following.time), letters.source(following),
            GapEvents(library: MemoryLibraryStore(), people: { [Self.person] }, time: following.time),
        ]
        for source in sources {
            let error = await #expect(throws: HearthError.self) { _ = try await source.events(after: "no mark") }
            // The store of readings knows its own cursors.
            let isCursor = source.name.hasPrefix("readings/")
            #expect(error?.code == (isCursor ? .invalidValue : .storageFailed), "\(source.name)")
        }
    }

    @Test func whoWantsItLaterHearsOfWhatHappensThen() async throws {
        let letters = try await Letters()
        let before = Following(events: ["gate.*"])
        let source = letters.source(before)
        try await before.look(source)
        #expect(try await before.store.place(of: source.name) != nil)
        let follower = EventFollower(
            [source], store: before.store, bus: before.bus,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await follower.run() }
            defer { group.cancelAll() }
            try await eventually { try await before.store.place(of: source.name) == nil }
        }
    }
}
