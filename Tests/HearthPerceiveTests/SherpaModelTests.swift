import Foundation
import HearthCore
import HearthInference
import HearthMedia
import Testing

@testable import HearthPerceive

/// What is in the folder of a model.
@Suite struct SherpaModelTests {
    private func model(_ files: [String: [String: String]]) async throws -> (Result<SherpaModel, HearthError>, String) {
        try await TemporaryFolder.useWaiting { folder in
            try FakeModel.write(files, in: folder)
            do throws(HearthError) { return (.success(try SherpaModel(folder: folder)), folder) } catch {
                return (.failure(error), folder)
            }
        }
    }

    private func options(_ files: [String: [String: String]], language: String? = nil) async throws -> [String] {
        let (result, folder) = try await model(files)
        return try result.get().options(language: language).map { $0.replacing(folder + "/", with: "") }
    }

    @Test(arguments: SherpaModel.Kind.allCases) func `each kind is known by its files`(kind: SherpaModel.Kind)
        async throws
    {
        try await TemporaryFolder.useWaiting { folder in
            let model = try FakeModel.write(kind, in: folder)
            #expect(model.kind == kind)
        }
    }

    @Test func `eight bits are preferred part by part`() async throws {
        let options = try await options([
            "encoder-epoch-99-avg-1.onnx": ["model_type": "zipformer2"],
            "encoder-epoch-99-avg-1.int8.onnx": ["model_type": "zipformer2"], "decoder-epoch-99-avg-1.onnx": [:],
            "joiner-epoch-99-avg-1.int8.onnx": [:], "joiner-epoch-99-avg-1.onnx": [:], "tokens.txt": [:],
        ])
        #expect(
            options == [
                "--tokens=tokens.txt", "--encoder=encoder-epoch-99-avg-1.int8.onnx",
                "--decoder=decoder-epoch-99-avg-1.onnx", "--joiner=joiner-epoch-99-avg-1.int8.onnx",
                "--model-type=transducer",
            ])
    }

    @Test func `Whisper is told the language when it knows several`() async throws {
        func files(_ isMultilingual: String) -> [String: [String: String]] {
            [
                "tiny-encoder.onnx": ["model_type": "whisper-tiny", "is_multilingual": isMultilingual],
                "tiny-decoder.int8.onnx": [:], "tiny-tokens.txt": [:],
            ]
        }
        let several = try await options(files("1"), language: "de")
        #expect(several.last == "--whisper-language=de")
        #expect(several.first == "--tokens=tiny-tokens.txt")
        let one = try await options(files("0"), language: "de")
        #expect(!one.contains { $0.contains("language") })
        let (whisper, _) = try await model(files("1"))
        #expect(try whisper.get().longestSeconds == 29)
    }

    @Test func `SenseVoice is told only languages that it knows`() async throws {
        let files = ["model.onnx": ["model_type": "sense_voice_ctc"], "tokens.txt": [:]]
        let known = try await options(files, language: "ja")
        let unknown = try await options(files, language: "de")
        #expect(known.contains("--sense-voice-language=ja"))
        #expect(!unknown.contains { $0.contains("language") })
    }

    @Test func `a folder without a model says what was looked for`() async throws {
        let cases: [([String: [String: String]], ErrorCode, String)] = [
            ([:], .modelUnavailable, "tokens.txt is not there"),
            (["tokens.txt": [:]], .modelUnavailable, "Looked for were"),
            (["encoder.onnx": [:], "joiner.onnx": [:], "tokens.txt": [:]], .modelUnavailable, "a part is missing"),
            (
                ["tiny-encoder.onnx": [:], "base-encoder.onnx": [:], "tiny-decoder.onnx": [:], "tokens.txt": [:]],
                .modelUnavailable, "tiny-encoder.onnx"
            ),
            (["model.onnx": [:], "tokens.txt": [:]], .unsupportedModel, "does not say"),
            (["model.onnx": ["model_type": "bert"], "tokens.txt": [:]], .unsupportedModel, "“bert”"),
            (
                ["model.onnx": ["model_type": "zipformer2_ctc", "decode_chunk_len": "32"], "tokens.txt": [:]],
                .unsupportedModel, "streaming"
            ),
        ]
        for (files, code, words) in cases {
            let (result, _) = try await model(files)
            let error = #expect(throws: HearthError.self) { try result.get() }
            #expect(error?.code == code && error?.disposition == .retry, "\(words)")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        let error = #expect(throws: HearthError.self) { try SherpaModel(folder: "/nonexistent") }
        #expect(error?.code == .modelUnavailable && error?.hint?.contains("HEARTH_STT_FOLDER") == true)
    }

    @Test func `files that are no models are told from models`() async throws {
        let good = FakeModel.onnx(["model_type": "paraformer"])
        let bad: [[UInt8]] = [
            [], Array("version https://git-lfs.github.com/spec/v1\noid sha256:0".utf8), Array("<!DOCTYPE html>".utf8),
            Array(good.dropLast(3)), Array(good.prefix(1)), [UInt8](repeating: 0xFF, count: 64),
            // Facts without a graph.
            [0x72, 0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x62],
        ]
        try await TemporaryFolder.useWaiting { folder in
            let path = folder + "/model.onnx"
            try Data(good).write(to: URL(filePath: path))
            #expect(try ONNXMetadata.read(path) == ["model_type": "paraformer"])
            for bytes in bad {
                try Data(bytes).write(to: URL(filePath: path))
                #expect(throws: ONNXMetadata.Unreadable.self, "\(bytes.prefix(8))") { try ONNXMetadata.read(path) }
            }
        }
    }

    @Test func `a missing program names the command that installs it`() {
        let configuration = SherpaConfiguration(
            folder: "/models/x", programFolders: ["/nonexistent"],
            installFolder: "/home/ada/.local/share/hearth/sherpa-onnx")
        let error = #expect(throws: HearthError.self) { try configuration.locatedProgram() }
        #expect(error?.code == .capabilityMissing && error?.disposition == .retry)
        #expect(error?.hint?.contains("sherpa-onnx/bin/pip install sherpa-onnx-bin") == true)
    }
}
