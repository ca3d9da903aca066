import Foundation
import HearthMedia
import HearthTesting

@testable import HearthPerceive

/// sherpa-onnx from the package index, installed once for this clone.
enum SherpaPrograms {
    static let reason: String = "sherpa-onnx cannot be had here: no python3 with venv, or no package index"

    /// The folder of its programs; nil: it could not be installed.
    static let folder: String? = {
        let folder = TestData.repository.appending(path: ".build/sherpa-onnx").path
        let mark = folder + "/made"
        if FileManager.default.fileExists(atPath: mark) { return folder + "/bin" }
        try? FileManager.default.removeItem(atPath: folder)
        let install = [
            folder + "/bin/python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "sherpa-onnx-bin==2.0.1",
        ]
        for command in [["python3", "-m", "venv", folder], install, ["touch", mark]] {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = command
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return nil }
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { return nil }
        }
        return folder + "/bin"
    }()

    /// A model of `Models`, which hears tones.
    static func model(_ name: String) -> String {
        TestData.repository.appending(path: "Tests/HearthPerceiveTests/Models/\(name)").path
    }

    static func transcriber(
        model: String, programs: String? = folder, longest: Duration? = nil, memoryBytes: Int? = nil
    ) -> SherpaTranscriber {
        SherpaTranscriber(
            SherpaConfiguration(
                folder: model, programFolders: programs.map { [$0] } ?? [], installFolder: "/home/ada/sherpa-onnx",
                longest: longest, memoryBytes: memoryBytes))
    }
}

/// Sound of known tokens: each tone is one of the tones that the models of `Models` hear.
enum Tones {
    enum Part {
        case silence
        case tone(Double)
    }

    static let (hear, th, a, me, apostrophe, s) = (200.0, 400.0, 1600.0, 3500.0, 4500.0, 6500.0)

    /// 16 kHz, 16 bits. Each part lasts 0.3 s.
    static func samples(_ parts: [Part]) -> [UInt8] {
        parts.flatMap { part in
            (0..<4800).flatMap { index -> [UInt8] in
                let value: Int16 =
                    switch part {
                    case .silence: 0
                    case .tone(let hertz): Int16(9000 * sin(2 * Double.pi * hertz * Double(index) / 16_000))
                    }
                return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
            }
        }
    }

    static func segment(_ parts: [Part], at start: Double = 0) -> SpeechSegment {
        let samples = samples(parts)
        return SpeechSegment(
            start: start, end: start + Double(samples.count) / 32_000, probability: 0.9, samples: samples)
    }

    /// “hearth ame's”: six tokens, two words.
    static let sentence: [Part] = [
        .silence, .tone(hear), .tone(th), .silence, .tone(a), .tone(me), .tone(apostrophe), .tone(s), .silence,
    ]
}
