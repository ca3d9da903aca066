import Foundation
import GRDBSQLite
import HearthCore
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthVault

/// Appending to the store without a server before it, and the compression of recorded sensor data.
enum StorageBench {
    /// A stream's rows, for comparing; the recordings have no text.
    private struct StoredColumns: Equatable {
        var heads: [ReadingHead]
        var cells: [Cell]
    }

    // MARK: Appending

    static func append(home: String) async throws -> JSONValue {
        let household = try await Household(home: home, deviceCount: 4)
        let stream = try household.stream("accelerometer")
        let start = SystemTime().now() - .seconds(86_400)
        var results: [JSONValue] = []
        var next = 0
        for (rows, transactions) in [(1, 500), (64, 500), (1000, 200), (20_000, 20)] {
            let batches = (0..<transactions).map { _ in
                defer { next += rows }
                return synthetic(rows, from: next, stream, household, start)
            }
            let seconds = try await Stopwatch.seconds {
                for batch in batches {
                    let stored = try await household.store.append([batch])[0].stored
                    guard stored == rows else { throw HearthError(.storageFailed, "Rows went missing.") }
                }
            }
            results.append([
                "rows": .integer(Int64(rows)), "transactions_per_second": .real(Double(transactions) / seconds),
                "rows_per_second": .real(Double(rows * transactions) / seconds),
            ])
        }
        try await household.store.close()
        return .array(results)
    }

    private static func synthetic(
        _ rows: Int, from first: Int, _ stream: StreamDefinition, _ household: Household, _ start: Timestamp
    ) -> ReadingBatch {
        var batch = ReadingBatch(stream: stream, minimumCapacity: rows)
        for number in first..<first + rows {
            let device = household.devices[number % household.devices.count]
            batch.heads.append(
                ReadingHead(
                    person: household.principal.person, device: device,
                    timestamp: start + .milliseconds(number * 10 / household.devices.count), received: start))
            batch.cells += [0.0, 1, 2].map { .real(sin(Double(number) / 50 + $0) * 9.81) }
            batch.cells += repeatElement(.null, count: batch.width - 3)
        }
        household.digest.seal(&batch)
        return batch
    }

    // MARK: Compression

    /// Stores every recording as rows, compresses them, and compares bytes and content.
    static func columns(recordings: String, home: String) async throws -> JSONValue {
        let files = try csvFiles(below: recordings)
        let names = ["accelerometer", "gyroscope"]
        var household = try await Household(home: home, deviceCount: files.count)
        let person = household.principal.person
        try await household.store.close()
        let path = home + "/streams.db"
        let emptyBytes = try usedBytes(of: path)
        household = try await household.reopened(home)
        let streams = try names.map(household.stream)
        var readings = 0
        var csvBytes = 0
        for (file, device) in zip(files, household.devices) {
            let text = try String(contentsOf: file, encoding: .utf8)
            csvBytes += text.utf8.count
            let batches = try parse(text, streams, person, device, household.digest)
            readings += try await household.store.append(batches).reduce(0) { $0 + $1.stored }
        }
        let before = try await pages(household, streams, person)
        try await household.store.close()
        let rowBytes = try usedBytes(of: path) - emptyBytes

        household = try await household.reopened(home)
        let cutoff = SystemTime().now()
        var report = CompactionReport()
        let seconds = try await Stopwatch.seconds {
            for stream in streams {
                let part = try await household.store.compact(stream, before: cutoff)
                report.chunks += part.chunks
                report.readings += part.readings
                report.chunkBytes += part.chunkBytes
            }
        }
        var after: [StoredColumns] = []
        let scan = try await Stopwatch.seconds { after = try await pages(household, streams, person) }
        try await household.store.close()
        return [
            "recordings": .integer(Int64(files.count)), "readings": .integer(Int64(readings)),
            "csv_bytes": .integer(Int64(csvBytes)), "row_bytes": .integer(Int64(rowBytes)),
            "chunk_bytes": .integer(Int64(report.chunkBytes)), "chunks": .integer(Int64(report.chunks)),
            "used_bytes_after": .integer(Int64(try usedBytes(of: path) - emptyBytes)),
            "compacted_readings": .integer(Int64(report.readings)), "compact_seconds": .real(seconds),
            "scan_seconds": .real(scan), "is_lossless": .bool(before == after),
        ]
    }

    /// Bytes of the pages in use, wherever they are: the file or its write-ahead log.
    private static func usedBytes(of path: String) throws -> Int {
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else {
            throw HearthError(.storageFailed, "\(path) cannot be opened.")
        }
        func number(_ pragma: String) throws -> Int {
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            guard sqlite3_prepare_v2(database, "PRAGMA \(pragma)", -1, &statement, nil) == SQLITE_OK,
                sqlite3_step(statement) == SQLITE_ROW
            else { throw HearthError(.storageFailed, "\(path) does not tell its \(pragma).") }
            return Int(sqlite3_column_int64(statement, 0))
        }
        return try (number("page_count") - number("freelist_count")) * number("page_size")
    }

    private static func csvFiles(below folder: String) throws -> [URL] {
        let found = FileManager.default.enumerator(at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil)
        return (found?.compactMap { $0 as? URL } ?? [])
            .filter { $0.pathExtension == "csv" && $0.lastPathComponent != "subjects_info.csv" }
            .sorted { $0.path < $1.path }
    }

    /// `x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,timestamp,label`, the time in milliseconds.
    private static func parse(
        _ text: String, _ streams: [StreamDefinition], _ person: UniqueID, _ device: UniqueID, _ digest: ReadingDigest
    ) throws -> [ReadingBatch] {
        var batches = streams.map { ReadingBatch(stream: $0) }
        let received = SystemTime().now()
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let parts = line.split(separator: ",")
            guard parts.count >= 7, let milliseconds = Int64(parts[6]) else {
                throw HearthError(.malformedBody, "A recording has a line that cannot be read: \(line)")
            }
            let time = Timestamp(microseconds: milliseconds * 1000)
            for index in batches.indices {
                batches[index].heads.append(
                    ReadingHead(person: person, device: device, timestamp: time, received: received))
                for column in 0..<batches[index].width {
                    let cell = column < 3 ? Double(parts[index * 3 + column]).map { Cell.real($0 + 0) } : nil
                    batches[index].cells.append(cell ?? .null)
                }
            }
        }
        for index in batches.indices { digest.seal(&batches[index]) }
        return batches
    }

    /// All rows of the streams in order.
    private static func pages(
        _ household: Household, _ streams: [StreamDefinition], _ person: UniqueID
    ) async throws -> [StoredColumns] {
        var all: [StoredColumns] = []
        for stream in streams {
            let query = ReadingQuery(stream: stream, person: person, order: .oldestFirst)
            var position: ReadingPosition?
            var heads: [ReadingHead] = []
            var cells: [Cell] = []
            while true {
                let page = try await household.store.page(query, after: position, limit: 10_000)
                heads += page.heads
                cells += page.cells
                guard page.count == 10_000, let last = page.heads.last else { break }
                position = ReadingPosition(last)
            }
            all.append(StoredColumns(heads: heads, cells: cells))
        }
        return all
    }
}
