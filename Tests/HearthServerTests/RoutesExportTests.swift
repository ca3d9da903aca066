import Foundation
import HTTPTypes
import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault
import Testing

@testable import HearthServer

@Suite struct ExportRouteTests {
    /// Entries by name, read by a foreign program.
    static func unzip(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a.zip")
        try Data(bytes).write(to: file)
        let run = Process()
        run.executableURL = URL(filePath: "/usr/bin/env")
        run.arguments = [
            "python3", "-c",
            """
            import sys, zipfile
            archive = zipfile.ZipFile(sys.argv[1])
            assert archive.testzip() is None
            archive.extractall(sys.argv[2])
            print("\\n".join(archive.namelist()))
            """, file.path, folder.appending(path: "out").path,
        ]
        let output = Pipe()
        run.standardOutput = output
        try run.run()
        let names = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        run.waitUntilExit()
        try #require(run.terminationStatus == 0)
        var entries: [String: [UInt8]] = [:]
        for name in names.split(separator: "\n") {
            entries[String(name)] = Array(try Data(contentsOf: folder.appending(path: "out/\(name)")))
        }
        return entries
    }

    static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    private func fill(_ home: RoutesHousehold) async throws {
        let readings = JSONValue.array(
            (0..<5000).map { index in
                [
                    "device_id": .string(home.phone.id.description),
                    "timestamp": .integer(1_795_240_000_000 + Int64(index)), "x": .real(Double(index) / 7), "y": 0,
                    "z": 9.81,
                ]
            })
        #expect(try await home.post("/sensor/accelerometer", readings).status == 200)
        #expect(try await home.post("/sensor/heartrate", home.heartrate(60, minute: 1)).status == 201)
        let upload = "/images/upload?device_id=\(home.phone.id)&timestamp=\(RoutesHousehold.time(minute: 1))"
        #expect(try await home.send(.post, upload, body: MediaFixtures.jpeg(), type: "image/jpeg").status == 201)
    }

