import Foundation
import HearthCore
import HearthTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Whether the real program is there to be killed.
private let isProgramBuilt = ServerProcess.program != nil

/// `kill -9` of the real program between what happened and the webhook that tells of it.
@Suite("Webhook crash", .serialized, .enabled(if: isProgramBuilt, "the program hearth is not beside the tests"))
struct NotifyCrashTests {
    private static let rounds = 12

    @Test func everyBatchIsToldOfHoweverOftenItIsKilled() throws {
        let household = try Household()
        defer { household.remove() }
        var random = Seeded(20_261_122)
        // Refuses every other call, so that some tries are always still to come.
        let receiver = try WebhookReceiver { _, number in .status(number % 2 == 0 ? 503 : 200) }
        let targets: JSONValue = [
            "targets": [
                ["name": "home", "url": .string(receiver.url), "events": "gate.*", "rate_per_second": 1000]
            ]
        ]
        let settings = [
            "HEARTH_SPOOL_MIN_FILES": "1", "HEARTH_SPOOL_MAX_AGE_SECONDS": "0",
            "HEARTH_FETCH_ALLOW": "127.0.0.1", "HEARTH_NOTIFY": targets.text,
        ]
        var server = try ServerProcess(home: household.home, environment: settings)
        let device = try Household.registerDevice("spool", on: server)
        for round in 0..<Self.rounds {
            try Self.write(round, device, household.home)
            usleep(UInt32.random(in: 0...80_000, using: &random))
            server.kill()
            server = try ServerProcess(home: household.home, environment: settings)
        }
        receiver.answer { _, _ in .status(200) }
        let batches = try Self.settled(server)
        #expect(batches.count > 0)
        let expected = Set(batches.flatMap { ["gate.open \($0)", "gate.done \($0)"] })
        func told() -> [(name: String, id: String)] {
            receiver.requests.map { request in
                (
                    "\(request.json["kind"]?.string ?? "") \(request.json["order"]?.string ?? "")",
                    request.headers["idempotency-key"] ?? ""
                )
            }
        }
        for _ in 0..<600 where !expected.isSubset(of: Set(told().map(\.name))) { usleep(100_000) }
        let all = told()
        #expect(Set(all.map(\.name)) == expected)
        // What came several times came under one key.
        #expect(Set(all.map { "\($0.name) \($0.id)" }).count == expected.count)
        for batch in batches {
            let first = all.firstIndex { $0.name == "gate.done \(batch)" } ?? 0
            #expect(all[..<first].contains { $0.name == "gate.open \(batch)" }, "\(batch)")
        }
        #expect(server.stop() == 0)
    }

    private static func write(_ round: Int, _ device: String, _ home: String) throws {
        var segment = MessagePackWriter()
        segment.write([
            "stream": "heartrate", "device_id": .string(device),
            "readings": .array(
                (0..<50).map { ["timestamp": .integer(Int64(1_795_000_000 + round * 100 + $0)), "bpm": 60] }),
        ])
        let temporary = home + "/spool/part"
        try Data(segment.bytes).write(to: URL(fileURLWithPath: temporary))
        guard rename(temporary, home + "/spool/incoming/segment-\(round).msgpack") == 0 else {
            throw CrashFailure("a segment could not be put into the spool")
        }
    }

    /// Waits until nothing waits and nothing is under way.
    /// - Returns: the tags of all batches.
    private static func settled(_ server: ServerProcess) throws -> [String] {
        for _ in 0..<600 {
            let answer = try RawConnection(port: server.port).request("GET", "/spool?limit=200")
            let page = try JSONValue(parsing: answer.body)
            let batches = page["items"]?.array ?? []
            let files = batches.reduce(0) { $0 + Int($1["file_count"]?.int64 ?? 0) }
            if files == rounds, batches.allSatisfy({ $0["status"]?.string == "done" }) {
                return batches.compactMap { $0["batch"]?.string }
            }
            usleep(100_000)
        }
        throw CrashFailure("the spool did not come to rest")
    }
}
