import Foundation
import HearthCore
import HearthInference
import HearthMedia
import Testing

@testable import HearthPerceive

/// Programs that behave as sherpa-onnx does on a bad day.
@Suite struct SherpaFailureTests {
    private static let result =
        #"{"lang": "", "text": "hi", "timestamps": [0.1], "durations": [], "tokens": ["hi"], "ys_log_probs": []}"#

    /// What comes of two stretches when the program is this script.
    private func written(
        _ lines: String, longest: Duration? = nil
    ) async throws -> Result<[Transcript], HearthError> {
        try await TemporaryFolder.useWaiting { folder in
            try Script.write(lines.replacing("STATE", with: folder), in: folder)
            let transcriber = SherpaPrograms.transcriber(
                model: SherpaPrograms.model("tones-ctc"), programs: folder, longest: longest)
            let segments = [Tones.segment([.silence]), Tones.segment([.silence, .silence], at: 10)]
            do { return .success(try await transcriber.transcribe(segments, language: nil)) } catch let error
                as HearthError
            {
                return .failure(error)
            }
        }
    }

    /// Says a result for each file among its arguments.
    private static let says = "for file in \"$@\"; do case $file in /proc/*) echo '\(result)';; esac; done"

    @Test func `it gets sounds as WAV files and nothing else`() async throws {
        let result = try await written(
            """
            [ -z "$HEARTH_TOKEN$HOME" ] || exit 3
            [ "$(ls /proc/self/fd | wc -l)" -le 6 ] || exit 4
            for file in "$@"; do case $file in /proc/*) [ "$(head -c 4 $file)" = RIFF ] || exit 5; esac; done
            (echo x >STATE/written) 2>/dev/null && exit 6
            \(Self.says)
            """)
        #expect(try result.get().map(\.text) == ["hi", "hi"])
    }

    @Test func `a program that refuses its model is not asked again at once`() async throws {
        let result = try await written(
            "mkdir STATE/once || { mkdir STATE/twice; exit 0; }\necho 'Errors in config!' >&2; exit 255")
        let error = #expect(throws: HearthError.self) { try result.get() }
        #expect(error?.code == .malformedModel && error?.disposition == .retry)
        #expect(error?.message.contains("status 255: Errors in config!") == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        "echo garbage", "echo '{\"text\": '", "true", "echo '\(result)\(result)\(result)'",
        "head -c 20000000 /dev/zero",
    ])
    func `garbage keeps recordings waiting`(lines: String) async throws {
        let result = try await written("echo Started >&2\n" + lines)
        let error = #expect(throws: HearthError.self) { try result.get() }
        #expect(error?.code == .recogniserFailed && error?.disposition == .retry, "\(String(describing: error))")
    }

    @Test func `one that is ended from outside each time keeps recordings waiting`() async throws {
        let result = try await written("kill -KILL $$")
        let error = #expect(throws: HearthError.self) { try result.get() }
        #expect(error?.code == .recogniserFailed && error?.disposition == .retry)
        #expect(error?.message.contains("signal 9") == true)
    }

    @Test func `a program that hangs is killed`() async throws {
        let result = try await written("exec sleep 1000", longest: .milliseconds(300))
        let error = #expect(throws: HearthError.self) { try result.get() }
        #expect(error?.code == .recogniserFailed && error?.disposition == .retry)
        #expect(error?.message.contains("longer") == true)
    }

    /// Two sounds end it, as does the second alone; a hum does not.
    @Test func `a sound that ends it each time is the fault of the recording`() async throws {
        let result = try await written(
            """
            echo Started >&2
            for file in "$@"; do case $file in /proc/*) size=$(wc -c <$file); [ $size -eq 19244 ] && kill -SEGV $$;; esac; done
            \(Self.says)
            """)
        let error = #expect(throws: HearthError.self) { try result.get() }
        #expect(error?.code == .recogniserFailed && error?.disposition == .caller, "\(String(describing: error))")
    }

    @Test func `an error that it goes on after is not taken for silence`() async throws {
        let result = try await written(
            "echo Started >&2; echo 'x.cc:f:1 Caught exception: bad shape' >&2\n" + Self.says)
        let error = #expect(throws: HearthError.self) { try result.get() }
        #expect(error?.disposition == .retry && error?.message.contains("bad shape") == true)
    }

    @Test func `a program that cannot be started is named`() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let path = folder + "/" + SherpaConfiguration.program
            try Data("#!/nonexistent/interpreter\n".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
            let error = await #expect(throws: HearthError.self) {
                try await SherpaPrograms.transcriber(
                    model: SherpaPrograms.model("tones-ctc"), programs: folder
                ).transcribe([Tones.segment([.silence])], language: nil)
            }
            #expect(error?.code == .capabilityMissing && error?.disposition == .retry)
        }
    }

    @Test func `who stops waiting ends the program`() async throws {
        try await TemporaryFolder.useWaiting { folder in
            try Script.write("mkdir '\(folder)/started'; exec sleep 1000", in: folder)
            let work = Task {
                try await SherpaPrograms.transcriber(
                    model: SherpaPrograms.model("tones-ctc"), programs: folder
                ).transcribe([Tones.segment([.silence])], language: nil)
            }
            while !FileManager.default.fileExists(atPath: folder + "/started") {
                try await Task.sleep(for: .milliseconds(5))
            }
            work.cancel()
            await #expect(throws: CancellationError.self) { try await work.value }
        }
    }
}
