import Foundation
import HearthCore
import HearthInference
import HearthMedia
import HearthTesting
import Testing

@testable import HearthPerceive

/// The real program with models that hear tones.
@Suite(.enabled(if: SherpaPrograms.folder != nil, "\(SherpaPrograms.reason)")) struct SherpaLiveTests {
    @Test(arguments: ["tones-ctc", "tones-transducer"])
    func `tokens become words with their times in the recording`(model: String) async throws {
        let transcriber = SherpaPrograms.transcriber(model: SherpaPrograms.model(model))
        let transcripts = try await transcriber.transcribe([Tones.segment(Tones.sentence, at: 100)], language: nil)
        let transcript = try #require(transcripts.first)
        #expect(transcripts.count == 1)
        #expect(transcript.text == "hearth ame's")
        #expect(transcript.timing == .words)
        #expect(transcript.engine == "sherpa-onnx/" + model)
        #expect(transcript.words.map(\.text) == ["hearth", "ame's"])
        // The tones begin at 0.3 and 1.2 s; frames come every 40 ms.
        let starts = transcript.words.map(\.start)
        #expect(abs((starts.first ?? 0) - 100.3) < 0.06 && abs((starts.last ?? 0) - 101.2) < 0.06, "\(starts)")
        // The last token of the first word begins at 0.6 s, that of the second at 2.1 s, and nothing follows.
        let ends = transcript.words.map(\.end)
        #expect(abs((ends.first ?? 0) - 101.1) < 0.06 && abs((ends.last ?? 0) - 102.6) < 0.06, "\(ends)")
        // CTC models do not say how sure they are.
        #expect(transcript.words.allSatisfy { ($0.confidence != nil) == (model == "tones-transducer") })
        #expect(transcript.words.allSatisfy { ($0.confidence ?? 1) > 0.9 })
    }

    @Test func `silence is no text`() async throws {
        let transcriber = SherpaPrograms.transcriber(model: SherpaPrograms.model("tones-ctc"))
        let transcripts = try await transcriber.transcribe(
            [Tones.segment([.silence, .silence]), Tones.segment([.silence, .tone(Tones.hear)], at: 7)], language: "en")
        #expect(transcripts.map(\.text) == ["", "hear"])
        #expect(transcripts.first?.words.isEmpty == true)
        #expect((transcripts.last?.words.first?.start ?? 0) > 7.2)
        #expect(transcripts.last?.language == "en")
    }

    @Test func `stretches do not change each other`() async throws {
        let transcriber = SherpaPrograms.transcriber(model: SherpaPrograms.model("tones-transducer"))
        let segments = [
            Tones.segment(Tones.sentence), Tones.segment([.tone(Tones.a)], at: 5),
            Tones.segment(Tones.sentence.reversed(), at: 10),
        ]
        let together = try await transcriber.transcribe(segments, language: nil)
        for (segment, transcript) in zip(segments, together) {
            let alone = try await transcriber.transcribe([segment], language: nil)
            #expect(alone == [transcript])
        }
    }

    /// The program may be ended by anybody: a child killed while it hears is started again, and nothing is lost.
    @Test func `a killed program is started again`() async throws {
        let real = try #require(SherpaPrograms.folder)
        try await TemporaryFolder.useWaiting { folder in
            try Script.write(
                "mkdir '\(folder)/killed' 2>/dev/null && kill -KILL $$\nexec '\(real)/sherpa-onnx-offline' \"$@\"",
                in: folder)
            let transcriber = SherpaPrograms.transcriber(
                model: SherpaPrograms.model("tones-ctc"), programs: folder)
            let segments = [Tones.segment(Tones.sentence), Tones.segment([.tone(Tones.hear)], at: 5)]
            let transcripts = try await transcriber.transcribe(segments, language: nil)
            #expect(FileManager.default.fileExists(atPath: folder + "/killed"))
            #expect(transcripts.map(\.text) == ["hearth ame's", "hear"])
        }
    }

    @Test func `a damaged model keeps recordings waiting`() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let good = SherpaPrograms.model("tones-ctc")
            var bytes = try Data(contentsOf: URL(filePath: good + "/model.onnx"))
            // Inside the graph: its facts still read well.
            for index in 20..<60 { bytes[index] ^= 0x55 }
            try bytes.write(to: URL(filePath: folder + "/model.onnx"))
            try FileManager.default.copyItem(atPath: good + "/tokens.txt", toPath: folder + "/tokens.txt")
            let transcriber = SherpaPrograms.transcriber(model: folder)
            let error = await #expect(throws: HearthError.self) {
                try await transcriber.transcribe([Tones.segment(Tones.sentence)], language: nil)
            }
            #expect(error?.code == .malformedModel && error?.disposition == .retry)
            // Its own reason, without its settings.
            #expect(error?.message.contains("model.onnx") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("OfflineRecognizerConfig") == false)
        }
    }

    /// It ends with 255 where a list of tokens does not fit the model.
    @Test func `a wrong list of tokens is refused`() async throws {
        try await TemporaryFolder.useWaiting { folder in
            try FileManager.default.copyItem(
                atPath: SherpaPrograms.model("tones-ctc") + "/model.onnx", toPath: folder + "/model.onnx")
            try Data("no list\n".utf8).write(to: URL(filePath: folder + "/tokens.txt"))
            let error = await #expect(throws: HearthError.self) {
                try await SherpaPrograms.transcriber(model: folder).transcribe(
                    [Tones.segment(Tones.sentence)], language: nil)
            }
            #expect(error?.disposition == .retry)
            #expect(
                error.map { [.malformedModel, .recogniserFailed].contains($0.code) } == true,
                "\(String(describing: error))")
        }
    }

    @Test func `memory is limited`() async throws {
        let transcriber = SherpaPrograms.transcriber(
            model: SherpaPrograms.model("tones-ctc"), memoryBytes: 16 << 20)
        let error = await #expect(throws: HearthError.self) {
            try await transcriber.transcribe([Tones.segment(Tones.sentence)], language: nil)
        }
        #expect(error?.disposition == .retry)
    }

    /// What each kind of model is told to it: an option that it does not know would end it with that word.
    @Test(arguments: SherpaModel.Kind.allCases)
    func `the program knows the options of each kind`(kind: SherpaModel.Kind) async throws {
        let program = try #require(SherpaPrograms.folder) + "/sherpa-onnx-offline"
        try await TemporaryFolder.useWaiting { folder in
            let model = try FakeModel.write(kind, in: folder)
            let run = SherpaRun(
                program: program, model: model,
                configuration: SherpaConfiguration(folder: folder, programFolders: [], installFolder: ""))
            let sound = WaveFile.bytes(Tones.samples([.silence]))
            let failure = #expect(throws: SherpaRun.Failure.self) {
                try run.answers(to: [sound], language: "en") { _ in }
            }
            // The files hold no network.
            guard case .refusedModel(let why) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(!why.contains("option") && !why.contains("not exist"), "\(why)")
        }
    }
}
