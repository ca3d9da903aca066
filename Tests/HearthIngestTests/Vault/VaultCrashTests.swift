import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Testing

/// A program is killed before each of its writes in turn; the next one must find every value.
@Suite("Vault, killed at every step")
struct VaultCrashTests {
    /// Runs `work` again and again, killed before its first write, its second, and so on, each time in a new household.
    /// - Parameters:
    ///   - prepare: What is there before.
    ///   - work: Must end well when nobody kills it.
    ///   - check: With a program that started after the kill.
    /// - Returns: how many times it was killed.
    private static func killAtEveryWrite(
        prepare: (VaultFixture) async throws -> Void, work: (VaultFixture) async throws -> Void,
        check: (VaultFixture) async throws -> Void
    ) async throws -> Int {
        var kills = 0
        while true {
            let fixture = try VaultFixture()
            defer { fixture.remove() }
            try await prepare(fixture)
            fixture.crashes.crash(before: kills)
            do {
                try await work(fixture)
            } catch {
                guard fixture.crashes.hasCrashed else { throw error }
            }
            let wasKilled = fixture.crashes.hasCrashed
            fixture.crashes.revive()
            try await check(fixture)
            if !wasKilled { return kills }
            kills += 1
        }
    }

    @Test func mintedValuesAreThereWhenTheirReadingsAre() async throws {
        let stream = try VaultFixture.visits()
        let batch = VaultFixture.batch(0..<20, stream)
        let kills = try await Self.killAtEveryWrite { _ in
        } work: { fixture in
            let store = try await fixture.start([stream])
            _ = try await store.append([batch])
        } check: { fixture in
            let store = try await fixture.start([stream])
            let opened = store.opened(for: VaultFixture.access)
            let found = try await VaultFixture.lines(of: stream, in: opened)
            #expect(found.isEmpty || found == VaultFixture.lines(batch))
            // The client did not hear of it and sends it again.
            let outcomes = try await store.append([batch])
            #expect(outcomes[0].stored == (found.isEmpty ? 20 : 0))
            let all = try await VaultFixture.lines(of: stream, in: opened)
            #expect(all == VaultFixture.lines(batch))
            let leaks = try await fixture.leaks(stream)
            #expect(leaks.isEmpty)
        }
        // The epoch, the key of the person, fields, values, readings.
        #expect(kills >= 5)
    }

    @Test func clearReadingsBecomeTokensWithoutLoss() async throws {
        let (before, stream) = (try VaultFixture.visits(isPrivate: false), try VaultFixture.visits())
        // More than two steps of rewriting.
        let batch = VaultFixture.batch(0..<1100, stream)
        let other = VaultFixture.batch(0..<10, stream, person: 1)
        let kills = try await Self.killAtEveryWrite { fixture in
            try await fixture.base.install([before])
            _ = try await fixture.base.append([VaultFixture.batch(0..<1100, before)])
            _ = try await fixture.base.append([VaultFixture.batch(0..<10, before, person: 1)])
        } work: { fixture in
            let store = try await fixture.start([stream])
            try await store.vault.rewrite(in: fixture.base) {}
        } check: { fixture in
            let store = try await fixture.start([stream])
            let opened = store.opened(for: VaultFixture.access)
            let midway = try await VaultFixture.lines(of: stream, in: opened)
            #expect(midway == VaultFixture.lines(batch))
            try await store.vault.rewrite(in: fixture.base) {}
            let after = try await VaultFixture.lines(of: stream, in: opened)
            let others = try await VaultFixture.lines(of: stream, in: opened, person: 1)
            #expect(after == VaultFixture.lines(batch))
            #expect(others == VaultFixture.lines(other))
            let leaks = try await fixture.leaks(stream) + fixture.leaks(stream, person: 1)
            #expect(leaks.isEmpty)
            let states = Set(try await fixture.values.fields().map(\.state))
            #expect(states == [.sealed])
        }
        #expect(kills >= 12)
    }

