import Foundation
import HearthCore
import Testing

@testable import HearthInference

@Suite struct DeferredEmbedderTests {
    /// Known before the first text comes, so that a household is told at the start and not by a failing search.
    @Test func weightsThatWereCutOffAreNoticedBeforeTheyAreLoaded() async throws {
        try await withTemporaryFolder { folder in
            try folder.write(
                """
                {"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, \
                "intermediate_size": 16, "vocab_size": 4, "max_position_embeddings": 16, "type_vocab_size": 2, \
                "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
                """, to: "small/config.json")
            let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
            var file = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
            file += Data(header.utf8)
            let weights = folder.appending(path: "small/model.safetensors")
            func open() throws -> DeferredEmbedder {
                try DeferredEmbedder(
                    library: ModelLibrary(folder: folder), model: "small", precision: .float32, threads: 1)
            }
            try (file + Data(repeating: 0, count: 8)).write(to: weights)
            _ = try open()
            try (file + Data(repeating: 0, count: 3)).write(to: weights)
            let failure = #expect(throws: HearthError.self) { try open() }
            #expect(failure?.code == .malformedModel)
            #expect(failure?.hint?.contains("make models") == true)
        }
    }
}
