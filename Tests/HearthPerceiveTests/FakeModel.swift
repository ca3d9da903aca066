import Foundation

@testable import HearthPerceive

/// Folders of models without networks: each file says what it is, and no more.
enum FakeModel {
    /// A file of ONNX with an empty graph and these facts.
    static func onnx(_ facts: [String: String]) -> [UInt8] {
        func member(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            precondition(bytes.count < 128)
            return [field << 3 | 2, UInt8(bytes.count)] + bytes
        }
        return [8, 8] + member(7, member(2, Array("empty".utf8)))
            + facts.flatMap { member(14, member(1, Array($0.key.utf8)) + member(2, Array($0.value.utf8))) }
    }

    static func write(_ files: [String: [String: String]], in folder: String) throws {
        for (name, facts) in files {
            try Data(name.hasSuffix("tokens.txt") ? Array("<blk> 0\na 1\n".utf8) : onnx(facts)).write(
                to: URL(filePath: folder + "/" + name))
        }
    }

    static func write(_ kind: SherpaModel.Kind, in folder: String) throws -> SherpaModel {
        func one(_ type: String) -> [String: [String: String]] { ["model.int8.onnx": ["model_type": type]] }
        var files: [String: [String: String]] =
            switch kind {
            case .transducer: ["encoder.onnx": ["model_type": "zipformer2"], "decoder.onnx": [:], "joiner.onnx": [:]]
            case .nemoTransducer:
                ["encoder.onnx": ["model_type": "EncDecRNNTBPEModel"], "decoder.onnx": [:], "joiner.onnx": [:]]
            case .whisper:
                ["encoder.onnx": ["model_type": "whisper-tiny", "is_multilingual": "1"], "decoder.onnx": [:]]
            case .moonshine:
                [
                    "preprocess.onnx": [:], "encode.int8.onnx": [:], "uncached_decode.int8.onnx": [:],
                    "cached_decode.int8.onnx": [:],
                ]
            case .mergedMoonshine: ["encoder_model.ort": [:], "decoder_model_merged.ort": [:]]
            case .paraformer: one("paraformer")
            case .senseVoice: one("sense_voice_ctc")
            case .nemoCTC: one("EncDecCTCModelBPE")
            case .zipformerCTC: one("zipformer2_ctc")
            case .wenetCTC: one("wenet_ctc")
            case .telespeechCTC: one("telespeech_ctc")
            }
        files["tokens.txt"] = [:]
        try write(files, in: folder)
        return try SherpaModel(folder: folder)
    }
}

/// A program in place of sherpa-onnx's.
enum Script {
    static func write(_ lines: String, in folder: String) throws {
        let path = folder + "/" + SherpaConfiguration.program
        try Data("#!/bin/sh\n\(lines)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    }
}