    @Test func rotationLosesNothing() async throws {
        let stream = try VaultFixture.visits()
        let batch = VaultFixture.batch(0..<1100, stream)
        let late = VaultFixture.batch(1100..<1110, stream)
        let kills = try await Self.killAtEveryWrite { fixture in
            let store = try await fixture.start([stream])
            _ = try await store.append([batch])
            try await store.vault.seal([(VaultFixture.people[0], "Ada")])
        } work: { fixture in
            let store = try await fixture.start([stream])
            _ = try await store.vault.rotate(for: VaultFixture.access)
            _ = try await store.append([late])
            try await store.vault.rewrite(in: fixture.base) {}
        } check: { fixture in
            var store = try await fixture.start([stream])
            _ = try await store.append([late])
            let midway = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(midway == VaultFixture.lines(batch) + VaultFixture.lines(late))
            try await store.vault.rewrite(in: fixture.base) {}
            // Another start finds nothing left to do.
            store = try await fixture.start([stream])
            let needsMore = store.vault.needsRewriting
            #expect(!needsMore)
            let epochs = try await fixture.values.epochs()
            #expect(epochs.count == 1)
            let after = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
            #expect(after == VaultFixture.lines(batch) + VaultFixture.lines(late))
            let names = try await store.vault.identities()
            #expect(names[VaultFixture.people[0]] == "Ada")
            let keys = Set(try await fixture.values.keys().map(\.id))
            let entries = await fixture.values.entries
            #expect(entries.values.allSatisfy { keys.contains($0.key) })
            let report = try await fixture.log().verify()
            #expect(report.problem == nil)
        }
        #expect(kills >= 15)
    }

    @Test func erasureIsFinishedAndTouchesNobodyElse() async throws {
        let stream = try VaultFixture.visits()
        let mine = VaultFixture.batch(0..<40, stream)
        let other = VaultFixture.batch(0..<40, stream, person: 1)
        let kills = try await Self.killAtEveryWrite { fixture in
            _ = try await fixture.start([stream]).append([mine, other])
        } work: { fixture in
            _ = try await fixture.start([stream]).erase(person: VaultFixture.people[0], device: nil)
        } check: { fixture in
            let store = try await fixture.start([stream])
            let opened = store.opened(for: VaultFixture.access)
            let left = try await VaultFixture.lines(of: stream, in: opened)
            let keys = try await fixture.values.keys().map(\.person)
            // Either nothing has begun, or all of it is over.
            if left.isEmpty {
                #expect(!keys.contains(VaultFixture.people[0]))
            } else {
                #expect(left == VaultFixture.lines(mine))
            }
            let others = try await VaultFixture.lines(of: stream, in: opened, person: 1)
            #expect(others == VaultFixture.lines(other))
            let begun = try await fixture.values.erasures()
            #expect(begun.isEmpty)
        }
        #expect(kills >= 4)
    }

    @Test func publicFieldsGetTheirValuesBack() async throws {
        let (stream, after) = (try VaultFixture.visits(), try VaultFixture.visits(isPrivate: false))
        let batch = VaultFixture.batch(0..<600, stream)
        let late = VaultFixture.batch(600..<610, after)
        let kills = try await Self.killAtEveryWrite { fixture in
            _ = try await fixture.start([stream]).append([batch])
        } work: { fixture in
            let store = try await fixture.start([after])
            _ = try await store.append([late])
            try await store.vault.rewrite(in: fixture.base) {}
        } check: { fixture in
            let store = try await fixture.start([after])
            _ = try await store.append([late])
            let midway = try await VaultFixture.lines(of: after, in: store.opened(for: VaultFixture.access))
            #expect(midway == VaultFixture.lines(batch) + VaultFixture.lines(late))
            try await store.vault.rewrite(in: fixture.base) {}
            let stored = try await VaultFixture.lines(of: after, in: fixture.base)
            #expect(stored == VaultFixture.lines(batch) + VaultFixture.lines(late))
        }
        #expect(kills >= 5)
    }
}
