import Foundation
import HearthCore
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Whether the real program is there to be killed.
private let isProgramBuilt = ServerProcess.program != nil

@Suite("Crash", .serialized, .enabled(if: isProgramBuilt, "the program hearth is not beside the tests"))
struct CrashTests {
    static let rounds = ProcessInfo.processInfo.environment["HEARTH_CRASH_ROUNDS"].flatMap(Int.init) ?? 50

    @Test func acknowledgedReadingsSurviveKilling() throws {
        var household = try Household()
        defer { household.remove() }
        var random = Seeded(20_261_121)
        var slowestStart = 0.0
        var (underWay, answersLost) = (0, 0)
        var server = try ServerProcess(home: household.home)
        try household.registerClients([.named, .single, .batch, .batch, .socket, .socket], on: server)
        for round in 1...Self.rounds {
            let before = household.clients.map(\.next)
            let unanswered = household.clients.map { $0.unanswered.min() ?? $0.next }
            let stop = Flag()
            var team = ThreadTeam()
            let port = server.port
            for client in household.clients { team.start { client.work(port: port, until: stop) } }
            usleep(UInt32.random(in: 10_000...250_000, using: &random))
            server.kill()
            stop.set()
            team.join()
            underWay += household.clients.reduce(0) { $0 + $1.unanswered.count }
            // Every third time the power went while the log was being written to.
            if round % 3 == 0 { try Self.tearLog(of: household.home, using: &random) }
            server = try ServerProcess(home: household.home)
            slowestStart = max(slowestStart, server.startSeconds)
            let found = try household.compare(from: zip(before, unanswered).map { min($0, $1) }, on: server)
            answersLost += found.unanswered
            #expect(found.lost == 0 && found.doubled == 0 && found.foreign == 0, "round \(round): \(found)")
        }
        // Whatever never got an answer is sent once more, and must be there once.
        let stop = Flag()
        var team = ThreadTeam()
        let port = server.port
        for client in household.clients { team.start { client.work(port: port, until: stop) } }
        usleep(300_000)
        stop.set()
        team.join()
        let found = try household.compare(on: server)
        let surprises = household.clients.flatMap(\.surprises)
        print(
            "crash: \(Self.rounds) rounds of kill -9, \(found.acknowledged) readings acknowledged, \(found.lost) lost, "
                + "\(found.doubled) doubled; \(underWay) were under way, \(answersLost) of them stored without an answer; "
                + "slowest restart \(Int(slowestStart * 1000)) ms")
        // Else nothing was interrupted, and nothing is proved.
        #expect(underWay > Self.rounds)
        #expect(surprises == [])
        #expect(household.clients.allSatisfy { $0.unanswered.isEmpty })
        #expect(found.acknowledged > Self.rounds * household.clients.count)
        #expect(found.lost == 0)
        #expect(found.doubled == 0)
        #expect(found.foreign == 0)
        #expect(server.stop() == 0)
    }

    /// Leaves at the end of the write-ahead log what a disk leaves that lost power: rests of other files, zeros, a frame
    /// that looks like one.
    private static func tearLog(of home: String, using random: inout Seeded) throws {
        let path = home + "/streams.db-wal"
        guard let log = FileHandle(forUpdatingAtPath: path) else { return }
        defer { try? log.close() }
        var tail: [UInt8]
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            tail = (0..<Int.random(in: 1...9000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: tail = [UInt8](repeating: 0, count: Int.random(in: 1...9000, using: &random))
        default:
            // A whole frame of the log, the first 32 bytes being its header, with a page that was changed.
            try log.seek(toOffset: 32)
            tail = Array(try log.read(upToCount: 24 + 4096) ?? Data())
            if tail.count > 100 { tail[100] ^= 0xff }
        }
        try log.seekToEnd()
        try log.write(contentsOf: Data(tail))
    }

    @Test func anOrderlyEndIsSilent() throws {
        let household = try Household()
        defer { household.remove() }
        for _ in 1...6 {
            let status = try ServerProcess(home: household.home).stop()
            #expect(status == 0)
        }
        let log = try String(contentsOfFile: household.home + ".log", encoding: .utf8)
        #expect(!log.contains("ERROR"))
    }

    @Test(.enabled(if: getuid() == 0, "mounting a small disk needs root"))
    func fullDiskIsReportedAndSurvived() throws {
        let disk = try SmallDisk(megabytes: 16)
        defer { disk.unmount() }
        let household = try Household(below: disk.path)
        let server = try ServerProcess(home: household.home)
        let device = try Household.registerDevice("writer", on: server)
        // What will be removed when the disk is full.
        try Data(count: 5 << 20).write(to: URL(fileURLWithPath: disk.path + "/ballast"))
        let connection = try RawConnection(port: server.port)

        var stored: Set<Int> = []
        var refused: Set<Int> = []
        let padding = String(repeating: "x", count: 20_000)
        func note(_ number: Int) throws -> Int {
            let body =
                #"{"device_id":"\#(device)","timestamp":\#(LoadClient.milliseconds(of: number)),"text":"\#(padding)","n":\#(number)}"#
            let answer = try connection.request("POST", "/streams/note", body)
            if answer.status == 201 { stored.insert(number) } else { refused.insert(number) }
            return answer.status
        }
        var statuses: [Int] = []
        var number = 0
        while number < 2000, statuses.count < 20 {
            let status = try note(number)
            if status != 201 { statuses.append(status) }
            number += 1
        }
        #expect(statuses.count == 20, "the disk should be full after \(number) notes")
        #expect(Set(statuses) == [507])

        // Full: what is there can be read, and the server lives.
        let whileFull = try Household.stored(of: device, in: "note", on: server)
        #expect(stored.allSatisfy { whileFull[$0] == 1 })
        #expect(try connection.request("GET", "/healthz").status == 200)

        // Space again: no restart is needed.
        try FileManager.default.removeItem(atPath: disk.path + "/ballast")
        var status = 0
        for _ in 0..<50 {
            status = try note(number)
            number += 1
            if status == 201 { break }
            usleep(100_000)
        }
        #expect(status == 201)
        for _ in 0..<20 {
            #expect(try note(number) == 201)
            number += 1
        }
        let after = try Household.stored(of: device, in: "note", on: server)
        let lost = stored.count { after[$0] != 1 }
        let ghosts = refused.count { after[$0] != nil }
        print(
            "crash: full disk, \(stored.count) notes acknowledged, \(lost) lost, \(refused.count) refused, \(ghosts) of them stored"
        )
        #expect(lost == 0)
        #expect(ghosts == 0)
        #expect(server.stop() == 0)
    }
}

/// A small disk in memory, mounted while it is needed.
struct SmallDisk {
    let path: String

    init(megabytes: Int) throws {
        path =
            FileManager.default.temporaryDirectory.path
            + "/hearth-small-disk-\(getpid())-\(UInt32.random(in: 0...9999))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=700", "tmpfs", path)
    }

    func unmount() {
        try? Self.run("umount", "-l", path)
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CrashFailure("\(arguments.joined(separator: " ")) failed") }
    }
}

/// SplitMix64: the same rounds in every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
