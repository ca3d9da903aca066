import Foundation
import HearthCore
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The program that is killed, beside this test bundle.
private let probe: String? = {
    let candidates = [CommandLine.arguments[0]] + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map { [$0] } ?? []
    return (own + candidates).map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().appending(path: "hearth-pipeline-probe").path
    }.first { FileManager.default.isExecutableFile(atPath: $0) }
}()

@Suite("Killing the pipeline", .serialized, .enabled(if: probe != nil, "hearth-pipeline-probe is not beside the tests"))
struct PipelineCrashTests {
    static let rounds = 30

    @Test func workThatIsKilledIsNeitherLostNorDoubled() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-pipeline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = folder.appending(path: "streams.db").path
        var random = SplitMix64(seed: 20_261_121)
        var acknowledged: Set<Int> = []
        var next = 0
        var workedAtKill: [Int] = []
        for _ in 0..<Self.rounds {
            let output = folder.appending(path: "out").path
            let process = try start([database, String(next)], output: output)
            try waitForOutput(output, of: process)
            usleep(UInt32.random(in: 5_000...150_000, using: &random))
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
            let numbers = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").compactMap {
                Int($0)
            }
            acknowledged.formUnion(numbers)
            // What was under way when it was killed may be stored too; the next round goes on behind it.
            next = (numbers.last ?? next) + 2
            workedAtKill.append(try await count("words", in: database))
        }
        let process = try start([database, "0", "finish"], output: folder.appending(path: "out").path)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        #expect(status == 0)
        try await check(database, acknowledged)
        // Else it was never killed amid work, and nothing is proved.
        let words = try await count("words", in: database)
        #expect(Set(workedAtKill).count > Self.rounds / 2)
        print("pipeline crash: \(Self.rounds) rounds of kill -9, \(acknowledged.count) notes, \(words) words")
    }

    private func check(_ database: String, _ acknowledged: Set<Int>) async throws {
        let streams = try PipelineStreams()
        let store = try await SQLiteReadingStore.open(path: database, digest: ContractReadings.digest)
        try await store.install(streams.registry.all)
        let notes = try await store.changes(of: streams.note, after: nil, limit: 1_000_000).batch
        let texts = (0..<notes.count).map { notes.string(notes[$0, 0]) ?? "" }
        let stored = Set(texts.compactMap { $0.split(separator: " ").dropFirst(2).first.flatMap { Int($0) } })
        #expect(acknowledged.isSubset(of: stored))
        #expect(stored.count == texts.count)
        var wanted: [String] = []
        var ids: [String] = []
        for (row, text) in texts.enumerated() where !text.hasSuffix(" bad") {
            for word in text.split(separator: " ") {
                wanted.append("\(notes.heads[row].timestamp) \(word)")
                ids.append(notes.heads[row].recordID.description)
            }
        }
        let words = try await store.changes(of: streams.words, after: nil, limit: 1_000_000).batch
        let found = (0..<words.count).map { "\(words.heads[$0].timestamp) \(words.string(words[$0, 0]) ?? "")" }
        #expect(found.sorted() == wanted.sorted())
        let sources = (0..<words.count).map { words.string(words[$0, 1]) ?? "" }
        #expect(sources.sorted() == ids.map { "{\"id\":\"\($0)\",\"stream\":\"note\"}" }.sorted())
        let letters = try await store.changes(of: streams.letters, after: nil, limit: 1_000_000).batch
        let counts = (0..<letters.count).map { "\(letters.heads[$0].timestamp) \(letters[$0, 0])" }
        let wantedCounts = found.map { line in
            let parts = line.split(separator: " ")
            return "\(parts[0]) \(Cell.integer(Int64(parts[1].count)))"
        }
        #expect(counts.sorted() == wantedCounts.sorted())
        let dead = try await store.deadLetters(of: "words", after: nil, limit: 1_000_000)
        #expect(Set(dead.map(\.reading)).count == dead.count)
        #expect(dead.count == texts.count { $0.hasSuffix(" bad") })
        #expect(try await store.statistics(of: streams.words).map(\.count) == [wanted.count])
        try await store.close()
    }

    private func count(_ name: String, in database: String) async throws -> Int {
        let streams = try PipelineStreams()
        let store = try await SQLiteReadingStore.open(path: database, digest: ContractReadings.digest)
        try await store.install(streams.registry.all)
        let count = try await store.statistics(of: nil).filter { $0.stream == name }.reduce(0) { $0 + $1.count }
        try await store.close()
        return count
    }

    private func start(_ arguments: [String], output: String) throws -> pid_t {
        let program = try #require(probe)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in words { free(pointer) } }
        var process = pid_t()
        let status = posix_spawn(&process, program, &actions, nil, &words, environ)
        try #require(status == 0, "the probe cannot be started: \(String(cString: strerror(status)))")
        return process
    }

    /// Waits until the first note is acknowledged.
    private func waitForOutput(_ path: String, of process: pid_t) throws {
        while ((try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0) == 0 {
            var status: Int32 = 0
            try #require(waitpid(process, &status, WNOHANG) == 0, "the probe ended by itself, with status \(status)")
            usleep(1000)
        }
    }
}
