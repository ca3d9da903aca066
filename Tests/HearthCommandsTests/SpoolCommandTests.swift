import Foundation
import HearthCore
import Testing

@testable import HearthCommands

/// `hearth spool` against a whole server.
@Suite struct SpoolCommandTests {
    private static let eager = ["HEARTH_SPOOL_MAX_AGE_SECONDS": "0"]

    private func lines(_ numbers: Range<Int>, bpm: String = "60") -> String {
        let start = Int(Date().timeIntervalSince1970) - 4000
        return numbers.map { #"{"timestamp":\#(start + $0),"bpm":\#(bpm)}"# + "\n" }.joined()
    }

    /// Waits until so many batches are finished.
    private func batches(_ hearth: RunningHearth, _ count: Int) async throws -> [JSONValue] {
        while true {
            let items = try await hearth.hearth("spool", "--json").json["items"]?.array ?? []
            let done = items.filter { $0["status"]?.string != "ingesting" }
            if done.count == count { return done }
            try #require(done.count < count)
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test(arguments: ["none", "gzip", "zstd"])
    func packedReadingsAreTakenIn(compression: String) async throws {
        try await RunningHearth.use(environment: Self.eager) { hearth in
            let watch = try await hearth.addDevice("Watch")
            let packed = try await hearth.hearth(
                "spool", "pack", "--device", "watch", "--stream", "heartrate", "--compress", compression, "--json",
                input: lines(0..<2500))
            #expect(packed.status == .success && packed.json["readings"] == 2500)
            let batch = try #require(try await batches(hearth, 1).first)
            #expect(batch["readings"] == ["accepted": 2500, "duplicates": 0, "rejected": 0])
            let stored = try await hearth.hearth("streams", "read", "heartrate", "--ndjson", "--device", watch.id)
            #expect(stored.output.split(separator: "\n").count == 2500)
            let shown = try await hearth.hearth("spool")
            #expect(shown.output.contains("nothing waits") && shown.output.contains("2,500"))
        }
    }

    @Test func refusedReadingsAreShownAndRetried() async throws {
        try await RunningHearth.use(environment: Self.eager) { hearth in
            _ = try await hearth.addDevice("Watch")
            let packed = try await hearth.hearth(
                "spool", "pack", "--device", "Watch", "--stream", "heartrate",
                input: lines(0..<3) + lines(3..<4, bpm: "\"fast\"") + "no JSON\n")
            // What is no JSON cannot even be packed.
            #expect(packed.status == .data && packed.errors.contains("line 5"))
            let tag = try #require(try await batches(hearth, 1).first?["batch"]?.string)
            let shown = try await hearth.hearth("spool", "status", tag)
            #expect(shown.output.contains("readings-rejected") && shown.output.contains("frame 0 at byte 0, reading 3"))
            let retried = try await hearth.hearth("spool", "retry", "--all", "--json")
            #expect(retried.json["files"]?.array?.count == 1)
            let again = try #require(try await batches(hearth, 2).first)
            #expect(again["readings"] == ["accepted": 0, "duplicates": 3, "rejected": 1])
            #expect(try await hearth.hearth("spool", "retry", "nothing").status == .noInput)
        }
    }

    @Test func aPausedSpoolWaits() async throws {
        try await RunningHearth.use(environment: Self.eager) { hearth in
            _ = try await hearth.addDevice("Watch")
            #expect(try await hearth.hearth("spool", "pause").status == .success)
            _ = try await hearth.hearth(
                "spool", "pack", "--device", "Watch", "--stream", "heartrate", input: lines(0..<3))
            while try await hearth.hearth("spool", "--json").json["waiting"]?["files"] != 1 {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await hearth.hearth("spool").output.contains("The spool is paused"))
            #expect(try await hearth.hearth("spool", "resume").status == .success)
            #expect(try await batches(hearth, 1).count == 1)
        }
    }

    @Test func aSegmentGoesWhereItIsToldAndOverwritesNothing() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let path = folder + "/day.msgpack"
            let environment = ["HEARTH_HOME": folder + "/home"]
            let device = "01999999-0000-7000-8000-000000000000"
            func pack(_ path: String) async throws -> RunningHearth.Ending {
                try await RunningHearth.hearth(
                    ["spool", "pack", "--device", device, "--compress", "none", "--output", path],
                    input: lines(0..<2), environment: environment)
            }
            #expect(try await pack(path).status == .success)
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            let frame = try bytes.withUnsafeBytes { bytes throws in try JSONDocument(parsingMessagePack: bytes) }
            frame.withRoot { root in
                #expect(root["device_id"]?.string == device && root["readings"]?.count == 2)
            }
            #expect(try await pack(path).status == .cannotCreate)
            #expect(try await pack(folder + "/day.zst").status == .usage)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["day.msgpack"])
        }
    }
}
