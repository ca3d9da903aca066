import CZlib
import CZstd
import Foundation
import HearthCore
import HearthStore
import Testing

@testable import HearthIngest

@Suite("Reading segments")
struct SegmentReaderTests {
    /// A file that goes with the test.
    private final class Segment {
        let path: String
        let name: String

        init(_ bytes: [UInt8], ending: String = ".msgpack") throws {
            name = "s" + ending
            path = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID().uuidString)-\(name)").path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func reader(_ limits: SpoolLimits = SpoolLimits(), ratio: Int = 200) throws -> SegmentReader {
            var ingest = IngestLimits()
            ingest.inflateRatio = ratio
            return try SegmentReader(path: path, name: name, limits: limits, ingest: ingest)
        }
    }

    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        try #require(
            deflateInit2_(
                &stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)
            )
                == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }

    private func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
        return Array(output[..<count])
    }

    private func frames(_ reader: SegmentReader) throws -> [(number: Int, offset: Int, value: JSONValue?)] {
        var frames: [(Int, Int, JSONValue?)] = []
        while let frame = try reader.next() {
            let value = try? frame.document.get().withRoot { JSONValue($0) }
            frames.append((frame.number, frame.offset, value))
        }
        return frames
    }

    private let values: [JSONValue] = (0..<200).map { number in
        ["n": .integer(Int64(number)), "text": .string(String(repeating: "x\(number)", count: number * 3))]
    }

    @Test(
        "frames come out as they went in, whatever the compression and the size of a read",
        arguments: [
            (".msgpack", 7), (".msgpack", 4096), (".msgpack.gz", 13), (".msgpack.gz", 1 << 18), (".msgpack.zst", 13),
            (".msgpack.zst", 1 << 18),
        ])
    func roundTrip(ending: String, readBytes: Int) throws {
        let bytes = SpoolFixture.segment(values)
        var content = bytes
        // Members and frames of compressors may follow one another.
        let cut = bytes.count / 3
        let parts = [Array(bytes[..<cut]), Array(bytes[cut...])]
        if ending.hasSuffix("gz") { content = try parts.flatMap { try gzip($0) } }
        if ending.hasSuffix("zst") { content = parts.flatMap { zstd($0) } }
        let segment = try Segment(content, ending: ending)
        var limits = SpoolLimits()
        limits.readBytes = readBytes
        let reader = try segment.reader(limits)
        var digest: String?
        while digest == nil { digest = try reader.measure(upTo: 1000) }
        let found = try frames(reader)
        #expect(found.map(\.value) == values)
        #expect(found.map(\.number) == Array(0..<values.count))
        var offset = 0
        for (frame, value) in zip(found, values) {
            #expect(frame.offset == offset)
            offset += SpoolFixture.segment([value]).count
        }
        #expect(reader.digestText == digest)
        // From the middle on, with calls that go only so far.
        let again = try segment.reader(limits)
        let place = SpoolPlace(offset: found[150].offset, frame: 150)
        while try !again.skip(to: place, upTo: 500) {}
        #expect(try frames(again).map(\.value) == Array(values[150...]))
        #expect(again.digestText == digest)
    }

    @Test("a place that is not where it was is noticed")
    func changedPlace() throws {
        let segment = try Segment(SpoolFixture.segment(values))
        let error = #expect(throws: SegmentFailure.self) {
            _ = try segment.reader().skip(to: SpoolPlace(offset: 5, frame: 3), upTo: .max / 2)
        }
        #expect(error?.code == .segmentChanged)
        let beyond = #expect(throws: SegmentFailure.self) {
            _ = try segment.reader().skip(to: SpoolPlace(offset: 5, frame: 3000), upTo: .max / 2)
        }
        #expect(beyond?.code == .segmentChanged)
    }

    @Test("whole frames before a torn end are read", arguments: [".msgpack", ".msgpack.gz", ".msgpack.zst"])
    func tornTail(ending: String) throws {
        let bytes = SpoolFixture.segment(values)
        for cut in [1, 100, 2000] {
            var content = Array(bytes.dropLast(cut))
            if ending.hasSuffix("gz") { content = try gzip(content) }
            if ending.hasSuffix("zst") { content = zstd(content) }
            try expectTorn(content, ending)
        }
        // The compressed stream itself ends early.
        if ending.hasSuffix("gz") { try expectTorn(Array(try gzip(bytes).dropLast(9)), ending) }
        if ending.hasSuffix("zst") { try expectTorn(Array(zstd(bytes).dropLast(3)), ending) }
    }

    private func expectTorn(_ content: [UInt8], _ ending: String) throws {
        let segment = try Segment(content, ending: ending)
        let reader = try segment.reader()
        var count = 0
        let error = #expect(throws: SegmentFailure.self) {
            while let frame = try reader.next() {
                #expect(try frame.document.get().withRoot { JSONValue($0) } == values[count])
                count += 1
            }
        }
        #expect(error?.code == .segmentTorn)
        #expect(count > 0 && count < values.count || ending != ".msgpack")
    }

    @Test("what is not MessagePack, not gzip or not zstd is told")
    func damaged() throws {
        let good = SpoolFixture.segment(Array(values[..<3]))
        for (content, ending) in [
            (good + [0xc1, 0, 0], ".msgpack"), ([UInt8]("no gzip at all".utf8), ".msgpack.gz"),
            ([UInt8]("no zstd at all".utf8), ".msgpack.zst"), (try gzip(good) + [1, 2, 3], ".msgpack.gz"),
        ] {
            let segment = try Segment(content, ending: ending)
            let reader = try segment.reader()
            let error = #expect(throws: SegmentFailure.self) { while try reader.next() != nil {} }
            #expect(error?.code == .segmentDamaged)
        }
    }

    @Test(
        "a frame that is a whole value and no reading does not hide those behind it",
        arguments: [
            [0x81, 0xa1, 0xff, 0x01], [0xc7, 0x05, 0xff, 0, 0, 0, 0, 0], [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
            [0x82, 0xa1, 0x61, 0x01, 0xa1, 0x61, 0x02], [UInt8](repeating: 0x91, count: 100_000) + [0x90],
        ] as [[UInt8]])
    func refusedFrame(bytes: [UInt8]) throws {
        let segment = try Segment(SpoolFixture.segment([1]) + bytes + SpoolFixture.segment([2]))
        let found = try frames(try segment.reader())
        #expect(found.map(\.value) == [1, nil, 2])
        #expect(found.map(\.offset) == [0, 1, 1 + bytes.count])
    }

    @Test(
        "a frame beyond the limit is refused before it is read",
        arguments: [
            [0xdb, 0x7f, 0xff, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff],
            [0xc6, 0x00, 0x01, 0x00, 0x00],
        ] as [[UInt8]])
    func hugeFrame(head: [UInt8]) throws {
        var limits = SpoolLimits()
        (limits.frameBytes, limits.readBytes) = (1000, 64)
        let segment = try Segment(head + [UInt8](repeating: 0, count: 200))
        let reader = try segment.reader(limits)
        let error = #expect(throws: SegmentFailure.self) { _ = try reader.next() }
        #expect(error?.code == .tooLarge)
    }

    @Test("what grows without end is stopped", arguments: [".msgpack.gz", ".msgpack.zst"])
    func bomb(ending: String) throws {
        // Zeros are whole frames, so nothing but the ratio can stop them.
        let zeros = [UInt8](repeating: 0, count: 8 << 20)
        let segment = try Segment(ending.hasSuffix("gz") ? try gzip(zeros) : zstd(zeros), ending: ending)
        let reader = try segment.reader(ratio: 50)
        let error = #expect(throws: SegmentFailure.self) { while try reader.next() != nil {} }
        #expect(error?.code == .tooLarge)
        #expect(reader.offset <= 2 << 20)
    }

    @Test("links, folders and pipes are not opened")
    func noFiles() throws {
        let target = try Segment(SpoolFixture.segment([1]))
        let base = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID().uuidString)").path
        let (link, folder, pipe) = (base + "-link.msgpack", base + "-folder.msgpack", base + "-pipe.msgpack")
        defer { for path in [link, folder, pipe] { try? FileManager.default.removeItem(atPath: path) } }
        #expect(symlink(target.path, link) == 0)
        #expect(mkdir(folder, 0o700) == 0)
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [link, folder, pipe] {
            let error = #expect(throws: SegmentFailure.self) {
                _ = try SegmentReader(path: path, name: "a.msgpack", limits: SpoolLimits(), ingest: IngestLimits())
            }
            #expect(error?.code == .segmentUnreadable)
        }
        let gone = #expect(throws: SegmentFailure.self) {
            _ = try SegmentReader(path: base, name: "a.msgpack", limits: SpoolLimits(), ingest: IngestLimits())
        }
        #expect(gone?.code == .segmentMissing)
    }

    @Test("names tell what is a segment")
    func names() {
        for name in ["a.msgpack", "a.msgpack.gz", "a.msgpack.zst", "a b\n🙂.msgpack", "x.tmp.msgpack"] {
            #expect(SegmentName.isSegment(name), "\(name)")
        }
        for name in [".msgpack", ".a.msgpack", "a.msgpack.tmp", "a.msgpack.bz2", "a.json", "a.MSGPACK", "a.gz", ""] {
            #expect(!SegmentName.isSegment(name), "\(name)")
        }
    }
}
