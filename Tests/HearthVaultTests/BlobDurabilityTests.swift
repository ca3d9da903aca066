import Foundation
import HearthCore
import Testing

@testable import HearthVault

@Suite struct BlobDurabilityTests {
    @Test func writersOfTheSameContentAgree() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let content = [UInt8](repeating: 42, count: 150_000)
            try inThreads(8) { index in
                for round in 0..<10 {
                    let reference = try store.store(content)
                    #expect(try store.content(of: reference.sha256) == content)
                    let own = try store.store(Array("\(index) \(round)".utf8))
                    #expect(try store.exists(own.sha256))
                }
            }
            #expect(files(below: "\(home)/blobs").count == 81)
            #expect(files(below: "\(home)/blobs/tmp") == [])
        }
    }

    @Test func writersAndDeletersOfTheSameContentLeaveItWhole() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let content = [UInt8](repeating: 7, count: 70_000)
            let sha256 = try store.store(content).sha256
            try inThreads(6) { index in
                for _ in 0..<30 {
                    switch index % 3 {
                    case 0: _ = try store.store(content)
                    case 1: _ = try store.delete(sha256)
                    default:
                        let code = failureCode {
                            let found = try store.content(of: sha256)
                            #expect(found == content)
                        }
                        #expect(code == nil || code == .notFound)
                    }
                }
            }
            #expect(try store.store(content).sha256 == sha256)
            #expect(try store.content(of: sha256) == content)
            #expect(files(below: "\(home)/blobs").count == 1)
        }
    }

    @Test func oneWriterEndsOnce() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            for _ in 0..<20 {
                let writer = try store.makeWriter()
                try writer.append([1, 2, 3])
                try inThreads(4) { index in
                    let code = failureCode {
                        if index == 0 { try writer.append([]) } else { _ = try writer.finish() }
                    }
                    #expect(code == nil || code == .internalError)
                }
                try store.visitAll { entry in
                    let reference = try entry.content.get()
                    try store.open(reference.sha256).verify()
                }
            }
            #expect(files(below: "\(home)/blobs").count == 1)
        }
    }

    @Test func readersShareOneReader() throws {
        try withHome { home in
            var generator = SeededGenerator(5)
            let content = generator.bytes(100_000)
            let store = try BlobStore(home: home, ring: .sample, chunkSize: 1024)
            let reader = try store.open(store.store(content).sha256)
            try inThreads(4) { index in
                var generator = SeededGenerator(UInt64(index))
                for _ in 0..<100 {
                    let start = Int.random(in: 0..<99_000, using: &generator)
                    let found = try reader.bytes(in: start..<start + 1000)
                    #expect(found == Array(content[start..<start + 1000]))
                }
            }
        }
    }

    @Test func leftoversOfACrashAreRemoved() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let writer = try store.makeWriter()
            try writer.append([1, 2, 3])
            let old = "\(home)/blobs/tmp/0123456789abcdef0123456789abcdef.part"
            let young = "\(home)/blobs/tmp/fedcba9876543210fedcba9876543210.part"
            for path in [old, young, "\(home)/blobs/tmp/notes"] { try write([1], to: path) }
            let now = SystemTime().now()
            let yesterday = Date(timeIntervalSince1970: now.seconds - 86400)
            for path in files(below: "\(home)/blobs/tmp") where !"\(home)/blobs/tmp/\(path)".hasPrefix(young) {
                try FileManager.default.setAttributes(
                    [.modificationDate: yesterday], ofItemAtPath: "\(home)/blobs/tmp/\(path)")
            }
            #expect(try store.removeStaleTemporaries(olderThan: .seconds(3600), now: now) == 1)
            #expect(!FileManager.default.fileExists(atPath: old), "it is old and nobody's")
            #expect(FileManager.default.fileExists(atPath: young), "it is young")
            let reference = try writer.finish()
            #expect(try store.content(of: reference.sha256) == [1, 2, 3], "it was being written")
            #expect(try store.removeStaleTemporaries(olderThan: .seconds(3600), now: now + .seconds(7200)) == 1)
            #expect(files(below: "\(home)/blobs/tmp") == ["notes"])
        }
    }

    /// Files that another program holds are found by their lock, and the lock goes with the program.
    @Test func killedProgramLeavesNoLock() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let path = "\(home)/blobs/tmp/0123456789abcdef0123456789abcdef.part"
            try write([1], to: path)
            let program = Process()
            program.executableURL = URL(filePath: "/bin/sh")
            program.arguments = ["-c", "exec 9<'\(path)'; flock 9; echo locked; exec sleep 60"]
            let output = Pipe()
            program.standardOutput = output
            try program.run()
            #expect(output.fileHandleForReading.availableData == Data("locked\n".utf8))
            let later = SystemTime().now() + .seconds(10)
            #expect(try store.removeStaleTemporaries(olderThan: .zero, now: later) == 0)
            kill(program.processIdentifier, SIGKILL)
            program.waitUntilExit()
            #expect(try store.removeStaleTemporaries(olderThan: .zero, now: later) == 1)
        }
    }

    @Test func folderThatCannotBeWrittenIsAnError() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            try FileManager.default.removeItem(atPath: "\(home)/blobs/tmp")
            #expect(failureCode { try store.makeWriter() } == .storageFailed)
            try write([], to: "\(home)/file")
            #expect(failureCode { try BlobStore(home: "\(home)/file", ring: .sample) } == .storageFailed)
        }
    }
}
