import Foundation
import HearthCore
import HearthTesting
import Testing

@testable import HearthInference

@Suite(.enabled(if: InstalledModels.hasEmbedding, "the embedding model is not installed"))
struct InstalledEncoderTests {
    private func cosines(_ precision: ModelPrecision) async throws -> (worst: Float, largestDifference: Float) {
        let cases = try Fixture.read("all-minilm-l6-v2-vectors")["cases"]?.array ?? []
        #expect(cases.count == 12)
        let embedder = try InstalledModels.library.embedder(precision: precision, threads: 2)
        #expect(embedder.dimension == 384)
        #expect(embedder.longestText == 256)
        let vectors = try await embedder.embed(cases.map { $0["text"]?.string ?? "" })
        var worst: Float = 1
        var largest: Float = 0
        for (item, vector) in zip(cases, vectors) {
            let expected = Fixture.floats(item["vector"])
            #expect(expected.count == vector.count)
            worst = min(worst, zip(vector, expected).reduce(0) { $0 + $1.0 * $1.1 })
            largest = zip(vector, expected).reduce(largest) { max($0, abs($1.0 - $1.1)) }
        }
        await embedder.close()
        return (worst, largest)
    }

    @Test func floatsAgreeWithSentenceTransformers() async throws {
        let result = try await cosines(.float32)
        #expect(result.largestDifference < 2e-6)
    }

    @Test func bytesStayNearSentenceTransformers() async throws {
        let result = try await cosines(.int8)
        #expect(result.worst > 0.98)
    }
}
