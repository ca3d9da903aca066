import Foundation
import HearthCore
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Whether the real program is there to be killed.
private let isProgramBuilt = ServerProcess.program != nil

/// `kill -9` of the real program while it takes segments in.
@Suite("Spool crash", .serialized, .enabled(if: isProgramBuilt, "the program hearth is not beside the tests"))
struct SpoolCrashTests {
    static let rounds = ProcessInfo.processInfo.environment["HEARTH_SPOOL_ROUNDS"].flatMap(Int.init) ?? 100

    private static let settings = [
        "HEARTH_SPOOL_MIN_FILES": "2", "HEARTH_SPOOL_MAX_AGE_SECONDS": "1",
    ]

    @Test func segmentsAreTakenInOnceHoweverOftenItIsKilled() throws {
        let household = try Household()
        defer { household.remove() }
        var random = Seeded(20_261_121)
        var server = try ServerProcess(home: household.home, environment: Self.settings)
        let device = try Household.registerDevice("spool", on: server)
        let writer = SegmentWriter(home: household.home, device: device)
        var midway = 0
        for round in 1...Self.rounds {
            for _ in 0..<Int.random(in: 1...3, using: &random) { try writer.write(using: &random) }
            usleep(UInt32.random(in: 1000...120_000, using: &random))
            server.kill()
            if try !writer.names(in: "processing").isEmpty { midway += 1 }
            server = try ServerProcess(home: household.home, environment: Self.settings)
            // Now and then a start is killed, too.
            if round % 5 == 0 {
                usleep(UInt32.random(in: 0...20_000, using: &random))
                server.kill()
                server = try ServerProcess(home: household.home, environment: Self.settings)
            }
        }
        let batches = try Self.settled(writer, server)
        var totals = (accepted: 0, duplicates: 0, rejected: 0, files: 0)
        for batch in batches {
            let readings = batch["readings"]
            totals.accepted += Int(readings?["accepted"]?.int64 ?? 0)
            totals.duplicates += Int(readings?["duplicates"]?.int64 ?? 0)
            totals.rejected += Int(readings?["rejected"]?.int64 ?? 0)
            totals.files += Int(batch["file_count"]?.int64 ?? 0)
        }
        let stored = try Household.stored(of: device, on: server)
        print(
            "spool crash: \(Self.rounds) rounds of kill -9, \(midway) of them within a batch; \(writer.files) segments, "
                + "\(totals.accepted) readings accepted, \(totals.duplicates) duplicates, \(totals.rejected) rejected")
        // Else nothing was interrupted, and nothing is proved.
        #expect(midway > Self.rounds / 20)
        #expect(totals.files == writer.files)
        #expect(totals.accepted == writer.fresh)
        #expect(totals.duplicates == writer.repeated)
        #expect(totals.rejected == writer.bad)
        #expect(stored.count == writer.fresh)
        #expect(stored.values.allSatisfy { $0 == 1 })
        #expect(try writer.names(in: "archive").count == writer.files - writer.badFiles)
        #expect(try writer.names(in: "failed").count == 2 * writer.badFiles)
        #expect(server.stop() == 0)
    }

    /// Waits until nothing waits and nothing is under way.
    /// - Returns: every batch.
    private static func settled(_ writer: SegmentWriter, _ server: ServerProcess) throws -> [JSONValue] {
        let connection = try RawConnection(port: server.port)
        for _ in 0..<600 {
            var batches: [JSONValue] = []
            var cursor: String?
            repeat {
                let query = "?limit=200" + (cursor.map { "&cursor=\($0)" } ?? "")
                let answer = try connection.request("GET", "/spool" + query)
                guard answer.status == 200 else { throw CrashFailure("no spool: status \(answer.status)") }
                let page = try JSONValue(parsing: answer.body)
                batches += page["items"]?.array ?? []
                cursor = page["next_cursor"]?.string
            } while cursor != nil
            let isOver = batches.allSatisfy { $0["status"]?.string != "ingesting" }
            if isOver, try writer.names(in: "incoming").isEmpty, try writer.names(in: "processing").isEmpty {
                return batches
            }
            usleep(100_000)
        }
        throw CrashFailure("the spool did not come to rest")
    }
}

/// Writes segments as another program would, and keeps book of what they hold.
private final class SegmentWriter {
    let home: String
    let device: String
    private(set) var files = 0
    private(set) var badFiles = 0
    /// Readings by what must become of them.
    private(set) var fresh = 0
    private(set) var repeated = 0
    private(set) var bad = 0

    init(home: String, device: String) {
        self.home = home
        self.device = device
    }

    /// A segment of some hundred new readings in frames of different sizes; some have readings that are known, some bad
    /// ones.
    func write(using random: inout Seeded) throws {
        var segment = MessagePackWriter()
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let count = Int.random(in: 1...400, using: &random)
            let again = fresh > 100 && Int.random(in: 0..<3, using: &random) == 0 ? 50 : 0
            append(fresh - again..<fresh + count, to: &segment)
            fresh += count
            repeated += again
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            segment.write([
                "stream": "heartrate", "device_id": .string(device), "readings": [["bpm": 60], ["bpm": 61]],
            ])
            bad += 2
            badFiles += 1
        }
        let temporary = home + "/spool/part"
        try Data(segment.bytes).write(to: URL(fileURLWithPath: temporary))
        guard rename(temporary, home + "/spool/incoming/segment-\(files).msgpack") == 0 else {
            throw CrashFailure("a segment could not be put into the spool")
        }
        files += 1
    }

    private func append(_ numbers: Range<Int>, to segment: inout MessagePackWriter) {
        segment.map(count: 3)
        segment.write("stream")
        segment.write("heartrate")
        segment.write("device_id")
        segment.write(device)
        segment.write("readings")
        segment.array(count: numbers.count)
        for number in numbers {
            segment.map(count: 3)
            segment.write("timestamp")
            segment.write(LoadClient.milliseconds(of: number))
            segment.write("bpm")
            segment.write(40 + number % 200)
            segment.write("n")
            segment.write(number)
        }
    }

    /// Names below a folder of the spool; those of batches count, not their folders.
    func names(in place: String) throws -> [String] {
        let root = home + "/spool/" + place
        return try FileManager.default.contentsOfDirectory(atPath: root).flatMap { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isFolder)
            return isFolder.boolValue ? try FileManager.default.contentsOfDirectory(atPath: root + "/" + name) : [name]
        }
    }
}
