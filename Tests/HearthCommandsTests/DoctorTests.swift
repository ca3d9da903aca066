import Foundation
import HearthCore
import HearthTesting
import Testing

@testable import HearthCommands

/// What the doctor says about hearing, seeing and search.
@Suite struct DoctorTests {
    /// The checks of a home without models, by subject; several of one subject in their order.
    private func checks(_ environment: [String: String]) async throws -> [String: [JSONValue]] {
        try await TemporaryFolder.useWaiting { folder in
            let variables = ["HEARTH_HOME": folder + "/home", "HEARTH_PORT": "0", "HEARTH_MODELS": folder + "/models"]
            let ending = try await RunningHearth.hearth(
                ["doctor", "--json"], environment: variables.merging(environment) { _, own in own })
            // Hearth runs without any of it.
            #expect(ending.status == .success, "\(ending.output) \(ending.errors)")
            #expect(!ending.output.contains("secret-key"))
            return Dictionary(grouping: ending.json["checks"]?.array ?? []) { $0["check"]?.string ?? "" }
        }
    }

    @Test func missingModelsAreNamedWithTheirCommand() async throws {
        let checks = try await checks(["HEARTH_DECODER": BuiltProgram.decoder])
        #expect(checks["sound"]?.first?["level"] == "ok")
        #expect(checks["text in pictures"]?.first?["message"]?.string?.contains("eng") == true)
        #expect(checks["speech to text"]?.first?["message"]?.string?.contains("PocketSphinx") == true)
        let detection = try #require(checks["speech detection"]?.first)
        #expect(detection["level"] == "warn" && detection["fix"] == "make models")
        #expect(detection["message"]?.string?.contains("silero_vad_16k.safetensors") == true)
        let search = try #require(checks["search by meaning"]?.first)
        #expect(search["level"] == "warn" && search["fix"]?.string?.contains("make models") == true)
    }

    @Test func aMissingLanguageIsNamedWithItsPackage() async throws {
        let checks = try await checks([
            "HEARTH_DECODER": BuiltProgram.decoder, "HEARTH_OCR_LANGUAGES": "eng,tlh_piqd",
        ])
        let pictures = try #require(checks["text in pictures"])
        #expect(pictures.map { $0["level"]?.string } == ["ok", "warn"])
        #expect(pictures.last?["fix"] == "apt install tesseract-ocr-tlh-piqd")
    }

    @Test func aDecoderThatIsNotThereIsNamed() async throws {
        let checks = try await checks(["HEARTH_DECODER": "/nonexistent/hearth-decoder"])
        let decoder = try #require(checks["decoder"]?.first)
        #expect(decoder["level"] == "warn")
        #expect(decoder["fix"]?.string?.contains("/nonexistent/hearth-decoder") == true)
        #expect(checks["sound"] == nil)
    }

    /// What the doctor says where this script is the program of sherpa-onnx; nil: there is none.
    private func sherpa(_ script: String?, model: String) async throws -> JSONValue {
        try await TemporaryFolder.useWaiting { folder in
            if let script {
                let program = folder + "/sherpa-onnx-offline"
                try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: program))
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
            }
            let checks = try await checks([
                "HEARTH_DECODER": BuiltProgram.decoder, "HEARTH_STT_FOLDER": model, "HEARTH_STT_PROGRAMS": folder,
            ])
            #expect(checks["speech to text"]?.count == 1)
            return try #require(checks["speech to text"]?.first)
        }
    }

    @Test func aModelOnThisMachineIsTried() async throws {
        let model = Repository.root.appending(path: "Tests/HearthPerceiveTests/Models/tones-ctc").path
        let result = #"{"text": "Nine", "tokens": ["Nine"], "timestamps": [0.1]}"#
        let good = try await sherpa("echo '\(result)'", model: model)
        #expect(good["level"] == "ok")
        #expect(good["message"]?.string?.contains("tones-ctc (NeMo CTC) answers in") == true, "\(good.text)")
        #expect(good["message"]?.string?.contains("with a time for each word") == true)
        let refused = try await sherpa("echo 'Protobuf parsing failed.' >&2; exit 255", model: model)
        #expect(refused["level"] == "warn")
        #expect(
            refused["message"]?.string?.contains("Protobuf parsing failed. Recordings wait") == true, "\(refused.text)")
        let program = try await sherpa(nil, model: model)
        #expect(program["level"] == "warn")
        #expect(program["fix"]?.string?.hasSuffix("/bin/pip install sherpa-onnx-bin") == true, "\(program.text)")
        let folder = try await sherpa(nil, model: "/nonexistent")
        #expect(folder["level"] == "warn" && folder["message"]?.string?.contains("/nonexistent") == true)
    }

    private func speech(_ steps: [ScriptedServer.Step]) async throws -> JSONValue {
        let server = try ScriptedServer(steps)
        let checks = try await checks([
            "HEARTH_DECODER": BuiltProgram.decoder, "HEARTH_STT_URL": server.url, "HEARTH_STT_MODEL": "tiny",
            "HEARTH_STT_KEY": "secret-key",
        ])
        // The server takes the place of what is built in.
        #expect(checks["speech to text"]?.count == 1)
        return try #require(checks["speech to text"]?.first)
    }

    @Test func aTranscriptionServerIsTried() async throws {
        let words = #"{"text": "Nine.", "words": [{"word": "Nine.", "start": 0.1, "end": 0.5}]}"#
        let good = try await speech([.send(ScriptedServer.answer("200 OK", words))])
        #expect(good["level"] == "ok")
        #expect(good["message"]?.string?.contains("with a time for each word") == true)
        let bare = try await speech([.send(ScriptedServer.answer("200 OK", #"{"text": "Nine."}"#))])
        #expect(bare["message"]?.string?.contains("without times") == true)
        let refused = try await speech([.send(ScriptedServer.answer("401 Unauthorized", "{}"))])
        #expect(refused["level"] == "warn" && refused["fix"] == "Check HEARTH_STT_KEY.")
        let wrong = try await speech([.send(ScriptedServer.answer("200 OK", "<html></html>"))])
        #expect(wrong["level"] == "warn" && wrong["message"]?.string?.contains("not JSON") == true)
    }
}
