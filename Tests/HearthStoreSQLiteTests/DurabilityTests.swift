import Foundation
import GRDB
import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@testable import HearthStoreSQLite

/// What happens when the machine does not play along.
@Suite("Durability")
struct DurabilityTests {
    private let person = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0001)
    private let device = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0002)

    private func batch(_ stream: StreamDefinition, _ numbers: Range<Int>, text: String = "") -> ReadingBatch {
        var batch = ReadingBatch(stream: stream)
        for number in numbers {
            let time = Timestamp(microseconds: 1_742_979_600_000_000 + Int64(number) * 10_000)
            batch.heads.append(ReadingHead(person: person, device: device, timestamp: time, received: time))
            batch.cells += [.real(Double(number) / 10)]
            batch.cells += Array(repeating: .null, count: batch.width - 2)
            batch.cells.append(text.isEmpty ? .null : batch.textCell(text))
        }
        ContractReadings.digest.seal(&batch)
        return batch
    }

    private func open(_ path: String) async throws -> SQLiteReadingStore {
        try await SQLiteReadingStore.open(path: path, digest: ContractReadings.digest)
    }

    private func times(_ store: SQLiteReadingStore, _ stream: StreamDefinition) async throws -> [Int64] {
        let query = ReadingQuery(stream: stream, person: person, order: .oldestFirst)
        return try await store.page(query, after: nil, limit: 1_000_000).heads.map(\.timestamp.microseconds)
    }

    @Test("Every commit waits for the disk")
    func synchronous() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await open(folder.path("streams.db"))
        let mode = try await store.file.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        let journal = try await store.file.write { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == 2)
        #expect(journal == "wal")
        try await store.close()
    }

    @Test("A closed and reopened store goes on where it was, and gives no seq twice")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let stream = try ContractReadings.motion()
        var cursor: ReadingCursor?
        for round in 0..<3 {
            let store = try await open(folder.path("streams.db"))
            try await store.install([stream])
            let before = try await store.statistics(of: stream)
            #expect(before.map(\.count) == (round == 0 ? [] : [10]))
            let known = try await store.append([batch(stream, 0..<10)])
            #expect(known[0].stored == (round == 0 ? 10 : 0))
            // The rows with the highest numbers go; new ones must not take their numbers.
            let deleted = try await store.expire(stream, before: Timestamp(microseconds: .max), limit: 100)
            #expect(deleted == 10)
            _ = try await store.append([batch(stream, 0..<10)])
            let changes = try await store.changes(of: stream, after: cursor, limit: 100)
            #expect(changes.batch.count == 10)
            cursor = changes.cursor
            try await store.close()
        }
    }

    @Test("A copy of the files of a running store has everything acknowledged", arguments: [false, true])
    func crashImage(isTorn: Bool) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let stream = try ContractReadings.motion()
        let store = try await open(folder.path("streams.db"))
        try await store.install([stream])
        for round in 0..<20 {
            _ = try await store.append([batch(stream, round * 50..<(round + 1) * 50)])
            if round == 10 {
                _ = try await store.compact(
                    stream, before: Timestamp(microseconds: 1_742_979_600_000_000 + 7_200_000_000))
            }
            guard round % 7 == 6 || round == 19 else { continue }
            let image = try TemporaryFolder()
            defer { image.remove() }
            for name in ["streams.db", "streams.db-wal"] {
                try FileManager.default.copyItem(atPath: folder.path(name), toPath: image.path(name))
            }
            if isTorn {
                // What a power cut leaves of a transaction that was being written.
                var generator = SplitMix64(seed: UInt64(round))
                let handle = try FileHandle(forWritingTo: image.url.appending(path: "streams.db-wal"))
                try handle.seekToEnd()
                try handle.write(contentsOf: (0..<10_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
                try handle.close()
            }
            let copy = try await open(image.path("streams.db"))
            try await copy.install([stream])
            let found = try await times(copy, stream)
            #expect(found == batch(stream, 0..<(round + 1) * 50).heads.map(\.timestamp.microseconds))
            let again = try await copy.append([batch(stream, 0..<(round + 1) * 50 + 5)])
            #expect(again[0].stored == 5)
            try await copy.close()
        }
        try await store.close()
    }

    @Test("A damaged chunk is named, and the rest stays readable")
    func damagedChunk() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let stream = try ContractReadings.motion()
        var store = try await open(folder.path("streams.db"))
        try await store.install([stream])
        _ = try await store.append([batch(stream, 0..<500)])
        let report = try await store.compact(
            stream, before: Timestamp(microseconds: 1_742_979_600_000_000 + 7_200_000_000))
        #expect(report.readings == 500)
        _ = try await store.append([batch(stream, 1_000_000..<1_000_010)])
        try await store.file.write { db in
            try db.execute(
                sql: """
                    UPDATE hearth_chunks
                    SET data = CAST(substr(data, 1, 100) || x'00ff' || substr(data, 103) AS BLOB)
                    """)
        }
        try await store.close()
        store = try await open(folder.path("streams.db"))
        try await store.install([stream])
        do {
            _ = try await times(store, stream)
            Issue.record("a damaged chunk was read")
        } catch let error as HearthError {
            #expect(error.code == .storageFailed)
            #expect(error.message.contains("Chunk 1 of the stream motion, 2025-03-26T09:00:00Z to "))
            #expect(error.message.contains("checksum"))
            #expect(error.hint != nil)
        }
        var query = ReadingQuery(stream: stream, person: person, order: .oldestFirst)
        query.from = Timestamp(microseconds: 1_742_979_600_000_000 + 7_200_000_000)
        let rest = try await store.page(query, after: nil, limit: 100)
        #expect(rest.count == 10)
        try await store.close()
    }

    @Test("A file that is no database is refused")
    func notADatabase() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(repeating: 7, count: 8192).write(to: folder.url.appending(path: "streams.db"))
        await #expect(throws: HearthError.self) { _ = try await open(folder.path("streams.db")) }
        await #expect(throws: HearthError.self) { _ = try await open(folder.path("missing/streams.db")) }
    }

    @Test("A stream cannot take a table that is not its own")
    func tableNames() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await open(folder.path("streams.db"))
        for table in ["hearth_people", "sqlite_x", "grdb_migrations"] {
            let source = try ContractReadings.events().source.text
                .replacingOccurrences(of: "events_raw", with: table)
            let stream = try StreamDefinition(JSONValue(parsing: source), file: "events.json")
            do {
                try await store.install([stream])
                Issue.record("the table \(table) was given to a stream")
            } catch let error as HearthError {
                #expect(error.code == .schemaIncompatible)
            }
        }
        try await store.close()
    }

    // MARK: Full disk

    @Test(
        "A full disk refuses, keeps what was acknowledged, and recovers without a restart",
        .enabled(if: SmallDisk.isPossible, "needs the right to mount a small tmpfs"))
    func fullDisk() async throws {
        let disk = try SmallDisk(mebibytes: 6)
        defer { disk.remove() }
        let stream = try ContractReadings.motion()
        let store = try await open(disk.path("streams.db"))
        try await store.install([stream])
        try disk.fill(kibibytes: 2048)
        let text = "\"" + String(repeating: "filler ", count: 100) + "\""
        var acknowledged = 0
        var refusal: HearthError?
        while refusal == nil, acknowledged < 20_000 {
            do {
                let outcome = try await store.append([batch(stream, acknowledged..<acknowledged + 100, text: text)])
                #expect(outcome[0].stored == 100)
                acknowledged += 100
            } catch let error as HearthError {
                refusal = error
            }
        }
        #expect(refusal?.code == .storageFull)
        #expect(refusal?.disposition == .retry)
        #expect(refusal?.retryAfter == .seconds(5))
        #expect(acknowledged > 100)
        for _ in 0..<3 {
            await #expect(throws: HearthError.self) {
                _ = try await store.append([batch(stream, acknowledged..<acknowledged + 100, text: text)])
            }
        }
        let counted = try await store.statistics(of: stream)
        #expect(counted.map(\.count) == [acknowledged])
        try disk.free()
        for _ in 0..<5 {
            let outcome = try await store.append([batch(stream, acknowledged..<acknowledged + 100, text: text)])
            #expect(outcome[0].stored == 100)
            acknowledged += 100
        }
        let found = try await times(store, stream)
        #expect(found == batch(stream, 0..<acknowledged).heads.map(\.timestamp.microseconds))
        try await store.probe()
        try await store.close()
    }
}
