import Foundation
import HearthCore
import Testing

@testable import HearthVault

/// Random damage for `HEARTH_FUZZ_SECONDS` (2 by default), from `HEARTH_FUZZ_SEED` (1 by default).
@Suite struct BlobFuzzTests {
    @Test func damagedFilesNeverGiveWrongContent() throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["HEARTH_FUZZ_SECONDS"].flatMap(Double.init) ?? 2
        let seed = environment["HEARTH_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        var generator = SeededGenerator(seed)
        let end = ContinuousClock.now + .seconds(seconds)
        var rounds = 0
        try withHome { home in
            let store = try BlobStore(home: home, ring: .sample, chunkSize: 32)
            let samples = try [0, 1, 32, 33, 500].map { size in
                let content = generator.bytes(size)
                return (content: content, reference: try store.store(content))
            }
            let paths = files(below: "\(home)/blobs").map { "\(home)/blobs/\($0)" }
            let originals = try paths.map { try contents(of: $0) }
            while ContinuousClock.now < end {
                rounds += 1
                let victim = Int.random(in: 0..<paths.count, using: &generator)
                var bytes = originals[victim]
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    mutate(&bytes, others: originals, using: &generator)
                }
                try write(bytes, to: paths[victim])
                for sample in samples {
                    do {
                        let reader = try store.open(sample.reference.sha256)
                        let start = Int.random(in: 0...600, using: &generator)
                        _ = try? reader.bytes(in: start..<start + 100)
                        var content: [UInt8] = []
                        while let chunk = try reader.nextChunk() { content += chunk }
                        #expect(content == sample.content, "seed \(seed), round \(rounds)")
                    } catch let failure as HearthError {
                        let isExpected = [.blobDamaged, .foreignKey].contains(failure.code)
                        #expect(isExpected, "seed \(seed), round \(rounds): \(failure)")
                    }
                }
                try write(originals[victim], to: paths[victim])
            }
        }
        #expect(rounds > 0)
    }

    private func mutate(_ bytes: inout [UInt8], others: [[UInt8]], using generator: inout SeededGenerator) {
        guard let index = bytes.indices.randomElement(using: &generator) else {
            bytes.append(1)
            return
        }
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.removeSubrange(index...)
        case 3: bytes.remove(at: index)
        case 4: bytes.insert(contentsOf: generator.bytes(Int.random(in: 1...64, using: &generator)), at: index)
        case 5:
            let count = min(Int.random(in: 1...64, using: &generator), bytes.count - index)
            let target = Int.random(in: 0...bytes.count - count, using: &generator)
            bytes.replaceSubrange(target..<target + count, with: Array(bytes[index..<index + count]))
        default:
            let other = others[Int.random(in: 0..<others.count, using: &generator)]
            let count = min(index, other.count)
            bytes.replaceSubrange(..<count, with: other[..<count])
        }
    }
}
