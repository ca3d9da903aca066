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
            try write(folder + "/a/shot.png", [0x89, 0x50, 0x4e, 0x47, 13, 10])
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
            #expect(try await run().alreadyThere == 2)
            try write(folder + "/in/two.txt", Array("Two, changed.".utf8))
            let third = try await run()
            #expect(third.done == 1 && third.alreadyThere == 1)
            #expect(sent.withLock { $0 } == ["one.txt", "two.txt", "two.txt"])
            // What went back to an earlier content has changed, too.
            try write(folder + "/in/two.txt", Array("Two.".utf8))
            #expect(try await run().done == 1)
            #expect(try await run().alreadyThere == 2)
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
            #expect(report.alreadyThere == 3 && report.done == 9)
            #expect(progress.withLock { $0 } == Array(1...12))
            var third = try importer()
            #expect(try await third.run(.of([folder + "/in"])).alreadyThere == 12)
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
