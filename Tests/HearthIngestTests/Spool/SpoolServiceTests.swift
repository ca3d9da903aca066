import Foundation
import HearthCore
import HearthStore
import HearthTesting
import HearthVault
import OrderedCollections
import Synchronization
import Testing

@testable import HearthIngest

@Suite("The spool")
struct SpoolServiceTests {
    @Test func segmentsOfEveryCompressionAreStoredCountedAndArchived() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("b.msgpack", SpoolFixture.segment([fixture.frame(0..<100), fixture.frame(100..<250)]))
        // A frame of one reading, another stream, and two readings that came before.
        let note: JSONValue = [
            "stream": "note", "device_id": .string(fixture.home.phone.id.description), "timestamp": 1_795_000_000,
            "text": "from the spool",
        ]
        try fixture.put("c.msgpack", SpoolFixture.segment([note, fixture.frame(248..<260)]))
        let spool = fixture.spool()
        try await fixture.settle(spool)
        let batch = try #require(try await fixture.newest())
        #expect(batch.status == .done)
        #expect(batch.files.map(\.name) == ["b.msgpack", "c.msgpack"])
        #expect(batch.files.map(\.totals) == [SpoolTotals(accepted: 250), SpoolTotals(accepted: 11, duplicates: 2)])
        #expect(batch.files.map(\.outcome) == [.stored, .stored])
        #expect(batch.files.allSatisfy { $0.sha256?.count == 64 })
        #expect(try await fixture.stored() == 261)
        #expect(fixture.names(in: "incoming") == [])
        #expect(fixture.names(in: "processing") == [])
        #expect(fixture.names(in: "archive") == ["b.msgpack", "c.msgpack"])
        #expect(fixture.names(in: "failed") == [])
        #expect(spool.overview.counts.readings == SpoolTotals(accepted: 261, duplicates: 2))
        let shares = fixture.shares.withLock { $0 }.flatMap(\.streams)
        #expect(shares.reduce(0) { $0 + ($1.stream == "heartrate" ? $1.stored : 0) } == 260)
    }

    @Test func aBatchOfTheSameNameLaterDoesNotTouchTheFirst() async throws {
        let fixture = try await SpoolFixture()
        let spool = fixture.spool()
        for numbers in [0..<10, 10..<30] {
            try fixture.put("same.msgpack", SpoolFixture.segment([fixture.frame(numbers)]))
            try await fixture.settle(spool)
        }
        #expect(fixture.names(in: "archive") == ["same.msgpack", "same.msgpack"])
        #expect(try await fixture.stored() == 30)
        // And the same content again is known.
        try fixture.put("same.msgpack", SpoolFixture.segment([fixture.frame(0..<10)]))
        try await fixture.settle(spool)
        #expect(try await fixture.newest()?.totals == SpoolTotals(duplicates: 10))
    }

    @Test func theGateStaysShutUntilItIsTime() async throws {
        let fixture = try await SpoolFixture()
        var settings = SpoolSettings()
        (settings.minimumFiles, settings.maximumAge) = (3, .seconds(600))
        // The file system's clock is the system's.
        let spool = fixture.spool(settings, time: SystemTime())
        for name in ["a", "b"] {
            try fixture.put(name + ".msgpack", SpoolFixture.segment([fixture.frame(0..<1)]))
            #expect(try await spool.round() > .zero)
        }
        #expect(spool.overview.waitingFiles == 2)
        #expect(try await fixture.newest() == nil)
        // Who is asked after all that time has waited long enough, whatever the clocks say.
        let later = fixture.spool(settings, time: FixedTime(time: SystemTime().now() + .seconds(601)))
        try await fixture.settle(later)
        #expect(try await fixture.newest()?.files.count == 2)
    }

    @Test func refusedReadingsAreListedWithTheirPlaceAndTheOthersStored() async throws {
        let fixture = try await SpoolFixture()
        let stranger = UniqueID(high: 0x1234_0000_0000_7000, low: 0x8000_0000_0000_0001)
        let first = fixture.frame(0..<3)
        var second = fixture.frame(3..<5)
        second.append(reading: ["timestamp": 1_795_000_100, "bpm": "fast"])
        let third = fixture.frame(5..<9, device: stranger)
        let bytes = SpoolFixture.segment([first, second, third, 7, ["readings": 1]])
        try fixture.put("mixed.msgpack", bytes)
        try await fixture.settle(fixture.spool())
        let batch = try #require(try await fixture.newest())
        #expect(batch.status == .failed)
        #expect(batch.totals == SpoolTotals(accepted: 5, rejected: 7))
        #expect(batch.files[0].failure?.code == .readingsRejected)
        let rejects = try await fixture.home.store.rejects(of: .init(tag: batch.tag, number: 0), limit: 100)
        let offsets = [first, second, third, 7].reduce(into: [0]) {
            $0.append($0[$0.count - 1] + SpoolFixture.segment([$1]).count)
        }
        let frames = [1, 2, 2, 2, 2, 3, 4]
        #expect(rejects.map(\.frame) == frames)
        #expect(rejects.map(\.offset) == frames.map { offsets[$0] })
        #expect(rejects.map(\.reading) == [2, 0, 1, 2, 3, nil, nil])
        #expect(rejects.allSatisfy { $0.code == .invalidValue })
        // The file lies whole beside its reason, for programs.
        #expect(fixture.names(in: "failed") == ["mixed.msgpack", "mixed.msgpack.reason.json"])
        #expect(try fixture.bytes(of: "mixed.msgpack", in: "failed") == bytes)
        let reason = try JSONValue(parsing: fixture.bytes(of: "mixed.msgpack.reason.json", in: "failed"))
        #expect(reason["code"] == "readings-rejected")
        #expect(reason["readings"] == ["accepted": 5, "duplicates": 0, "rejected": 7])
        #expect(reason["rejected"]?.array?.map { $0["offset"]?.int64 } == rejects.map { Int64($0.offset) })
        let rejected = fixture.shares.withLock { $0 }.map { $0.rejected.values.reduce(0, +) }.reduce(0, +)
        #expect(rejected == 7)
    }

    @Test func aFrameForADeviceThatCannotBeReadCountsAllOfItsReadings() async throws {
        let fixture = try await SpoolFixture()
        var frame = fixture.frame(0..<40)
        frame.set(member: "device_id", to: "nobody")
        try fixture.put("a.msgpack", SpoolFixture.segment([frame, fixture.frame(0..<2)]))
        try await fixture.settle(fixture.spool())
        #expect(try await fixture.newest()?.totals == SpoolTotals(accepted: 2, rejected: 40))
    }

    @Test(
        "Readings before a torn end or damage are stored, and the place is told",
        arguments: [
            (ErrorCode.segmentTorn, [0xdc] as [UInt8]), (.segmentDamaged, [0xc1]),
            (.tooLarge, [0xdd, 0xff, 0xff, 0xff, 0xff]),
        ])
    func brokenTail(code: ErrorCode, tail: [UInt8]) async throws {
        let fixture = try await SpoolFixture()
        let good = SpoolFixture.segment([fixture.frame(0..<10), fixture.frame(10..<20)])
        try fixture.put("a.msgpack", good + tail)
        try await fixture.settle(fixture.spool())
        let file = try #require(try await fixture.newest()?.files.first)
        #expect(file.failure?.code == code)
        #expect(file.totals == SpoolTotals(accepted: 20))
        #expect(file.place == SpoolPlace(offset: good.count, frame: 2))
        #expect(fixture.names(in: "failed") == ["a.msgpack", "a.msgpack.reason.json"])
    }

    @Test func anEmptyFileFailsAndTellsSo() async throws {
        let fixture = try await SpoolFixture()
        for name in ["a.msgpack", "b.msgpack.gz", "c.msgpack.zst"] { try fixture.put(name, []) }
        try await fixture.settle(fixture.spool())
        #expect(
            try await fixture.newest()?.files.map(\.failure?.code) == [.segmentEmpty, .segmentEmpty, .segmentEmpty])
    }

    @Test func whatIsNoSegmentIsLeftAndTold() async throws {
        let fixture = try await SpoolFixture()
        let good = SpoolFixture.segment([fixture.frame(0..<3)])
        try fixture.put("half.msgpack.tmp", good)
        try fixture.put("notes.txt", [1])
        try fixture.put(".hidden.msgpack", good)
        try fixture.put("target", good)
        #expect(symlink(fixture.path("incoming/target"), fixture.path("incoming/link.msgpack")) == 0)
        #expect(mkdir(fixture.path("incoming/folder.msgpack"), 0o700) == 0)
        #expect(mkfifo(fixture.path("incoming/pipe.msgpack"), 0o600) == 0)
        // A name that is not UTF-8.
        let odd =
            Array((fixture.path("incoming/")).utf8CString.dropLast()) + [CChar(bitPattern: 0xff)]
            + Array(".msgpack".utf8CString)
        let descriptor = creat(odd, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
        try fixture.put("ok\n🙂 ..msgpack", good)
        let spool = fixture.spool()
        try await fixture.settle(spool)
        #expect(try await fixture.newest()?.files.map(\.name) == ["ok\n🙂 ..msgpack"])
        #expect(try await fixture.stored() == 3)
        #expect(spool.overview.ignoredCount == 8)
        let reasons = Dictionary(uniqueKeysWithValues: spool.overview.ignored.map { ($0.name, $0.reason) })
        #expect(reasons["link.msgpack"] == .link)
        #expect(reasons["folder.msgpack"] == .noFile)
        #expect(reasons["pipe.msgpack"] == .noFile)
        #expect(reasons["half.msgpack.tmp"] == .name)
        #expect(reasons[".hidden.msgpack"] == .name)
        #expect(fixture.names(in: "incoming").count == 8)
    }

    @Test func theFoldersAndWhatIsTakenInAreForTheOwnerAlone() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<3)]))
        try fixture.put("b.msgpack", [0xc1])
        #expect(chmod(fixture.path("incoming/a.msgpack"), 0o666) == 0)
        try await fixture.settle(fixture.spool())
        let paths = try FileManager.default.subpathsOfDirectory(atPath: fixture.path(""))
        #expect(paths.count >= 9)
        for path in paths {
            var status = stat()
            #expect(lstat(fixture.path(path), &status) == 0)
            let expected: UInt32 = status.st_mode & S_IFMT == S_IFDIR ? 0o700 : 0o600
            #expect(status.st_mode & 0o777 == expected, "\(path)")
        }
    }

    @Test func aFailedFileIsTakenInAgainAndItsCountsSayWhatWasKnown() async throws {
        let fixture = try await SpoolFixture()
        let late = Device(
            id: .random(at: IngestFixture.now), person: fixture.home.owner.person, name: "Late", kind: "watch",
            createdAt: IngestFixture.now, updatedAt: IngestFixture.now)
        try fixture.put(
            "a.msgpack", SpoolFixture.segment([fixture.frame(0..<4), fixture.frame(4..<10, device: late.id)]))
        let spool = fixture.spool()
        try await fixture.settle(spool)
        let first = try #require(try await fixture.newest())
        #expect(first.totals == SpoolTotals(accepted: 4, rejected: 6))
        try await fixture.home.ingest.devices.register(late)
        #expect(try await spool.retry(first.tag) == ["a.msgpack"])
        #expect(fixture.names(in: "failed") == [])
        try await fixture.settle(spool)
        let second = try #require(try await fixture.newest())
        #expect(second.tag != first.tag)
        #expect(second.totals == SpoolTotals(accepted: 6, duplicates: 4))
        #expect(try await spool.batch(first.tag).status == .done)
        #expect(try await spool.retry(first.tag) == [])
        let unknown = await #expect(throws: HearthError.self) { try await spool.retry("../../etc") }
        #expect(unknown?.code == .notFound)
    }

    @Test func aRetryDoesNotOverwriteAFileThatWaits() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", [0xc1])
        let spool = fixture.spool()
        try await fixture.settle(spool)
        let tag = try #require(try await fixture.newest()?.tag)
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<1)]))
        let error = await #expect(throws: HearthError.self) { try await spool.retry(tag) }
        #expect(error?.code == .conflict)
        #expect(fixture.names(in: "failed") == ["a.msgpack", "a.msgpack.reason.json"])
    }

    @Test func aFileThatVanishesOrChangesAfterItWasTakenInFails() async throws {
        let fixture = try await SpoolFixture()
        for name in ["gone", "grown", "kept", "swapped"] {
            try fixture.put(name + ".msgpack", SpoolFixture.segment([fixture.frame(0..<5)]))
        }
        let spool = fixture.spool { stage in if stage == .opened { throw Killed() } }
        await #expect(throws: Killed.self) { try await fixture.settle(spool) }
        let tag = try #require(try await fixture.newest()?.tag)
        let folder = fixture.path("processing/\(tag)/")
        #expect(unlink(folder + "gone.msgpack") == 0)
        let grown = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "grown.msgpack"))
        try grown.seekToEnd()
        try grown.write(contentsOf: Data(SpoolFixture.segment([fixture.frame(5..<6)])))
        try grown.close()
        #expect(unlink(folder + "swapped.msgpack") == 0)
        #expect(symlink("/etc/passwd", folder + "swapped.msgpack") == 0)
        try await fixture.settle(fixture.spool())
        let batch = try #require(try await fixture.newest())
        #expect(
            batch.files.map(\.failure?.code) == [.segmentMissing, .segmentChanged, nil, .segmentUnreadable])
        #expect(fixture.names(in: "archive") == ["kept.msgpack"])
        #expect(try await fixture.stored() == 5)
    }

    @Test func aFileThatChangesWhileItIsReadIsNoticedAtItsEnd() async throws {
        let fixture = try await SpoolFixture()
        let frames = (0..<10).map { fixture.frame($0 * 10..<$0 * 10 + 10) }
        try fixture.put("a.msgpack", SpoolFixture.segment(frames))
        var limits = SpoolLimits()
        (limits.portionReadings, limits.readBytes) = (10, 100)
        let path = fixture.path("processing")
        let spool = fixture.spool(SpoolFixture.eager, limits) { stage in
            guard stage == .measured else { return }
            let tag = try FileManager.default.contentsOfDirectory(atPath: path)[0]
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(tag)/a.msgpack"))
            try file.seekToEnd()
            try file.write(contentsOf: Data(SpoolFixture.segment([7])))
            try file.close()
        }
        try await fixture.settle(spool)
        let file = try #require(try await fixture.newest()?.files.first)
        #expect(file.failure?.code == .segmentChanged)
        #expect(file.totals.accepted == 100)
    }

    @Test func aFullDiskIsWaitedForAndNothingIsCountedTwice() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<50)]))
        let full = HearthError(.storageFull, "The disk is full.", disposition: .retry, retryAfter: .seconds(5))
        await fixture.home.store.failAppends(with: [full, full])
        let spool = fixture.spool(clock: fixture.clock)
        async let settled: Void = fixture.settle(spool)
        for _ in 0..<2 {
            while fixture.clock.waits.first != .seconds(5) { await Task.yield() }
            #expect(spool.overview.state == .retrying)
            #expect(spool.overview.failure?.code == .storageFull)
            fixture.clock.advance(by: .seconds(5))
            while fixture.clock.waits.first == .seconds(5) { await Task.yield() }
        }
        try await settled
        #expect(try await fixture.newest()?.totals == SpoolTotals(accepted: 50))
        #expect(spool.overview.failure == nil)
    }

    @Test func aStoreThatFailsKeepsTheFileForTheNextRound() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<50)]))
        await fixture.home.store.failAppends(with: [HearthError(.storageFailed, "Broken.", disposition: .defect)])
        let spool = fixture.spool()
        let error = await #expect(throws: HearthError.self) { try await fixture.settle(spool) }
        #expect(error?.code == .storageFailed)
        #expect(fixture.names(in: "processing") == ["a.msgpack"])
        try await fixture.settle(spool)
        #expect(try await fixture.newest()?.totals == SpoolTotals(accepted: 50))
    }

    @Test func onePortionThatCannotBeStoredDoesNotKeepTheOthersWaiting() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<50)]))
        try fixture.put("b.msgpack", SpoolFixture.segment([fixture.frame(50..<60)]))
        await fixture.home.store.failAppends(with: [HearthError(.internalError, "A misfit.", disposition: .defect)])
        try await fixture.settle(fixture.spool())
        let batch = try #require(try await fixture.newest())
        #expect(batch.files.map(\.failure?.code) == [.internalError, nil])
        #expect(batch.totals == SpoolTotals(accepted: 10))
    }

    @Test func aPausedSpoolStopsBetweenPortionsAlsoOverARestart() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment((0..<10).map { fixture.frame($0 * 10..<$0 * 10 + 10) }))
        var limits = SpoolLimits()
        limits.portionReadings = 10
        let box = SpoolBox()
        let spool = fixture.spool(SpoolFixture.eager, limits) { stage in
            if stage == .stored { box.spool?.state.withLock { $0.isPaused = true } }
        }
        box.spool = spool
        try await spool.pause()
        #expect(try await spool.round() > .zero)
        #expect(try await fixture.newest() == nil)
        #expect(spool.overview.state == .paused)
        try await spool.resume()
        #expect(try await spool.round() == .zero)
        #expect(try await spool.round() > .zero)
        #expect(try await fixture.newest()?.totals == SpoolTotals(accepted: 10))
        box.spool = nil
        try await spool.resume()
        try await fixture.settle(spool)
        #expect(try await fixture.newest()?.totals == SpoolTotals(accepted: 100))
    }

    @Test func theArchiveAndItsManifestsAreKeptAsLongAsTheySay() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<5)]))
        try fixture.put("b.msgpack", [0xc1])
        try await fixture.settle(fixture.spool())
        try fixture.put("c.msgpack", SpoolFixture.segment([fixture.frame(5..<6)]))
        try await fixture.settle(fixture.spool())
        var settings = SpoolFixture.eager
        settings.archiveKept = .seconds(3600)
        let young = fixture.spool(settings, time: FixedTime(time: IngestFixture.now + .seconds(3599)))
        try await fixture.settle(young)
        #expect(fixture.names(in: "archive") == ["a.msgpack", "c.msgpack"])
        let old = fixture.spool(settings, time: FixedTime(time: IngestFixture.now + .seconds(3601)))
        try await fixture.settle(old)
        #expect(fixture.names(in: "archive") == [])
        // What failed stays until somebody looks at it.
        #expect(fixture.names(in: "failed") == ["b.msgpack", "b.msgpack.reason.json"])
        #expect(try await fixture.home.store.batches(before: nil, limit: 10).map(\.status) == [.failed])
    }

    @Test func erasingTakesWorkedSegmentsAlong() async throws {
        let fixture = try await SpoolFixture()
        try fixture.put("a.msgpack", SpoolFixture.segment([fixture.frame(0..<5)]))
        try fixture.put("b.msgpack", [0xc1])
        let spool = fixture.spool()
        try await fixture.settle(spool)
        try fixture.put("later.msgpack", SpoolFixture.segment([fixture.frame(0..<5)]))
        // Two segments and a reason.
        #expect(try await spool.eraseFiles() == 3)
        #expect(fixture.names(in: "archive") + fixture.names(in: "failed") == [])
        #expect(fixture.names(in: "incoming") == ["later.msgpack"])
        #expect(try await fixture.newest()?.files.map(\.outcome) == [.stored, .withdrawn])
    }

    @Test func aRunningSpoolHearsOfNewFilesByItself() async throws {
        let fixture = try await SpoolFixture()
        var limits = SpoolLimits()
        (limits.watchedPoll, limits.unwatchedPoll) = (.seconds(3600), .seconds(3600))
        let spool = fixture.spool(SpoolFixture.eager, limits)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await spool.run() }
            while spool.overview.state == .stopped || !spool.overview.isWatched {
                try await Task.sleep(for: .milliseconds(1))
            }
            for number in 0..<3 {
                try fixture.put("\(number).msgpack", SpoolFixture.segment([fixture.frame(number..<number + 1)]))
                while try await fixture.stored() <= number { try await Task.sleep(for: .milliseconds(1)) }
            }
            // A second name of a file is a way to hand it over, too.
            try fixture.put("5.tmp", SpoolFixture.segment([fixture.frame(5..<6)]))
            #expect(link(fixture.path("incoming/5.tmp"), fixture.path("incoming/5.msgpack")) == 0)
            while try await fixture.stored() < 4 { try await Task.sleep(for: .milliseconds(1)) }
            // The folder itself may be replaced.
            try FileManager.default.moveItem(atPath: fixture.path("incoming"), toPath: fixture.path("old"))
            while !FileManager.default.fileExists(atPath: fixture.path("incoming")) {
                try await Task.sleep(for: .milliseconds(1))
            }
            try fixture.put("again.msgpack", SpoolFixture.segment([fixture.frame(3..<4)]))
            while try await fixture.stored() < 5 { try await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
        }
        #expect(spool.overview.state == .stopped)
        #expect(spool.overview.counts.filesFailed == 0)
    }
}

/// Ends a round where a kill would.
struct Killed: Error {}

/// Lets a closure reach the spool that it belongs to.
// Sendable: set before and after rounds, read within.
private final class SpoolBox: @unchecked Sendable {
    var spool: SpoolService?
}

extension JSONValue {
    fileprivate mutating func set(member name: String, to value: JSONValue) {
        guard case .object(var members) = self else { return }
        members[name] = value
        self = .object(members)
    }

    fileprivate mutating func append(reading: JSONValue) {
        let readings = self["readings"]?.array ?? []
        set(member: "readings", to: .array(readings + [reading]))
    }
}
