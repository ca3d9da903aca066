import Foundation
import HearthCore
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthTesting
import HearthVault
import Testing

@testable import HearthIngest

@Suite("Readings with tokens")
struct VaultedStoreTests {
    private static func withStore(
        _ stream: StreamDefinition? = nil,
        _ body: (VaultFixture, VaultedReadingStore, StreamDefinition) async throws -> Void
    ) async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let stream = try stream ?? VaultFixture.visits()
        try await body(fixture, try await fixture.start([stream]), stream)
    }

    // MARK: Contracts

    @Test("The reading store over a vault", arguments: ReadingStoreContract.cases)
    func readingStore(_ contract: ContractCase<any ReadingStore>) async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        try await contract.verify { try await fixture.start([]) }
    }

    @Test("The processing store over a vault", arguments: ProcessingStoreContract.cases)
    func processingStore(_ contract: ContractCase<ProcessingStoreContract.Store>) async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        try await contract.verify { try await fixture.start([]) }
    }

    @Test("The spool store over a vault", arguments: SpoolStoreContract.cases)
    func spoolStore(_ contract: ContractCase<SpoolStoreContract.Store>) async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        try await contract.verify { try await fixture.start([]) }
    }

    @Test("The catalogue over a vault", arguments: CatalogueStoreContract.cases)
    func catalogue(_ contract: ContractCase<any CatalogueStore>) async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        try await contract.verify {
            let vault = try await fixture.start([]).vault
            return try await VaultedCatalogueStore.open(base: MemoryCatalogueStore(), vault: vault, ring: fixture.ring)
        }
    }

    // MARK: Tokens

    @Test func storedReadingsHoldTokensAndReadersSeeValues() async throws {
        try await Self.withStore { fixture, store, stream in
            let batch = VaultFixture.batch(0..<100, stream)
            _ = try await store.append([batch])
            let leaks = try await fixture.leaks(stream)
            #expect(leaks.isEmpty)
            let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(seen == VaultFixture.lines(batch))
        }
    }

    @Test func withoutAccessTokensAreShownAsText() async throws {
        try await Self.withStore { _, store, stream in
            _ = try await store.append([VaultFixture.batch(0..<3, stream)])
            let query = ReadingQuery(stream: stream, person: VaultFixture.people[0], order: .oldestFirst)
            let page = try await store.page(query, after: nil, limit: 10)
            for row in 0..<3 {
                for column in 0..<5 where page[row, column] != .null {
                    let text = page.string(page[row, column]) ?? ""
                    #expect(text.hasPrefix(column == 3 ? "\"tok_" : "tok_"))
                }
                #expect(page[row, 5] == .real(Double(row)))
            }
        }
    }

    @Test func equalValuesHaveEqualTokensOnlyWhereTheyAreJoined() async throws {
        try await Self.withStore { fixture, store, stream in
            _ = try await store.append([
                VaultFixture.batch(0..<20, stream), VaultFixture.batch(0..<2, stream, person: 1),
            ])
            let mine = try await fixture.stored(stream)
            let names = Set((0..<20).map { mine.string(mine[$0, 2]) ?? "" })
            #expect(names.count == 2)
            let streets = Set((0..<20).map { mine.string(mine[$0, 4]) ?? "" })
            #expect(streets.count == 20)
            let other = try await fixture.stored(stream, person: 1)
            #expect(!names.contains(other.string(other[0, 2]) ?? ""))
        }
    }

    @Test func aReadingSentAgainIsOneReadingAndMintsNothing() async throws {
        try await Self.withStore { fixture, store, stream in
            let batch = VaultFixture.batch(0..<50, stream)
            _ = try await store.append([batch])
            let entries = await fixture.values.entries
            var again = batch
            for head in batch.heads.indices { again.heads[head].received = batch.heads[head].received + .seconds(60) }
            let outcome = try await store.append([again])
            #expect(outcome[0].stored == 0)
            #expect(outcome[0].duplicates.count == 50)
            let after = await fixture.values.entries
            #expect(Set(after.keys) == Set(entries.keys))
        }
    }

    @Test func aTokenThatIsTakenIsNotUsed() async throws {
        let first = try VaultFixture()
        defer { first.remove() }
        let stream = try VaultFixture.visits()
        let batch = VaultFixture.batch(0..<10, stream)
        _ = try await first.start([stream]).append([batch])
        // The same secret gives the same tokens in another store, where they belong to somebody else.
        let second = MemoryVaultStore()
        let taken = await first.values.entries.keys.map {
            VaultEntry(place: $0, keptDay: 0, key: 999, sealed: [1])
        }
        _ = try await second.put(taken)
        let vault = try await TokenVault.open(
            store: second,
            audit: AuditLog(
                store: second, chain: AuditChain(ring: first.ring), time: FixedTime(time: VaultFixture.now)),
            folder: VaultKeyFolder(home: first.home), time: FixedTime(time: VaultFixture.now))
        let store = VaultedReadingStore(base: MemoryReadingStore(), vault: vault)
        try await store.install([stream])
        _ = try await store.append([batch])
        let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
        #expect(seen == VaultFixture.lines(batch))
        for entry in taken {
            let found = try await second.entries(at: [entry.place])
            #expect(found == [entry])
        }
    }

    @Test func nothingIsStoredWhenTheVaultFails() async throws {
        try await Self.withStore { fixture, store, stream in
            let full = HearthError(.storageFull, "The disk is full.", disposition: .retry)
            await fixture.values.failPuts(with: [full])
            let failure = await #expect(throws: HearthError.self) {
                _ = try await store.append([VaultFixture.batch(0..<3, stream)])
            }
            #expect(failure?.code == .storageFull)
            let stored = try await fixture.stored(stream)
            #expect(stored.isEmpty)
        }
    }

    @Test func streamsWithoutPrivateFieldsDoNotTouchTheVault() async throws {
        try await Self.withStore(try VaultFixture.visits(isPrivate: false)) { fixture, store, stream in
            let full = HearthError(.storageFull, "The disk is full.", disposition: .retry)
            await fixture.values.failPuts(with: [full])
            let batch = VaultFixture.batch(0..<3, stream)
            _ = try await store.append([batch])
            let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(seen == VaultFixture.lines(batch))
            let last = try await fixture.values.lastAudit()
            #expect(last == nil)
        }
    }

    // MARK: Reading back

    @Test func aggregatesOfPrivateNumbersAreThoseOfTheValues() async throws {
        try await Self.withStore { _, store, stream in
            let plain = MemoryReadingStore()
            try await plain.install([stream])
            let batches = [VaultFixture.batch(0..<300, stream), VaultFixture.batch(0..<50, stream, person: 1)]
            _ = try await plain.append(batches)
            _ = try await store.append(batches)
            let query = ReadingQuery(stream: stream, person: VaultFixture.people[0])
            for columns in [[0], [5, 0, 1], [5], []] {
                let asked = Aggregation(width: .fixed(microseconds: 3_600_000_000), columns: columns)
                let expected = try await plain.aggregate(query, asked)
                let opened = try await store.opened(for: VaultFixture.access).aggregate(query, asked)
                #expect(opened == expected)
                let masked = try await store.aggregate(query, asked)
                #expect(masked.map(\.readings) == expected.map(\.readings))
                for (bucket, real) in zip(masked, expected) {
                    for (index, column) in columns.enumerated() {
                        if column == 5 {
                            #expect(bucket.values[index] == real.values[index])
                        } else {
                            #expect(bucket.values[index].count == 0)
                        }
                    }
                }
            }
        }
    }

    @Test func joinedFieldsAreFoundByValueAcrossEpochs() async throws {
        try await Self.withStore { _, store, stream in
            let opened = store.opened(for: VaultFixture.access)
            let query = ReadingQuery(stream: stream, person: VaultFixture.people[0])
            let batch = VaultFixture.batch(0..<4, stream)
            _ = try await store.append([batch])
            let before = try await opened.newest(query, with: "Secret Café 1", in: 2)
            #expect(before.map(VaultFixture.lines) == [VaultFixture.lines(batch)[3]])
            _ = try await store.vault.rotate(for: VaultFixture.access)
            let old = try await opened.newest(query, with: "Secret Café 0", in: 2)
            #expect(old.map(VaultFixture.lines) == [VaultFixture.lines(batch)[2]])
            let late = VaultFixture.batch(4..<6, stream)
            _ = try await store.append([late])
            let new = try await opened.newest(query, with: "Secret Café 1", in: 2)
            #expect(new.map(VaultFixture.lines) == [VaultFixture.lines(late)[1]])
            let none = try await opened.newest(query, with: "Nowhere", in: 2)
            #expect(none == nil)
        }
    }

    @Test func everyLookLeavesARecord() async throws {
        try await Self.withStore { fixture, store, stream in
            _ = try await store.append([VaultFixture.batch(0..<10, stream)])
            let access = VaultAccess(
                role: "member", principal: VaultFixture.devices[0], person: VaultFixture.people[0],
                purpose: "GET /streams/visits", request: "r1")
            _ = try await VaultFixture.lines(of: stream, in: store.opened(for: access))
            let records = try await fixture.values.audit(after: 0, limit: 10)
            try #require(records.count == 1)
            let body = try JSONValue(parsing: records[0].body)
            #expect(body["action"]?.string == "resolve")
            #expect(body["role"]?.string == "member")
            #expect(body["principal"]?.string == VaultFixture.devices[0].description)
            #expect(body["purpose"]?.string == "GET /streams/visits")
            #expect(body["fields"] == ["floor", "guests", "latitude", "name", "street"])
            // Ten of each, but two floors and two lists of guests that are missing.
            #expect(body["tokens"]?.int64 == 46)
            #expect(!records[0].body.contains("Secret"))
            // Looking at tokens is not looking.
            _ = try await VaultFixture.lines(of: stream, in: store)
            let after = try await fixture.values.audit(after: 0, limit: 10)
            #expect(after.count == 1)
        }
    }

    // MARK: Going

    @Test func tokensAreResolvedWithoutTheirReadings() async throws {
        try await Self.withStore { fixture, store, stream in
            _ = try await store.append([VaultFixture.batch(0..<30, stream)])
            let stored = try await fixture.stored(stream)
            let tokens = try (0..<5).map { try #require(stored.token(20, $0)) }
            let unknown = try #require(VaultToken(bits: 1 << 61 | 12345))
            let found = try await store.vault.resolve(tokens + [unknown], in: "visits", for: VaultFixture.access)
            let batch = VaultFixture.batch(20..<21, stream)
            #expect(found.map { $0?.field } == ["latitude", "floor", "name", "guests", "street", nil])
            #expect(found[0]?.value.double == 47.5 + 20.0 / 64)
            #expect(found[1]?.value == .integer(2))
            #expect(found[2]?.value == .string(batch.string(batch[0, 2]) ?? ""))
            #expect(found[3]?.value == ["Guest 20", ["tok": 1]])
            #expect(found.prefix(5).allSatisfy { $0?.person == VaultFixture.people[0] })
            // One record for all of them.
            let records = try await fixture.values.audit(before: nil, limit: 10)
            let looks = try records.map { try JSONValue(parsing: $0.body) }.filter { $0["action"] == "resolve" }
            #expect(looks.count == 1)
            #expect(looks.first?["tokens"] == 5 && looks.first?["missing"] == 1)
            let elsewhere = try await store.vault.resolve(tokens, in: "wifi", for: VaultFixture.access)
            #expect(elsewhere.allSatisfy { $0 == nil })
        }
    }

    @Test func aStreamThatWasCompressedBecomesPrivateWithoutLoss() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hearth-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (open, hidden) = (
            try VaultFixture.visits(isPrivate: false, rate: "high"), try VaultFixture.visits(rate: "high")
        )
        let batch = VaultFixture.batch(0..<400, open)
        var base = try await SQLiteReadingStore.open(path: folder + "/streams.db", digest: VaultFixture.digest)
        try await base.install([open])
        _ = try await base.append([batch])
        let later = VaultFixture.now + .seconds(400_000)
        let compacted = try await base.compact(open, before: later)
        #expect(compacted.readings == 400)
        try await base.close()

        let fixture = try VaultFixture()
        defer { fixture.remove() }
        base = try await SQLiteReadingStore.open(path: folder + "/streams.db", digest: VaultFixture.digest)
        let vault = try await TokenVault.open(
            store: fixture.values, audit: fixture.log(), folder: VaultKeyFolder(home: fixture.home),
            time: FixedTime(time: VaultFixture.now))
        let store = VaultedReadingStore(base: base, vault: vault)
        try await store.install([hidden])
        try await vault.rewrite(in: base) {}
        #expect(!vault.needsRewriting)
        let left = try await store.compact(hidden, before: later)
        #expect(left.readings == 0)
        let seen = try await VaultFixture.lines(of: hidden, in: store.opened(for: VaultFixture.access))
        #expect(seen == VaultFixture.lines(batch))
        let stored = try await VaultFixture.lines(of: hidden, in: base).joined()
        #expect(!stored.contains("Secret") && !stored.contains("Guest"))
        try await store.close()
        for name in ["streams.db", "streams.db-wal"] {
            let bytes = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
            #expect(bytes.range(of: Data("Secret Street".utf8)) == nil)
        }
    }

    @Test func valuesExpireWithTheirReadings() async throws {
        try await Self.withStore { fixture, store, stream in
            let old = VaultFixture.batch(0..<10, stream)
            let cutoff = VaultFixture.now + .seconds(3 * 86_400)
            var young = VaultFixture.batch(10..<12, stream)
            // Late ones live as long as those that came with them.
            for index in young.heads.indices { young.heads[index].received = cutoff + .seconds(60) }
            _ = try await store.append([old, young])
            while try await store.expire(stream, before: cutoff, limit: 4) == 4 {}
            let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(seen == VaultFixture.lines(young))
            let entries = await fixture.values.entries
            let joined = entries.keys.filter { $0.day == VaultPlace.joinedDay }
            #expect(joined.count == 2)
            // Two latitudes, two streets, and what else these two have.
            let cells = (0..<2).flatMap { row in [0, 1, 3, 4].map { young[row, $0] } }.filter { $0 != .null }
            #expect(entries.count - joined.count == cells.count)
        }
    }

    @Test func erasingADeviceLeavesWhatOthersShare() async throws {
        try await Self.withStore { fixture, store, stream in
            let phone = VaultFixture.batch(0..<10, stream)
            var watch = VaultFixture.batch(10..<20, stream)
            for index in watch.heads.indices { watch.heads[index].device = VaultFixture.devices[1] }
            VaultFixture.digest.seal(&watch)
            _ = try await store.append([phone, watch])
            let count = try await store.erase(person: VaultFixture.people[0], device: VaultFixture.devices[0])
            #expect(count == 10)
            let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(seen == VaultFixture.lines(watch))
            let kept = await fixture.values.entries.values.filter { $0.place.day != VaultPlace.joinedDay }
            let cells = (0..<10).flatMap { row in [0, 1, 3, 4].map { watch[row, $0] } }.filter { $0 != .null }
            #expect(kept.count == cells.count)
        }
    }

    @Test func nothingIsLostWhileAVaultIsRotatedUnderLoad() async throws {
        try await Self.withStore { fixture, store, stream in
            let batches = (0..<40).map { VaultFixture.batch($0 * 25..<$0 * 25 + 25, stream) }
            _ = try await store.append([batches[0]])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<3 {
                    group.addTask {
                        for (index, batch) in batches.enumerated() where index % 3 == lane {
                            _ = try await store.append([batch])
                            _ = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<3 {
                        _ = try await store.vault.rotate(for: VaultFixture.access)
                        try await store.vault.rewrite(in: fixture.base) { await Task.yield() }
                    }
                }
                try await group.waitForAll()
            }
            let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(seen == batches.flatMap(VaultFixture.lines))
            let missing = store.vault.statistics.missing
            #expect(missing == 0)
            let epochs = try await fixture.values.epochs()
            #expect(epochs.map(\.number) == [4])
        }
    }

    @Test func aRotationThatOvertakesRewritingLosesNothing() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let (before, stream) = (try VaultFixture.visits(isPrivate: false), try VaultFixture.visits())
        try await fixture.base.install([before])
        _ = try await fixture.base.append([VaultFixture.batch(0..<2600, before)])
        let store = try await fixture.start([stream])
        var pauses = 0
        try await store.vault.rewrite(in: fixture.base) {
            pauses += 1
            if pauses == 3 { _ = try await store.vault.rotate(for: VaultFixture.access) }
        }
        let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
        #expect(seen == VaultFixture.lines(VaultFixture.batch(0..<2600, stream)))
        let epochs = try await fixture.values.epochs()
        #expect(epochs.map(\.number) == [2])
    }

    @Test func noSecretIsDestroyedOnAWrongNote() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let stream = try VaultFixture.visits()
        let batch = VaultFixture.batch(0..<700, stream)
        let store = try await fixture.start([stream])
        _ = try await store.append([batch])
        _ = try await store.vault.rotate(for: VaultFixture.access)
        try await fixture.values.note(VaultProgress(stream: "visits", person: VaultFixture.people[0], position: nil))
        try await store.vault.rewrite(in: fixture.base) {}
        let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
        #expect(seen == VaultFixture.lines(batch))
    }

    @Test func oldSecretsStayWhileADefinitionIsMissing() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let (stream, more) = (try VaultFixture.visits(), try VaultFixture.visits(alsoPrivate: ["mood"]))
        let batch = VaultFixture.batch(0..<10, stream)
        var store = try await fixture.start([stream])
        _ = try await store.append([batch])
        _ = try await store.vault.rotate(for: VaultFixture.access)
        store = try await fixture.start([])
        try await store.vault.rewrite(in: fixture.base) {}
        let blocked = try await store.vault.overview()
        #expect(blocked.rewriting?.blockedBy == ["visits"])
        #expect(blocked.epochs.count == 2)
        let refusal = await #expect(throws: HearthError.self) {
            _ = try await store.vault.rotate(for: VaultFixture.access)
        }
        #expect(refusal?.code == .conflict)
        // Back again, with one more private field.
        store = try await fixture.start([more])
        try await store.vault.rewrite(in: fixture.base) {}
        let seen = try await VaultFixture.lines(of: more, in: store.opened(for: VaultFixture.access))
        #expect(seen == VaultFixture.lines(batch))
        let stored = VaultFixture.lines(try await fixture.stored(more)).joined()
        #expect(!stored.contains("mood"))
        let epochs = try await fixture.values.epochs()
        #expect(epochs.map(\.number) == [2])
    }

    @Test func anotherVaultsSecretIsRefused() async throws {
        let (first, second) = (try VaultFixture(), try VaultFixture())
        defer {
            first.remove()
            second.remove()
        }
        _ = try await first.start([])
        let failure = await #expect(throws: HearthError.self) {
            _ = try await TokenVault.open(
                store: first.values, audit: first.log(), folder: VaultKeyFolder(home: second.home),
                time: FixedTime(time: VaultFixture.now))
        }
        #expect(failure?.code == .keyMissing)
        _ = try await second.start([])
        let mixed = await #expect(throws: HearthError.self) {
            _ = try await TokenVault.open(
                store: first.values, audit: first.log(), folder: VaultKeyFolder(home: second.home),
                time: FixedTime(time: VaultFixture.now))
        }
        #expect(mixed?.code == .keyMalformed)
    }

    @Test func theCatalogueSaysNoNames() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let base = MemoryCatalogueStore()
        let now = VaultFixture.now
        let person = Person(id: VaultFixture.people[0], name: "Ada", timeZone: "Europe/Berlin", createdAt: now)
        let device = Device(
            id: VaultFixture.devices[0], person: person.id, name: "Ada's phone", kind: "phone",
            metadata: ["serial": "S1"], createdAt: now, updatedAt: now)
        // From before there was a vault.
        try await base.insert(person)
        try await base.insert(device)
        for _ in 0..<2 {
            let vault = try await fixture.start([]).vault
            let catalogue = try await VaultedCatalogueStore.open(base: base, vault: vault, ring: fixture.ring)
            let people = try await catalogue.people()
            let devices = try await catalogue.devices()
            #expect(people == [person])
            #expect(devices == [device])
            let names = try await base.people().map(\.name) + base.devices().map(\.name)
            #expect(names == ["sealed", "sealed"])
            let metadata = try await base.devices().map(\.metadata)
            #expect(metadata == [[:]])
        }
    }
}
