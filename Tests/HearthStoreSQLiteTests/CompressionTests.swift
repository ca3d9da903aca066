import Foundation
import GRDB
import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@testable import HearthStoreSQLite

@Suite("Compression of recorded motion", .enabled(if: TestData.has("har-geotec"), "needs the shared test data"))
struct CompressionTests {
    private static let person = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0001)

    /// The recordings of all phones and watches, each as a device that sends once a second.
    private static func recordings(
        _ stream: StreamDefinition, columns: Range<Int>, digest: ReadingDigest
    ) throws -> [ReadingBatch] {
        let files = try TestData.names(in: "har-geotec/DATA").filter { !$0.contains(".") }.flatMap { folder in
            try TestData.names(in: "har-geotec/DATA/\(folder)").map { "har-geotec/DATA/\(folder)/\($0)" }
        }
        return try files.map { file in
            let name = file.split(separator: "/").last ?? ""
            // s11_03_sp.csv: subject, recording, phone or watch.
            let parts = name.split(separator: ".")[0].split(separator: "_")
            let number = (UInt64(parts[0].dropFirst()) ?? 0) << 1 | (parts[2] == "sw" ? 1 : 0)
            let device = UniqueID(high: 0x7000, low: 0x8000_0000_0000_0000 | number)
            var batch = ReadingBatch(stream: stream)
            let text = String(decoding: try TestData.bytes(file), as: UTF8.self)
            for line in text.split(whereSeparator: \.isNewline).dropFirst() {
                let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                let milliseconds = try #require(Int64(cells[6]))
                batch.heads.append(
                    ReadingHead(
                        person: person, device: device, timestamp: Timestamp(microseconds: milliseconds * 1000),
                        received: Timestamp(microseconds: (milliseconds / 1000 + 1) * 1_000_000 + 35_417)))
                for column in columns { batch.cells.append(.real(try #require(Double(cells[column])))) }
                batch.cells.append(.null)
            }
            digest.seal(&batch)
            return batch
        }
    }

    @Test("Chunks are at least five times smaller than rows, and exact", arguments: ["accelerometer", "gyroscope"])
    func ratio(name: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let stream = try #require(try StreamRegistry(StreamRegistry.shipped())[name])
        let store = try await SQLiteReadingStore.open(
            path: folder.path("streams.db"), digest: ContractReadings.digest)
        try await store.install([stream])
        let batches = try Self.recordings(
            stream, columns: name == "accelerometer" ? 0..<3 : 3..<6, digest: ContractReadings.digest)
        let stored = try await store.append(batches).reduce(0) { $0 + $1.stored }
        #expect(stored > 50_000)
        let rowBytes = try await size(store, like: "\(stream.table)%")
        let query = ReadingQuery(stream: stream, person: Self.person, order: .oldestFirst)
        let before = try await store.page(query, after: nil, limit: 1_000_000)
        let report = try await store.compact(stream, before: Timestamp(microseconds: 4_000_000_000_000_000))
        #expect(report.readings == stored)
        let chunkBytes = try await size(store, like: "hearth_chunks%")
        let after = try await store.page(query, after: nil, limit: 1_000_000)
        #expect(before.heads == after.heads)
        #expect(before.cells == after.cells)
        let ratio = Double(rowBytes) / Double(chunkBytes)
        #expect(ratio >= 5)
        let perReading = [rowBytes, chunkBytes, report.chunkBytes].map {
            String(format: "%.1f", Double($0) / Double(stored))
        }
        print(
            """
            \(name): \(stored) readings, bytes per reading \(perReading[0]) as rows, \(perReading[1]) as chunks \
            (\(perReading[2]) without pages), ratio \(String(format: "%.1f", ratio)), \(report.chunks) chunks
            """)
        try await store.close()
    }

    /// Bytes of the pages of tables and indexes.
    private func size(_ store: SQLiteReadingStore, like pattern: String) async throws -> Int {
        try await store.file.write { db in
            try Int.fetchOne(db, sql: "SELECT sum(pgsize) FROM dbstat WHERE name LIKE ?", arguments: [pattern]) ?? 0
        }
    }
}
