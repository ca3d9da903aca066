import Crypto
import Foundation
import HearthCore
import Testing

@testable import HearthVault

@Suite struct BlobTests {
    static let standard = BlobHeader.standardChunkSize

    @Test(arguments: [
        0, 1, 2, standard - 1, standard, standard + 1, 2 * standard, 3 * standard + 17, 5 * 1024 * 1024 + 7,
    ])
    func contentComesBack(_ size: Int) throws {
        try withHome { home in
            var generator = SeededGenerator(UInt64(size))
            let content = generator.bytes(size)
            let store = try BlobStore(home: home, ring: .sample)
            let writer = try store.makeWriter()
            var rest = content[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 0...200_000, using: &generator))
                try writer.append(Array(piece))
                rest = rest.dropFirst(piece.count)
                #expect(writer.size == size - rest.count)
            }
            let reference = try writer.finish()
            #expect(reference.size == size)
            #expect(reference.sha256 == SHA256.hash(data: content).map { String(format: "%02x", $0) }.joined())

            // Opened anew, as after a restart.
            let reader = try BlobStore(home: home, ring: .sample).open(reference.sha256)
            #expect(reader.reference == reference && reader.size == size)
            var read: [UInt8] = []
            while let chunk = try reader.nextChunk() {
                #expect(!chunk.isEmpty && chunk.count <= reader.chunkSize)
                read += chunk
            }
            #expect(read == content)
            #expect(try reader.nextChunk() == nil)
            try reader.verify()
        }
    }

    @Test(arguments: [1, 7, 16, 33, 64, 1000]) func piecesOfAnySizeComeBack(_ piece: Int) throws {
        try withHome { home in
            var generator = SeededGenerator(9)
            let content = generator.bytes(500)
            let store = try BlobStore(home: home, ring: .sample, chunkSize: 16)
            let reference = try store.store(content)
            let reader = try store.open(reference.sha256)
            var read: [UInt8] = []
            var room = [UInt8](repeating: 0, count: piece)
            while true {
                let count = try room.withUnsafeMutableBytes { try reader.read(into: $0) }
                if count == 0 { break }
                read += room[..<count]
            }
            #expect(read == content)
        }
    }

    @Test func rangesOpenOnlyTheirChunks() throws {
        try withHome { home in
            var generator = SeededGenerator(3)
            let content = generator.bytes(1000)
            let store = try BlobStore(home: home, ring: .sample, chunkSize: 64)
            let reference = try store.store(content)
            let reader = try store.open(reference.sha256)
            for _ in 0..<300 {
                let start = Int.random(in: 0...1000, using: &generator)
                let end = Int.random(in: start...1000, using: &generator)
                #expect(try reader.bytes(in: start..<end) == Array(content[start..<end]))
            }
            #expect(try reader.bytes(in: 990..<5000) == Array(content[990...]))
            #expect(try reader.bytes(in: 2000..<5000) == [])

            // With the first chunk broken, the others can still be had.
            let path = "\(home)/blobs/" + files(below: "\(home)/blobs")[0]
            var bytes = try contents(of: path)
            bytes[BlobHeader.byteCount] ^= 1
            try write(bytes, to: path)
            let broken = try store.open(reference.sha256)
            #expect(try broken.bytes(in: 64..<1000) == Array(content[64...]))
            #expect(failureCode { try broken.bytes(in: 63..<65) } == .blobDamaged)
            #expect(failureCode { try broken.verify() } == .blobDamaged)
        }
    }

    @Test func filesTellNothingOfTheirContent() throws {
        try withHome { home in
            let content = [UInt8](repeating: UInt8(ascii: "s"), count: 1000)
            let store = try BlobStore(home: home, ring: .sample)
            let reference = try store.store(content)
            let names = files(below: "\(home)/blobs")
            #expect(names.count == 1)
            #expect(names[0].wholeMatch(of: /[0-9a-f]{2}\/[0-9a-f]{62}/) != nil)
            #expect(!names[0].replacingOccurrences(of: "/", with: "").contains(reference.sha256))
            let bytes = try contents(of: "\(home)/blobs/\(names[0])")
            #expect(bytes.count == BlobHeader.byteCount + 1000 + 16)
            #expect(!String(decoding: bytes, as: UTF8.self).contains("ssss"))
            #expect(try permissions(of: "\(home)/blobs/\(names[0])") == 0o600)
            #expect(try permissions(of: "\(home)/blobs") == 0o700)
        }
    }

    /// Sealed by another implementation (Python's `cryptography`) after the table in `BlobHeader`, with the key of
    /// bytes 0…31.
    @Test func knownFileOpens() throws {
        let sealed = try #require(
            Hexadecimal.decode(
                "48525448424c42310000000100000010f1c8f07ff3691bf06465666768696a6b6c6d6e6f750289d1b0fca91bdcf75560"
                    + "a2e8e6d786b4d0b0708f4f11a17818f1e2717d14d98a0abb9fe5d19c72012bcabe676a2237692d53c27bdac3ad60869f"
                    + "0b2e2ddd201ff772b9fc8331d023b41bc85d1ab3cc2fe751604878d87206de2aafa2af066f1ee8e53ca432509fd7e84f"
                    + "44d3e5597813a6b67b2bc99bb5c8bcfb3d7fe4507bd0c3ed4522afb86fac4a5f06476ff61d3aa248fd3d94e36aedc43b"
                    + "07dd25d3654288767a22ac851033c01deffd2cc374613e8eba4279c941693ffa44657366"))
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let folder = "\(home)/blobs/cd"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try write(sealed, to: "\(folder)/7af21434ae7ccef1cccc53c03073c93b0ad46269255c66f641c0e09d29d1a1")
            let content = try store.content(of: "75a96ef8021c3ca0fe348f8c0b52ebbb4975fb2ef65d92e745364fa45ceca792")
            #expect(String(decoding: content, as: UTF8.self) == "The quick brown fox jumps over the dog!!")
        }
    }

    @Test func sameContentIsKeptOnce() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let first = try store.store([1, 2, 3])
            let path = "\(home)/blobs/" + files(below: "\(home)/blobs")[0]
            let before = try contents(of: path)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: path)
            #expect(try store.store([1, 2, 3]) == first)
            #expect(files(below: "\(home)/blobs").count == 1)
            #expect(try contents(of: path) == before, "the file stays as it was")
            var modified: Timestamp?
            try store.visitAll { modified = $0.modified }
            #expect(try #require(modified) > Timestamp(seconds: 1_000_000), "its time is renewed")
        }
    }

    @Test func damagedFileIsReplacedBySendingItAgain() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let reference = try store.store([1, 2, 3])
            let path = "\(home)/blobs/" + files(below: "\(home)/blobs")[0]
            try write(Array(try contents(of: path).dropLast()), to: path)
            #expect(failureCode { try store.open(reference.sha256) } == .blobDamaged)
            _ = try store.store([1, 2, 3])
            #expect(try store.content(of: reference.sha256) == [1, 2, 3])
        }
    }

    @Test func deletedBlobIsGone() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let reference = try store.store([4, 5])
            let reader = try store.open(reference.sha256)
            #expect(try store.exists(reference.sha256))
            #expect(try store.delete(reference.sha256))
            #expect(try !store.exists(reference.sha256))
            #expect(try !store.delete(reference.sha256))
            #expect(failureCode { try store.open(reference.sha256) } == .notFound)
            #expect(try reader.nextChunk() == [4, 5], "who has it open keeps it")
            #expect(try store.store([4, 5]) == reference)
        }
    }

    @Test func youngBlobIsSpared() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let sha256 = try store.store([1]).sha256
            let path = "\(home)/blobs/" + files(below: "\(home)/blobs")[0]
            let cutoff = SystemTime().now() - .seconds(3600)
            let longAgo: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSince1970: 0)]
            #expect(try !store.delete(sha256, unmodifiedSince: cutoff))
            try FileManager.default.setAttributes(longAgo, ofItemAtPath: path)
            _ = try store.store([1])
            #expect(try !store.delete(sha256, unmodifiedSince: cutoff), "it was just written again")
            try FileManager.default.setAttributes(longAgo, ofItemAtPath: path)
            #expect(try store.delete(sha256, unmodifiedSince: cutoff))
            #expect(try !store.delete(sha256, unmodifiedSince: cutoff))
        }
    }

    @Test(arguments: [
        "", "abc", String(repeating: "g", count: 64), String(repeating: "A", count: 64), "../../etc/passwd",
    ])
    func nonsenseNamesNoBlob(_ name: String) throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            #expect(failureCode { try store.open(name) } == .notFound)
            #expect(try !store.exists(name) && !store.delete(name))
        }
    }

    @Test func everyStoredBlobIsListed() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            #expect(try !BlobStore.holdsBlobs(home: home))
            let unfinished = try store.makeWriter()
            try unfinished.append([9])
            #expect(try !BlobStore.holdsBlobs(home: home))
            let references = try (0..<40).map { try store.store(Array("content \($0)".utf8)) }
            #expect(try BlobStore.holdsBlobs(home: home))
            try write([1], to: "\(home)/blobs/notes.txt")
            var listed: Set<BlobReference> = []
            try store.visitAll { entry in
                let reference = try entry.content.get()
                listed.insert(reference)
                #expect(entry.storedByteCount == BlobHeader.byteCount + reference.size + 16)
                #expect(abs((SystemTime().now() - entry.modified).inSeconds) < 3600)
            }
            #expect(listed == Set(references))
        }
    }

    @Test func homeWithoutFolderHoldsNoBlobs() throws {
        try withHome { home in
            let holdsBlobs = try BlobStore.holdsBlobs(home: "\(home)/nowhere")
            #expect(!holdsBlobs)
        }
    }

    @Test func listTellsWhatIsWrongWithAFile() throws {
        try withHome { home in
            let references = try (0..<2).map { try BlobStore(home: home, ring: .sample).store([UInt8($0)]) }
            let stranger = try BlobStore(home: home, ring: KeyRing(key: Array(1...32)))
            var codes: [ErrorCode] = []
            try stranger.visitAll { entry in
                if case .failure(let failure) = entry.content { codes.append(failure.code) }
            }
            #expect(codes == [.foreignKey, .foreignKey])
            #expect(failureCode { try stranger.open(references[0].sha256) } == .notFound)

            let paths = files(below: "\(home)/blobs").map { "\(home)/blobs/\($0)" }
            try FileManager.default.removeItem(atPath: paths[0])
            try FileManager.default.copyItem(atPath: paths[1], toPath: paths[0])
            codes = []
            try BlobStore(home: home, ring: .sample).visitAll { entry in
                if case .failure(let failure) = entry.content { codes.append(failure.code) }
            }
            #expect(codes == [.blobDamaged], "a blob in another's place")
        }
    }

    @Test func writerStopsAtItsLimit() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let exact = try store.makeWriter(maximumSize: 3)
            try exact.append([1, 2, 3])
            _ = try exact.finish()
            let writer = try store.makeWriter(maximumSize: 3)
            try writer.append([1, 2])
            #expect(failureCode { try writer.append([3, 4]) } == .tooLarge)
            #expect(failureCode { try writer.append([3]) } == .tooLarge, "it has ended")
            #expect(failureCode { try writer.finish() } == .tooLarge)
            #expect(files(below: "\(home)/blobs/tmp") == [])
        }
    }

    @Test func abandonedWriterLeavesNothing() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            do {
                let writer = try store.makeWriter()
                try writer.append([UInt8](repeating: 1, count: 200_000))
                #expect(files(below: "\(home)/blobs/tmp").count == 1)
            }
            #expect(files(below: "\(home)/blobs") == [])
            let writer = try store.makeWriter()
            writer.abort()
            writer.abort()
            #expect(files(below: "\(home)/blobs") == [])
            #expect(failureCode { try writer.append([1]) } == .internalError)
            #expect(failureCode { try writer.finish() } == .internalError)
        }
    }

    @Test func finishedWriterIsFinished() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let writer = try store.makeWriter()
            let reference = try writer.finish()
            writer.abort()
            #expect(failureCode { try writer.finish() } == .internalError)
            #expect(failureCode { try writer.append([1]) } == .internalError)
            #expect(try store.content(of: reference.sha256) == [])
        }
    }
}
