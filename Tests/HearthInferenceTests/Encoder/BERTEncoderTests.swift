import CHearthKernels
import Foundation
import HearthCore
import HearthTesting
import Testing

@testable import HearthInference

@Suite struct BERTEncoderTests {
    private let texts: [[Int32]] = [
        [2, 5, 6, 7, 3], [2, 3], [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 9, 10, 3],
    ]

    private func encoder(_ model: TinyModel, _ precision: ModelPrecision, _ path: hearth_path) throws -> BERTEncoder {
        try SafetensorsWriter.withFile(SafetensorsWriter.bytes(model.naive.tensors)) {
            try BERTEncoder(
                file: SafetensorsFile(path: $0), configuration: model.naive.shape, precision: precision, path: path)
        }
    }

    @Test(arguments: availablePaths.map(\.rawValue), [BERTConfiguration.Pooling.mean, .first])
    func floatsAgreeWithDoublesOnEveryPath(_ path: UInt32, _ pooling: BERTConfiguration.Pooling) throws {
        let model = TinyModel(pooling: pooling)
        let encoder = try encoder(model, .float32, hearth_path(rawValue: path))
        let vectors = encoder.encode(texts, workspace: BERTWorkspace())
        let expected = texts.flatMap(model.naive.encode)
        #expect(vectors.count == expected.count)
        for (value, right) in zip(vectors, expected) { #expect(abs(Double(value) - right) < 1e-5) }
    }

    @Test(arguments: availablePaths.map(\.rawValue)) func bytesPointTheSameWayOnEveryPath(_ path: UInt32) throws {
        let model = TinyModel()
        let vectors = try encoder(model, .int8, hearth_path(rawValue: path)).encode(texts, workspace: BERTWorkspace())
        let expected = texts.flatMap(model.naive.encode)
        for text in texts.indices {
            let range = text * 40..<(text + 1) * 40
            #expect(zip(vectors[range], expected[range]).reduce(0) { $0 + Double($1.0) * $1.1 } > 0.999)
        }
    }

    @Test func batchOfManyIsTheSameAsOneByOne() throws {
        let encoder = try encoder(TinyModel(), .float32, hearth_best_path())
        let workspace = BERTWorkspace()
        let together = encoder.encode(texts, workspace: workspace)
        let apart = texts.flatMap { encoder.encode([$0], workspace: workspace) }
        for (a, b) in zip(together, apart) { #expect(abs(a - b) < 1e-6) }
        #expect(encoder.encode([[Int32]](), workspace: workspace) == [])
    }

    @Test func weightsUnderAHeadAreFound() async throws {
        try await withTemporaryFolder { folder in
            let model = TinyModel()
            try model.write(to: folder, prefix: "bert.")
            let encoder = try BERTEncoder(
                folder: folder, configuration: BERTConfiguration(folder: folder), precision: .float32)
            let vector = encoder.encode([texts[0]], workspace: BERTWorkspace())
            for (value, right) in zip(vector, model.naive.encode(texts[0])) {
                #expect(abs(Double(value) - right) < 1e-5)
            }
        }
    }
}

@Suite struct BERTConfigurationTests {
    private func refusal(_ change: (String) -> String, in file: String = "config.json") async throws -> HearthError? {
        try await withTemporaryFolder { folder in
            try TinyModel().write(to: folder)
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            let changed = change(text)
            #expect(changed != text)
            try folder.write(changed, to: file)
            return #expect(throws: HearthError.self) { try BERTConfiguration(folder: folder) }
        }
    }

    @Test func folderOfAModelIsRead() async throws {
        try await withTemporaryFolder { folder in
            let model = TinyModel(pooling: .first)
            try model.write(to: folder)
            #expect(try BERTConfiguration(folder: folder) == model.naive.shape)
            // Without these, all positions are used and vectors are the mean.
            try FileManager.default.removeItem(at: folder.appending(path: "sentence_bert_config.json"))
            try FileManager.default.removeItem(at: folder.appending(path: "1_Pooling"))
            var expected = model.naive.shape
            expected.longestText = 24
            expected.pooling = .mean
            #expect(try BERTConfiguration(folder: folder) == expected)
            try folder.write(#"{"pooling_mode": "cls", "embedding_dimension": 40}"#, to: "1_Pooling/config.json")
            #expect(try BERTConfiguration(folder: folder).pooling == .first)
        }
    }

    @Test(arguments: [
        ("\"bert\"", "\"roberta\"", "model_type is 'roberta'"),
        ("\"gelu\"", "\"relu\"", "hidden_act is 'relu'"),
        ("{\"model_type\"", "{\"position_embedding_type\": \"relative_key\", \"model_type\"", "'relative_key'"),
    ]) func otherKindsOfModelAreUnsupported(_ old: String, _ new: String, _ reason: String) async throws {
        let error = try await refusal { $0.replacing(old, with: new) }
        #expect(error?.code == .unsupportedModel)
        #expect(error?.message.contains(reason) == true)
    }

    @Test(arguments: [
        ("\"hidden_size\": 40", "\"hidden_size\": 0", "'hidden_size' must be a number from 1"),
        ("\"hidden_size\": 40", "\"hidden_size\": 1e300", "'hidden_size' must be a number from 1"),
        ("\"num_attention_heads\": 4", "\"num_attention_heads\": 3", "cannot be divided among 3 heads"),
        ("\"num_hidden_layers\": 2", "\"layers\": 2", "'num_hidden_layers' must be"),
        ("1e-12", "-1", "'layer_norm_eps'"), ("{", "", "not valid JSON"),
    ]) func impossibleShapesAreRefused(_ old: String, _ new: String, _ reason: String) async throws {
        let error = try await refusal { $0.replacing(old, with: new) }
        #expect(error?.code == .malformedModel)
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func otherPoolingIsUnsupported() async throws {
        let error = try await refusal(
            { $0.replacing("\"pooling_mode_mean_tokens\": true", with: "\"pooling_mode_max_tokens\": true") },
            in: "1_Pooling/config.json")
        #expect(error?.code == .unsupportedModel)
        #expect(error?.message.contains("max_tokens") == true)
    }
}
