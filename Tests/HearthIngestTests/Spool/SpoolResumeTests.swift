import Foundation
import HearthCore
import HearthStore
import HearthTesting
import Synchronization
import Testing

@testable import HearthIngest

/// Whatever moment the program is killed at, the next start goes on exactly there. The kill itself is tested with the
/// real program in `CrashTests`; here each moment is met for certain.
@Suite("The spool after a kill")
struct SpoolResumeTests {
    private static let expected = [
        SpoolTotals(accepted: 70), SpoolTotals(accepted: 30, duplicates: 20, rejected: 2), SpoolTotals(accepted: 5),
    ]

    /// Three files: a whole one, one that knows some readings already and has bad ones, and a torn one.
    private func fill(_ fixture: SpoolFixture) throws {
        try fixture.put(
            "a.msgpack",
            SpoolFixture.segment([fixture.frame(0..<33), fixture.frame(33..<34), fixture.frame(34..<70)]))
        let bad: JSONValue = ["stream": "heartrate", "readings": [["bpm": 1], ["bpm": 2]]]
        try fixture.put(
            "b.msgpack", SpoolFixture.segment([fixture.frame(50..<80), bad, fixture.frame(80..<100)]))
        try fixture.put("c.msgpack", SpoolFixture.segment([fixture.frame(100..<105)]) + [0xdc, 0])
    }

    private var limits: SpoolLimits {
        var limits = SpoolLimits()
        // Frames are cut into several portions.
        (limits.portionReadings, limits.readBytes) = (10, 64)
        return limits
    }

    private func verify(_ fixture: SpoolFixture, after moment: String) async throws {
        let batches = try await fixture.home.store.batches(before: nil, limit: 10)
        let files = batches.flatMap(\.files).sorted { $0.name < $1.name }
        #expect(files.map(\.totals) == Self.expected, "\(moment)")
        #expect(files.map(\.outcome) == [.stored, .failed, .failed], "\(moment)")
        #expect(batches.allSatisfy { $0.finishedAt != nil }, "\(moment)")
        #expect(try await fixture.stored() == 105, "\(moment)")
        #expect(fixture.names(in: "incoming") + fixture.names(in: "processing") == [], "\(moment)")
        #expect(fixture.names(in: "archive") == ["a.msgpack"], "\(moment)")
        #expect(
            fixture.names(in: "failed")
                == ["b.msgpack", "b.msgpack.reason.json", "c.msgpack", "c.msgpack.reason.json"], "\(moment)")
        let batch = try #require(batches.first { $0.files.contains { $0.name == "b.msgpack" } })
        let number = try #require(batch.files.firstIndex { $0.name == "b.msgpack" })
        let rejects = try await fixture.home.store.rejects(of: .init(tag: batch.tag, number: number), limit: 100)
        #expect(rejects.map(\.reading) == [0, 1], "\(moment)")
    }

    @Test func killedAtEveryMomentOnceItGoesOnExactlyThere() async throws {
        var moments: [SpoolService.Stage] = []
        var kill = 0
        while true {
            let fixture = try await SpoolFixture()
            try fill(fixture)
            let met = Mutex<[SpoolService.Stage]>([])
            let target = kill
            let spool = fixture.spool(SpoolFixture.eager, limits) { stage in
                let count = met.withLock { met in
                    met.append(stage)
                    return met.count
                }
                if count - 1 == target { throw Killed() }
            }
            do {
                try await fixture.settle(spool)
                moments = met.withLock { $0 }
                break
            } catch is Killed {
                try await fixture.settle(fixture.spool(SpoolFixture.eager, limits))
                try await verify(fixture, after: "kill \(kill) at \(String(describing: met.withLock { $0.last }))")
            }
            kill += 1
        }
        #expect(kill == moments.count)
        #expect(Set(moments).count == 10)
        #expect(moments.filter { $0 == .stored }.count > 12)
    }

    @Test("Killed again and again at random moments, a hundred rounds")
    func killedManyTimes() async throws {
        var random = SplitMix64(seed: 20_261_121)
        var kills = 0
        for round in 0..<100 {
            let fixture = try await SpoolFixture()
            try fill(fixture)
            while true {
                let left = Mutex(Int.random(in: 1...12, using: &random))
                let spool = fixture.spool(SpoolFixture.eager, limits) { _ in
                    let isOver = left.withLock { left in
                        left -= 1
                        return left == 0
                    }
                    if isOver { throw Killed() }
                }
                do {
                    try await fixture.settle(spool)
                    break
                } catch is Killed {
                    kills += 1
                }
            }
            try await verify(fixture, after: "round \(round)")
        }
        #expect(kills > 200)
    }

    @Test func whatWasMovedHalfIsTakenInInTwoBatches() async throws {
        let fixture = try await SpoolFixture()
        try fill(fixture)
        // Killed between two renames: one file has moved, and there is no manifest.
        let tag = "20261121T000000.000000Z-00000000"
        #expect(mkdir(fixture.path("processing/\(tag)"), 0o700) == 0)
        #expect(rename(fixture.path("incoming/a.msgpack"), fixture.path("processing/\(tag)/a.msgpack")) == 0)
        // And of another batch nothing yet.
        #expect(mkdir(fixture.path("processing/20261121T000001.000000Z-00000000"), 0o700) == 0)
        try await fixture.settle(fixture.spool(SpoolFixture.eager, limits))
        try await verify(fixture, after: "half")
        #expect(try await fixture.home.store.batch(tag)?.files.map(\.name) == ["a.msgpack"])
    }
}