    @Test(.enabled(if: hasPython, "needs python3"))
    func archiveHoldsEverythingOfOnePerson() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home)
            let answer = try await home.get("/export")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "application/zip")
            #expect(answer.headers[.contentDisposition] == "attachment; filename=\"hearth-2026-11-21.zip\"")
            let entries = try Self.unzip(answer.bytes)
            let lines = String(decoding: entries["streams/accelerometer.ndjson"] ?? [], as: UTF8.self).split(
                separator: "\n")
            #expect(lines.count == 5000)
            #expect(try JSONValue(parsing: String(lines[7]))["x"] == 1)
            #expect(entries["streams/gps.ndjson"] == nil)
            #expect(entries["schemas/accelerometer.json"] != nil)
            let devices = try JSONValue(parsing: entries["devices.json"] ?? [])
            #expect(devices.array?.count == 2)
            #expect(
                entries.filter { $0.key.hasPrefix("files/") && $0.key.hasSuffix(".jpeg") }.map(\.value) == [
                    MediaFixtures.jpeg()
                ])
            let manifest = try JSONValue(parsing: entries["manifest.json"] ?? [])
            #expect(manifest["readings"] == ["accelerometer": 5000, "heartrate": 1, "image": 1])
            #expect(manifest["files"] == 1)
            #expect(manifest["person"]?["name"] == "Ada")
        }
    }

    @Test(.enabled(if: hasPython, "needs python3"))
    func archiveCanBeNarrowed() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home)
            let some = try await home.get("/export?files=false&from=\(RoutesHousehold.time(minute: 0))")
            let entries = try Self.unzip(some.bytes)
            #expect(entries["streams/accelerometer.ndjson"] == nil)
            #expect(entries["streams/heartrate.ndjson"] != nil)
            #expect(!entries.keys.contains { $0.hasPrefix("files/") })
            let bens = try Self.unzip(try await home.get("/export", as: .member).bytes)
            #expect(Set(bens.keys) == ["devices.json", "manifest.json"])
        }
    }

    /// More turns in one conversation, and more open questions, than the store lists at once.
    @Test(.enabled(if: hasPython, "needs python3"))
    func longConversationsAreExportedWhole() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let session = UniqueID.random(at: RoutesHousehold.now)
            let turns = LibraryLimits.listLength + 1
            for number in 0..<turns {
                let time = Timestamp(microseconds: RoutesHousehold.now.microseconds + Int64(number))
                try await home.library.append(
                    Turn(
                        id: UniqueID.random(at: time), session: session, person: home.ada.id, timestamp: time,
                        user: "Question \(number)?", assistant: "No.", confidence: 0, answered: false, citations: [],
                        author: .extractive))
            }
            let gaps = 450
            for number in 0..<gaps {
                try await home.library.file(
                    Gap(
                        id: UniqueID.random(at: RoutesHousehold.now), person: home.ada.id, turn: nil,
                        question: "Question \(number)?", confidence: 0, openedAt: RoutesHousehold.now))
            }
            let entries = try Self.unzip(try await home.get("/export").bytes)
            func lines(_ name: String) -> [Substring] {
                String(decoding: entries[name] ?? [], as: UTF8.self).split(separator: "\n")
            }
            #expect(lines("library/turns.ndjson").count == turns)
            #expect(lines("library/turns.ndjson").last?.contains("Question \(turns - 1)?") == true)
            #expect(Set(lines("library/gaps.ndjson")).count == gaps)
            let manifest = try JSONValue(parsing: entries["manifest.json"] ?? [])
            #expect(manifest["library"] == ["turns": .integer(Int64(turns)), "gaps": .integer(Int64(gaps))])
        }
    }

    @Test func archiveIsForItsPerson() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.get("/export", as: .phone).status == 403)
            #expect(try await home.get("/export", as: .nobody).status == 401)
            #expect(try await home.get("/export?person_id=\(home.ada.id)", as: .member).status == 403)
            #expect(try await home.get("/export?person_id=\(home.ben.id)").status == 200)
            #expect(try await home.get("/export?person_id=01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60").status == 404)
            #expect(try await home.get("/export?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z").status == 400)
        }
    }

    // MARK: People

    @Test func peopleAreListedAsFarAsTheCallerSees() async throws {
        try await RoutesHousehold.with { (home) async throws in
            func names(_ caller: RoutesHousehold.Caller) async throws -> [String] {
                try await home.get("/people", as: caller).json["items"]?.array?.compactMap { $0["name"]?.string } ?? []
            }
            #expect(try await names(.owner) == ["Ada", "Ben"])
            #expect(try await names(.member) == ["Ben"])
            #expect(try await home.get("/people", as: .phone).status == 403)
        }
    }

    @Test func erasingTakesReadingsAndFilesThatNobodyElseHas() async throws {
        try await RoutesHousehold.with { (home) async throws in
            try await fill(home)
            func upload(_ device: Device, _ caller: RoutesHousehold.Caller, _ bytes: [UInt8]) async throws -> String {
                let path = "/images/upload?device_id=\(device.id)&timestamp=\(RoutesHousehold.time(minute: 2))"
                let answer = try await home.send(.post, path, as: caller, body: bytes, type: "image/png")
                return try #require(answer.json["blob"]?.string)
            }
            let shared = try await upload(home.phone, .owner, MediaFixtures.png())
            #expect(try await upload(home.bensPhone, .member, MediaFixtures.png()) == shared)
            let own = try await upload(home.phone, .owner, MediaFixtures.png(width: 7))

            let path = "/people/\(home.ada.id)/data"
            func erase(_ body: String, as caller: RoutesHousehold.Caller = .owner) async throws
                -> RoutesHousehold.Answer
            {
                try await home.send(.delete, path, as: caller, body: Array(body.utf8))
            }
            #expect(try await erase("{}").pointers == ["/confirm"])
            #expect(try await erase(#"{"confirm":"Ben"}"#).pointers == ["/confirm"])
            #expect(try await erase("").status == 400)
            #expect(try await erase(#"{"confirm":"Ada"}"#, as: .member).status == 403)
            #expect(try await home.get("/streams/heartrate").json["items"]?.array?.count == 1)

            let answer = try await erase(#"{"confirm":"Ada"}"#)
            #expect(answer.status == 200)
            #expect(answer.json == ["readings": 5004, "files": 2, "documents": 0, "turns": 0, "segments": 0])
            #expect(try await home.get("/streams/heartrate").json["items"] == [])
            #expect(try home.blobs.exists(shared))
            #expect(try home.blobs.exists(own) == false)
            #expect(try await home.get("/blobs/\(shared)", as: .member).status == 200)
            #expect(
                try await erase("{\"confirm\":\"\(home.ada.id)\"}").json
                    == ["readings": 0, "files": 0, "documents": 0, "turns": 0, "segments": 0])
        }
    }
}

