import Foundation
import HearthCore
import Testing

@testable import HearthVault

/// Someone with the disk and without the key changes files. Nothing but the truth, or an error, may come out.
@Suite struct BlobTamperTests {
    /// A store with one blob of small chunks, and its file.
    private func withBlob(
        size: Int, chunkSize: Int = 64,
        _ body: (BlobStore, BlobReference, _ path: String, _ file: [UInt8]) throws -> Void
    ) throws {
        try withHome { home in
            var generator = SeededGenerator(UInt64(size))
            let store = try BlobStore(home: home, ring: .sample, chunkSize: chunkSize)
            let reference = try store.store(generator.bytes(size))
            let path = "\(home)/blobs/" + files(below: "\(home)/blobs")[0]
            try body(store, reference, path, try contents(of: path))
        }
    }

    private func codeOfReading(_ store: BlobStore, _ reference: BlobReference) -> ErrorCode? {
        failureCode { try store.content(of: reference.sha256) }
    }

    @Test(arguments: [100]) func everyFlippedBitOfTheHeaderIsSeen(_ size: Int) throws {
        try withBlob(size: size) { store, reference, path, file in
            for index in 0..<BlobHeader.byteCount {
                for bit in 0..<8 {
                    var changed = file
                    changed[index] ^= 1 << UInt8(bit)
                    try write(changed, to: path)
                    let code = failureCode { try store.open(reference.sha256) }
                    let expected: ErrorCode = (16..<24).contains(index) ? .foreignKey : .blobDamaged
                    #expect(code == expected, "byte \(index), bit \(bit)")
                }
            }
        }
    }

    @Test(arguments: [0, 1, 64, 200]) func everyChangedByteOfTheChunksIsSeen(_ size: Int) throws {
        try withBlob(size: size) { store, reference, path, file in
            for index in BlobHeader.byteCount..<file.count {
                var changed = file
                changed[index] ^= UInt8(1 << (index % 8))
                try write(changed, to: path)
                #expect(codeOfReading(store, reference) == .blobDamaged, "byte \(index)")
            }
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 128, 300]) func cuttingOffIsSeenAtEveryLength(_ size: Int) throws {
        try withBlob(size: size) { store, reference, path, file in
            for count in 0..<file.count {
                try write(Array(file.prefix(count)), to: path)
                #expect(codeOfReading(store, reference) == .blobDamaged, "\(count) of \(file.count) bytes")
            }
        }
    }

    @Test func cuttingOffIsSeenAtEveryBorderOfStandardChunks() throws {
        let chunkSize = BlobHeader.standardChunkSize
        try withBlob(size: 5 * chunkSize, chunkSize: chunkSize) { store, reference, path, file in
            for chunk in 0..<5 {
                try write(Array(file.prefix(BlobHeader.byteCount + chunk * (chunkSize + 16))), to: path)
                #expect(codeOfReading(store, reference) == .blobDamaged, "after \(chunk) chunks")
            }
        }
    }

    /// The length can be put right by whoever cuts off; what a reader has open may also shrink.
    @Test func cuttingOffBehindAnOpenReaderIsSeen() throws {
        try withBlob(size: 300) { store, reference, path, file in
            let reader = try store.open(reference.sha256)
            _ = try reader.nextChunk()
            truncate(path, off_t(BlobHeader.byteCount + 2 * 80))
            _ = try reader.nextChunk()
            #expect(failureCode { try reader.nextChunk() } == .blobDamaged)
        }
    }

    @Test func appendingIsSeen() throws {
        try withBlob(size: 128) { store, reference, path, file in
            let lastChunk = Array(file.suffix(80))
            for tail in [[0], lastChunk, Array(file.dropFirst(BlobHeader.byteCount)), file] {
                try write(file + tail, to: path)
                #expect(codeOfReading(store, reference) == .blobDamaged)
            }
        }
    }

    @Test func reorderingIsSeen() throws {
        try withBlob(size: 256) { store, reference, path, file in
            let chunks = (0..<4).map { Array(file[(BlobHeader.byteCount + $0 * 80)...].prefix(80)) }
            for first in 0..<4 {
                for second in 0..<4 where first != second {
                    var order = chunks
                    order[first] = chunks[second]
                    try write(Array(file.prefix(BlobHeader.byteCount)) + order.joined(), to: path)
                    #expect(codeOfReading(store, reference) == .blobDamaged, "\(second) in place of \(first)")
                }
            }
        }
    }

    @Test func chunksOfAnotherBlobAreSeen() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample, chunkSize: 64)
            let references = try (0..<2).map { try store.store([UInt8](repeating: UInt8($0), count: 128)) }
            let paths = files(below: "\(home)/blobs").map { "\(home)/blobs/\($0)" }
            let sealed = try paths.map { try contents(of: $0) }
            try write(
                Array(sealed[0].prefix(BlobHeader.byteCount) + sealed[1].dropFirst(BlobHeader.byteCount)), to: paths[0])
            try write(
                Array(
                    sealed[1].prefix(BlobHeader.preambleByteCount) + sealed[0].dropFirst(BlobHeader.preambleByteCount)),
                to: paths[1])
            #expect(references.allSatisfy { codeOfReading(store, $0) == .blobDamaged })
            // Each whole file in the other's place.
            try write(sealed[1], to: paths[0])
            try write(sealed[0], to: paths[1])
            #expect(references.allSatisfy { codeOfReading(store, $0) == .blobDamaged })
        }
    }

    /// The header knows the size; the chunks by themselves know their place and the end too.
    @Test func chunkOpensOnlyInItsPlace() throws {
        let cipher = try BlobHeader(chunkSize: 64, ring: .sample).cipher
        var sealed: [UInt8] = []
        try Array("chunk".utf8).withUnsafeBytes { plaintext in
            try cipher.seal(plaintext, number: 3, isLast: false) { sealed = Array($0) }
        }
        func opened(number: Int, isLast: Bool, by cipher: ChunkCipher = cipher) -> String? {
            var room = [UInt8](repeating: 0, count: 12) + sealed
            let plaintext = room.withUnsafeMutableBytes { try? cipher.open($0, number: number, isLast: isLast) }
            return plaintext.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(opened(number: 3, isLast: false) == "chunk")
        #expect(opened(number: 3, isLast: true) == nil)
        #expect(opened(number: 2, isLast: false) == nil)
        #expect(opened(number: 3 + 1 << 32, isLast: false) == nil)
        #expect(try opened(number: 3, isLast: false, by: BlobHeader(chunkSize: 64, ring: .sample).cipher) == nil)
    }

    @Test func blobThatWasNeverFinishedDoesNotOpen() throws {
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample)
            let reference = try store.store([1, 2, 3])
            let path = "\(home)/blobs/" + files(below: "\(home)/blobs")[0]
            let writer = try store.makeWriter()
            try writer.append([1, 2, 3])
            let part = "\(home)/blobs/tmp/" + files(below: "\(home)/blobs/tmp")[0]
            try write(try contents(of: part), to: path)
            #expect(codeOfReading(store, reference) == .blobDamaged)
        }
    }
}
