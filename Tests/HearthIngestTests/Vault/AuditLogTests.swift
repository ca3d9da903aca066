import HearthCore
import HearthIngest
import HearthStore
import HearthTesting
import HearthVault
import Synchronization
import Testing

@Suite("The audit log")
struct AuditLogTests {
    private final class Paper: Sendable {
        let last = Mutex<(sequence: Int64, hash: [UInt8])?>(nil)

        var witness: AuditLog.Witness {
            AuditLog.Witness(
                note: { sequence, hash in self.last.withLock { $0 = (sequence, hash) } },
                last: { self.last.withLock { $0 } })
        }
    }

    private static func fill(_ log: AuditLog, _ count: Int) async throws {
        for number in 0..<count {
            try await log.record(
                .resolve(stream: "gps", of: VaultFixture.people[0], fields: ["latitude"], tokens: number, missing: 0),
                by: VaultFixture.access)
        }
    }

    @Test func recordsOfManyCallersAreOneChain() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let log = fixture.log()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await Self.fill(log, 25) } }
            try await group.waitForAll()
        }
        // Another program goes on with it.
        try await Self.fill(fixture.log(), 3)
        let found = try await fixture.log().verify()
        #expect(found.problem == nil)
        #expect(found.records == 203)
        #expect(found.last == 203)
    }

    @Test(arguments: ["body", "time", "hash", "both"]) func aChangedRecordIsFound(_ what: String) async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let log = fixture.log()
        try await Self.fill(log, 10)
        await fixture.values.tamper(4) { record in
            if what == "body" || what == "both" {
                record.body = record.body.replacing("\"tokens\":3", with: "\"tokens\":0")
            }
            if what == "time" { record.time = record.time + .seconds(1) }
            if what == "hash" || what == "both" { record.hash[0] ^= 1 }
        }
        let found = try await log.verify()
        #expect(found.problem?.sequence == 4)
    }

    @Test func aLogThatLostItsEndIsFound() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let paper = Paper()
        let log = fixture.log(witness: paper.witness)
        try await Self.fill(log, 10)
        try await log.close()
        await fixture.values.cutAudit(after: 7)
        let found = try await fixture.log(witness: paper.witness).verify()
        #expect(found.problem?.sequence == 8)
        // Written anew, the chain is whole and yet another one.
        try await Self.fill(fixture.log(), 5)
        let again = try await fixture.log(witness: paper.witness).verify()
        #expect(again.problem?.sequence == 10)
    }

    @Test func oldRecordsGoBehindAnAnchor() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        var limits = AuditLog.Limits()
        limits.kept = 20
        limits.slack = 5
        let log = fixture.log(limits)
        try await Self.fill(log, 100)
        let found = try await log.verify()
        #expect(found.problem == nil)
        #expect(found.last == 100)
        #expect(found.records >= 20 && found.records <= 25)
        #expect(found.dropped == 100 - Int64(found.records))
        try await Self.fill(fixture.log(limits), 1)
        let next = try await fixture.log(limits).verify()
        #expect(next.problem == nil)
        await fixture.values.tamper(found.dropped + 1) { $0.body = "{}" }
        let broken = try await fixture.log(limits).verify()
        #expect(broken.problem?.sequence == found.dropped + 1)
    }

    @Test func nothingIsShownWhenTheRecordCannotBeWritten() async throws {
        let fixture = try VaultFixture()
        defer { fixture.remove() }
        let stream = try VaultFixture.visits()
        let store = try await fixture.start([stream])
        _ = try await store.append([VaultFixture.batch(0..<3, stream)])
        fixture.crashes.crash(before: 0)
        await #expect(throws: HearthError.self) {
            _ = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
        }
        fixture.crashes.revive()
        let seen = try await VaultFixture.lines(of: stream, in: store.opened(for: VaultFixture.access))
        #expect(seen.count == 3)
    }
}
