import Foundation
import HearthCollect
import HearthCore
import Synchronization
import Testing

struct ImportTests {
    /// A folder that is gone when the test is over.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-import-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(String(cString: try #require(realpath(folder, nil))))
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws {
        try FileManager.default.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test func filesGoWhereTheyAreUnderstood() async throws {
        try await withFolder { folder in
            try write(folder + "/a/note.md", Array("# Boat".utf8))
            try write(folder + "/a/b/voice.txt", Array("RIFF....WAVEfmt ".utf8))
            try write(folder + "/a/shot.png", [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
            try write(folder + "/plan.pdf", Array("%PDF-1.7".utf8))
            try write(folder + "/mail.eml", Array("From: a@b.c".utf8))
            try write(folder + "/bomb.zip", [0x50, 0x4b, 3, 4, 0])
            try write(folder + "/noise.bin", (0...255).map { UInt8($0 % 9) })
            try write(folder + "/empty.txt", [])
            try write(folder + "/.hidden/secret.txt", Array("secret".utf8))
            try FileManager.default.createSymbolicLink(atPath: folder + "/a/circle", withDestinationPath: folder)
            try FileManager.default.createSymbolicLink(atPath: folder + "/outside", withDestinationPath: "/etc/passwd")
            let plan = ImportPlan.of([folder, folder + "/plan.pdf", folder + "/missing"])
            #expect(plan.items.map(\.name) == ["a/b/voice.txt", "a/note.md", "a/shot.png", "mail.eml", "plan.pdf"])
            #expect(plan.items.map(\.route) == [.audio, .document, .image, .document, .document])
            #expect(
                plan.items.map(\.mediaType) == [
                    "audio/wav", "text/markdown", "image/png", "message/rfc822", "application/pdf",
                ])
            #expect(plan.hidden == 1)
            let skipped = Set(plan.skipped.map { $0.path.split(separator: "/").last.map(String.init) ?? "" })
            #expect(skipped == ["circle", "outside", "bomb.zip", "noise.bin", "empty.txt", "missing"])
        }
    }

    /// All that the server reads, by their first bytes; a text that begins with the letters of a BMP stays a text.
    @Test func picturesOfEveryReadKindGoWhereTheyAreRead() async throws {
        try await withFolder { folder in
            let bmp: [UInt8] = Array("BM".utf8) + [90, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0]
            try write(folder + "/1", [0xff, 0xd8, 0xff, 0xe0])
            try write(folder + "/2", [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
            try write(folder + "/3", Array("RIFF1234WEBPVP8 ".utf8))
            try write(folder + "/4", Array("GIF89a".utf8))
            try write(folder + "/5", bmp)
            try write(folder + "/6", [0x4d, 0x4d, 0, 42, 0, 0, 0, 8])
            try write(folder + "/7", Array("BMW makes cars.".utf8))
            try write(folder + "/8", [0, 0, 0, 24] + Array("ftypheic".utf8))
            let plan = ImportPlan.of([folder])
            #expect(
                plan.items.map(\.mediaType) == [
                    "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "text/plain",
                ])
            #expect(plan.items.dropLast().allSatisfy { $0.route == .image })
            #expect(plan.skipped.map(\.reason) == ["Pictures of the kind HEIC are not read; save it as JPEG."])
        }
    }

    /// The mark of UTF-16 looks like the first header of MPEG audio.
    @Test func textOfEveryWidthIsTextAndBareMPEGAudioIsSound() async throws {
        try await withFolder { folder in
            let text = Array("The boat is moored at berth fourteen. Ask Anna for the key.".unicodeScalars)
            let little: [UInt8] = text.flatMap { [UInt8($0.value), 0] }
            let big: [UInt8] = text.flatMap { [0, UInt8($0.value)] }
            let wideLittle: [UInt8] = text.flatMap { [UInt8($0.value), 0, 0, 0] }
            let wideBig: [UInt8] = text.flatMap { [0, 0, 0, UInt8($0.value)] }
            try write(folder + "/1.txt", [0xff, 0xfe] + little)
            try write(folder + "/2.txt", [0xfe, 0xff] + big)
            try write(folder + "/3.txt", [0xff, 0xfe, 0, 0] + wideLittle)
            try write(folder + "/4.txt", [0, 0, 0xfe, 0xff] + wideBig)
            // Four frames of layer III, and of layer I with a checksum, whose header begins as UTF-16 does.
            let frame: [UInt8] = [0xff, 0xfb, 0x90, 0x64] + [UInt8](repeating: 0, count: 413)
            try write(folder + "/5.mp3", frame + frame + frame + frame)
            let first: [UInt8] = [0xff, 0xfe, 0x44, 0] + [UInt8](repeating: 1, count: 128 - 4)
            try write(folder + "/6.mp1", first + first + first)
            let plan = ImportPlan.of([folder])
            #expect(plan.items.map(\.route) == [.document, .document, .document, .document, .audio, .audio])
            #expect(plan.skipped.isEmpty)
        }
    }

    @Test func aFileOverTheLimitIsLeftOut() async throws {
        try await withFolder { folder in
            try write(folder + "/long.txt", Array(repeating: 0x61, count: 100))
            var limits = ImportPlan.Limits()
            limits.fileBytes = 99
            #expect(ImportPlan.of([folder], limits: limits).skipped.first?.reason.contains("100 bytes") == true)
        }
    }

    @Test func nothingIsSentTwiceAndAnEditIsSentAgain() async throws {
        try await withFolder { folder in
            try write(folder + "/in/one.txt", Array("One.".utf8))
            try write(folder + "/in/two.txt", Array("Two.".utf8))
            let sent = Mutex<[String]>([])
            func run() async throws -> ImportReport {
                var importer = Importer(journal: try ImportJournal(path: folder + "/journal")) { item, digest in
                    #expect(digest.count == 64)
                    sent.withLock { $0.append(item.name) }
                    return .stored
                }
                return try await importer.run(.of([folder + "/in"]))
            }
            #expect(try await run().done == 2)
            #expect(try await run().sentBefore == 2)
            try write(folder + "/in/two.txt", Array("Two, changed.".utf8))
            let third = try await run()
            #expect(third.done == 1 && third.sentBefore == 1)
            #expect(sent.withLock { $0 } == ["one.txt", "two.txt", "two.txt"])
            // What went back to an earlier content has changed, too.
            try write(folder + "/in/two.txt", Array("Two.".utf8))
            #expect(try await run().done == 1)
            #expect(try await run().sentBefore == 2)
        }
    }

    @Test func aMovedDocumentStaysOneAndACopyIsNoOther() async throws {
        try await withFolder { folder in
            let boat = Array("The boat is at berth fourteen.".utf8)
            try write(folder + "/in/boat.md", boat)
            let sent = Mutex<[String]>([])
            func run(again: Bool = false) async throws -> ImportReport {
                var importer = Importer(
                    journal: try ImportJournal(path: folder + "/journal"), again: again
                ) { item, _ in
                    sent.withLock { $0.append("\(item.name) \((item.key ?? "").dropFirst(folder.count + 4))") }
                    return .stored
                }
                return try await importer.run(.of([folder + "/in"]))
            }
            func take() -> [String] {
                sent.withLock { list in
                    defer { list = [] }
                    return list
                }
            }
            _ = try await run()
            #expect(take() == ["boat.md boat.md"])
            try FileManager.default.moveItem(atPath: folder + "/in/boat.md", toPath: folder + "/in/ship.md")
            #expect(try await run().done == 1)
            #expect(take() == ["ship.md boat.md"])
            try write(folder + "/in/copy/ship.md", boat)
            #expect(try await run().sentBefore == 2)
            #expect(take() == [])
            // What changes is a version of the same, the copy now a document of its own; so is what comes in the old place.
            try write(folder + "/in/ship.md", Array("The boat is at berth nine.".utf8))
            try write(folder + "/in/boat.md", Array("Another boat.".utf8))
            _ = try await run()
            let third = take()
            #expect(
                third.count == 3 && third.contains("ship.md boat.md") && third.contains("copy/ship.md copy/ship.md"))
            #expect(third.contains { $0.hasPrefix("boat.md boat.md#") })
            #expect(try await run().sentBefore == 3)
            #expect(try await run(again: true).done == 3)
            #expect(take() == third)
        }
    }

    @Test func anImportThatWasStoppedGoesOn() async throws {
        try await withFolder { folder in
            for index in 0..<12 { try write(folder + "/in/\(index).txt", Array("Note \(index).".utf8)) }
            let isAway = Mutex(false)
            let sent = Mutex(0)
            func importer() throws -> Importer {
                Importer(journal: try ImportJournal(path: folder + "/journal")) { _, _ in
                    if isAway.withLock({ $0 }) { throw HearthError(.overloaded, "Away.", disposition: .retry) }
                    let count = sent.withLock {
                        $0 += 1
                        return $0
                    }
                    if count == 3 { isAway.withLock { $0 = true } }
                    return .stored
                }
            }
            var first = try importer()
            let error = await #expect(throws: HearthError.self) { try await first.run(.of([folder + "/in"])) }
            #expect(error?.disposition == .retry)
            // A line that a crash cut in the middle.
            let journal = try #require(FileHandle(forWritingAtPath: folder + "/journal"))
            try journal.seekToEnd()
            try journal.write(contentsOf: Data("document 12".utf8))
            try journal.close()
            isAway.withLock { $0 = false }
            var second = try importer()
            let progress = Mutex<[Int]>([])
            let report = try await second.run(.of([folder + "/in"])) { step in
                progress.withLock { $0.append(step.finished) }
            }
            #expect(report.sentBefore == 3 && report.done == 9)
            #expect(progress.withLock { $0 } == Array(1...12))
            var third = try importer()
            #expect(try await third.run(.of([folder + "/in"])).sentBefore == 12)
        }
    }

    /// As a full disk leaves it: the line reads as a whole one, of another path.
    @Test(arguments: ["document", "moved"])
    func aLineThatWasCutInsideOfItsPathIsTakenOff(_ kind: String) async throws {
        try await withFolder { folder in
            let text = Array("The boat is at berth fourteen.".utf8)
            try write(folder + "/in/note.md", text)
            try write(folder + "/other/list.md", Array("Milk.".utf8))
            let digest = try await Importer.digest(folder + "/in/note.md")
            let cut =
                kind == "document"
                ? "document \(digest) \(folder)/in/no" : "moved 4 /old \(folder)/in/note.m"
            try write(folder + "/journal", Array(cut.utf8))
            let sent = Mutex<[String]>([])
            func run(_ name: String) async throws {
                var importer = Importer(journal: try ImportJournal(path: folder + "/journal")) { item, _ in
                    sent.withLock { $0.append(String((item.key ?? "").dropFirst(folder.count))) }
                    return .stored
                }
                _ = try await importer.run(.of([folder + name]))
            }
            try await run("/other")
            try await run("/in")
            try FileManager.default.moveItem(atPath: folder + "/in/note.md", toPath: folder + "/in/note.m")
            try await run("/in")
            #expect(sent.withLock { $0 } == ["/other/list.md", "/in/note.md", "/in/note.md"])
            let lines = try String(contentsOfFile: folder + "/journal", encoding: .utf8).split(separator: "\n")
            #expect(lines.allSatisfy { !cut.hasPrefix($0) })
        }
    }

    /// What old Macs call a folder's icon, and worse.
    @Test func namesWithLineBreaksAreKnownAgain() async throws {
        try await withFolder { folder in
            try write(folder + "/in/Icon\r", Array("One.".utf8))
            try write(folder + "/in/Ocon\r\nx", Array("Two.".utf8))
            try write(folder + "/in/last", Array("Three.".utf8))
            func run() async throws -> ImportReport {
                var importer = Importer(journal: try ImportJournal(path: folder + "/journal")) { _, _ in .stored }
                return try await importer.run(.of([folder + "/in"]))
            }
            #expect(try await run().done == 3)
            #expect(try await run().sentBefore == 3)
        }
    }

    @Test func theSecondNameOfAFileIsInTheReport() async throws {
        try await withFolder { folder in
            try write(folder + "/a.txt", Array("One.".utf8))
            try FileManager.default.linkItem(atPath: folder + "/a.txt", toPath: folder + "/b.txt")
            let plan = ImportPlan.of([folder, folder + "/a.txt", folder + "/b.txt"])
            #expect(plan.items.map(\.name) == ["a.txt"])
            #expect(plan.skipped.map(\.path) == [folder + "/b.txt"])
            #expect(plan.skipped.map(\.reason) == ["It is the same file as another one."])
        }
    }

    @Test func theServersReasonIsInTheReport() async throws {
        try await withFolder { folder in
            try write(folder + "/a.txt", Array("x".utf8))
            var importer = Importer(journal: try ImportJournal(path: folder + "/journal")) { _, _ in
                throw HearthError(.invalidValue, "The document has no text.")
            }
            let report = try await importer.run(.of([folder + "/a.txt"]))
            #expect(report.results.map(\.outcome) == [.notUnderstood("The document has no text.")])
        }
    }
}