@Suite struct ZipWriterTests {
    @Test(.enabled(if: ExportRouteTests.hasPython, "needs python3"))
    func entriesComeOutAsTheyWentIn() throws {
        var zip = try ZipWriter(at: RoutesHousehold.now)
        var bytes: [UInt8] = []
        var expected: [String: [UInt8]] = [:]
        for (index, size) in [0, 1, 100_000, 3_000_000].enumerated() {
            let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            for (name, method) in [("ä\(index).txt", ZipWriter.Method.deflated), ("b\(index).bin", .stored)] {
                zip.begin(name, method)
                for start in stride(from: 0, to: size, by: 70_000) {
                    zip.write(Array(content[start..<min(size, start + 70_000)]))
                    bytes += zip.drain()
                }
                zip.end()
                expected[name] = content
            }
        }
        zip.finish()
        bytes += zip.drain()
        #expect(try ExportRouteTests.unzip(bytes) == expected)
    }

    @Test(.enabled(if: ExportRouteTests.hasPython, "needs python3"))
    func entriesSayWhenTheyWereMade() throws {
        let time = try #require(Timestamp("2026-11-21T16:47:31Z"))
        var zip = try ZipWriter(at: time)
        zip.begin("a", .stored)
        zip.end()
        zip.finish()
        let bytes = zip.drain()
        let file = FileManager.default.temporaryDirectory.appending(path: "time-\(UUID().uuidString).zip")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let run = Process()
        run.executableURL = URL(filePath: "/usr/bin/env")
        run.arguments = [
            "python3", "-c",
            """
            import struct, sys, zipfile
            entry = zipfile.ZipFile(sys.argv[1]).getinfo("a")
            mark, size, flags, seconds = struct.unpack("<HHBi", entry.extra)
            print(*entry.date_time, hex(mark), size, flags, seconds)
            """, file.path,
        ]
        let output = Pipe()
        run.standardOutput = output
        try run.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        run.waitUntilExit()
        // Seconds of the old form go in steps of two; the extended one is exact, and UTC.
        #expect(text == "2026 11 21 16 47 30 0x5455 5 1 \(time.microseconds / 1_000_000)\n")
    }

    @Test(.enabled(if: ExportRouteTests.hasPython, "needs python3"))
    func manyEntriesNeedALargeDirectory() throws {
        var zip = try ZipWriter(at: RoutesHousehold.now)
        for index in 0..<65_600 {
            zip.begin("\(index)", .stored)
            zip.end()
        }
        zip.finish()
        let bytes = zip.drain()
        let file = FileManager.default.temporaryDirectory.appending(path: "many-\(UUID().uuidString).zip")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let run = Process()
        run.executableURL = URL(filePath: "/usr/bin/env")
        run.arguments = [
            "python3", "-c", "import sys, zipfile; sys.exit(len(zipfile.ZipFile(sys.argv[1]).namelist()) != 65600)",
            file.path,
        ]
        try run.run()
        run.waitUntilExit()
        #expect(run.terminationStatus == 0)
    }
}
