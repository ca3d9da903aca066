import Foundation
import HearthCore
import Testing

@testable import HearthInference

@Suite struct BERTEmbedderTests {
    @Test(arguments: ModelPrecision.allCases) func textsBecomeTheVectorsOfTheirTokens(_ precision: ModelPrecision)
        async throws
    {
        try await withTemporaryFolder { folder in
            let model = TinyModel()
            let place = folder.appending(path: "tiny", directoryHint: .isDirectory)
            try model.write(to: place)
            let embedder = try ModelLibrary(folder: folder).embedder(model: "tiny", precision: precision, threads: 2)
            #expect(embedder.name == "tiny/\(precision.rawValue)")
            #expect(embedder.dimension == 40)
            #expect(embedder.longestText == 16)
            let tokenizer = try WordPieceTokenizer(folder: place)
            let texts = ["The kettle boils at six.", "", "rain", String(repeating: "raining ", count: 100)]
            let vectors = try await embedder.embed(texts)
            for (text, vector) in zip(texts, vectors) {
                let expected = model.naive.encode(tokenizer.encode(text, limit: 16))
                #expect(abs(zip(vector, expected).reduce(0) { $0 + Double($1.0) * $1.1 } - 1) < 1e-3)
                #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
            }
            #expect(try await embedder.embed([]) == [])
            await embedder.close()
        }
    }

    @Test func missingModelSaysHowToGetIt() async throws {
        try await withTemporaryFolder { folder in
            let library = ModelLibrary(folder: folder)
            let model = #expect(throws: HearthError.self) { try library.embedder(threads: 1) }
            #expect(model?.code == .modelUnavailable)
            #expect(model?.hint?.contains("make models") == true)
            #expect(model?.message.contains("all-minilm-l6-v2") == true)
            let voice = #expect(throws: HearthError.self) { try library.voiceActivity() }
            #expect(voice?.code == .modelUnavailable)
        }
    }

    @Test(arguments: ["", "..", "../other", "a/b", ".hidden"]) func onlyNamesOfFoldersAreModels(_ name: String) {
        let library = ModelLibrary(folder: URL(filePath: "/nonexistent", directoryHint: .isDirectory))
        let error = #expect(throws: HearthError.self) { try library.embedder(model: name, threads: 1) }
        #expect(error?.code == .invalidValue)
    }

    @Test func filesOfDifferentModelsAreRefused() async throws {
        try await withTemporaryFolder { folder in
            try TinyModel().write(to: folder)
            try folder.write((TinyModel.pieces + ["more"]).joined(separator: "\n"), to: "vocab.txt")
            let error = #expect(throws: HearthError.self) {
                try BERTEmbedder(folder: folder, precision: .float32, threads: 1)
            }
            #expect(error?.code == .malformedModel)
        }
    }

    @Test func vocabularyWithoutMarksIsRefused() {
        let error = #expect(throws: HearthError.self) {
            try WordPieceTokenizer(pieces: ["a", "b"], normalisation: BERTNormalisation(), file: "vocab.txt")
        }
        #expect(error?.code == .unsupportedModel)
    }
}
