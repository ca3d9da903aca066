import CHearthProcess
import Foundation
import HearthCore
import HearthMedia

/// One run of `sherpa-onnx-offline` over some sounds: loads the model, writes down each, ends. Blocks.
struct SherpaRun: Sendable {
    /// Why there are no answers.
    enum Failure: Error, Equatable {
        case notStarted(String)
        /// It ended before it heard anything: the model, or an option, is not to its liking.
        case refusedModel(String)
        /// It ended, or said what is no result, while it heard.
        case failed(String)
        /// By the kernel when memory is short, or by a person.
        case endedFromOutside(Int32)
        case tooSlow(Duration)
        case cancelled
    }

    let program: String
    let model: SherpaModel
    let configuration: SherpaConfiguration

    /// Address space beside the model: libraries, stacks of threads, and what a network makes of half a minute of speech.
    private static let memoryBeside = 4 << 30
    /// Address space as a multiple of the model's files: they are read, unpacked and laid out anew for the processor.
    private static let memoryPerModel = 4
    /// Time for starting and for loading a model from a slow disk.
    private static let loading = Duration.seconds(120)
    /// Seconds for each second of speech; a transcription server gets as many.
    private static let slowest = 10.0
    private static let mostThreads = 4
    /// Bytes of the results of one sound.
    private static let mostOutput = 4 << 20
    private static let (bytesPerSecond, headerBytes) = (32_000.0, 44)

    /// - Parameters:
    ///   - sounds: WAV files.
    ///   - started: Gets the process, to kill it.
    func answers(
        to sounds: [[UInt8]], language: String?, started: (LimitedProcess) -> Void
    ) throws(Failure) -> [SherpaAnswer] {
        let seconds = sounds.reduce(0.0) { $0 + Double(max(0, $1.count - Self.headerBytes)) / Self.bytesPerSecond }
        let longest = configuration.longest ?? Self.loading + .seconds(Self.slowest * seconds)
        let threads = min(Self.mostThreads, ProcessInfo.processInfo.activeProcessorCount)
        let limits = hearth_limits(
            memory_bytes: UInt64(configuration.memoryBytes ?? Self.memoryBeside + Self.memoryPerModel * model.bytes),
            // Of all threads together, so that one that outlives this server ends too.
            processor_seconds: UInt64(longest.components.seconds + 1) * UInt64(threads), niceness: 10)
        let process: LimitedProcess
        do throws(LimitedProcess.NotStarted) {
            var files: [MemoryFile] = []
            for sound in sounds { files.append(try MemoryFile(sound)) }
            process = try withExtendedLifetime(files) { () throws(LimitedProcess.NotStarted) in
                try LimitedProcess(
                    program: program,
                    arguments: model.options(language: language)
                        + ["--num-threads=\(threads)", "--print-args=false"]
                        + sounds.indices.map { "/proc/self/fd/\(LimitedProcess.firstFile + $0)" },
                    environment: Self.environment, files: files.map(\.descriptor), limits: limits)
            }
        } catch {
            throw .notStarted(String(cString: strerror(error.failure)))
        }
        started(process)
        let ending = process.wait(longest: longest, mostOutput: Self.mostOutput * sounds.count)
        if let failure = Self.failure(ending, longest) { throw failure }
        do throws(SherpaOutput.Unreadable) {
            var answers: [SherpaAnswer] = []
            for object in try SherpaOutput.objects(ending.output) { answers.append(try SherpaAnswer(object)) }
            guard answers.count == sounds.count else {
                throw .init(reason: "there are \(answers.count) results of \(sounds.count) sounds")
            }
            return answers
        } catch {
            throw .failed("said what is no result: \(error.reason)")
        }
    }

    /// Not the token, not the key.
    private static let environment: [String] = {
        var variables = ["LANG=C.UTF-8", "TZ=UTC", "MALLOC_ARENA_MAX=2"]
        if let libraries = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] {
            variables.append("LD_LIBRARY_PATH=" + libraries)
        }
        return variables
    }()

    // MARK: How it ended

    private static func failure(_ ending: LimitedProcess.Ending, _ longest: Duration) -> Failure? {
        let complaint = String(decoding: ending.complaint, as: UTF8.self)
        switch ending.verdict {
        case .tooSlow: return .tooSlow(longest)
        case .tooMuchOutput: return .failed("said more than any speech has words")
        case .cancelled: return .cancelled
        case nil: break
        }
        switch ending.signal {
        case SIGXCPU: return .tooSlow(longest)
        case SIGKILL, SIGTERM, SIGINT, SIGHUP: return .endedFromOutside(ending.signal)
        default: break
        }
        if ending.signal == 0, ending.code == 0 {
            // It goes on after an error of the model, with an empty text.
            guard complaint.contains("Caught exception") else { return nil }
            return .failed("could not run the model: " + reason(in: complaint))
        }
        let how =
            ending.signal == 0
            ? "status \(ending.code)" : "signal \(ending.signal) (\(String(cString: strsignal(ending.signal))))"
        let why = "ended with \(how): " + reason(in: complaint)
        return hasLoaded(complaint) ? .failed(why) : .refusedModel(why)
    }

    /// It says so on a line of its own, between loading and hearing.
    private static func hasLoaded(_ complaint: String) -> Bool {
        complaint.split(separator: "\n").contains("Started")
    }

    private static let longestReason = 400

    /// The last of what it complained; without its settings and progress.
    static func reason(in complaint: String) -> String {
        let lines = complaint.split(separator: "\n").map { line in
            // “/src/file.cc:Function:123 words”: the words are for people.
            guard let space = line.firstIndex(of: " "), line[..<space].contains(".cc:") else { return line }
            return line[line.index(after: space)...]
        }.filter { line in
            !line.allSatisfy(\.isWhitespace) && !noise.contains { line.hasPrefix($0) }
        }
        let said = lines.suffix(4).map { $0.trimmingPrefix { $0.isWhitespace } }.joined(separator: " ")
        return said.isEmpty ? "it did not say why" : String(said.prefix(longestReason))
    }

    private static let noise = [
        "OfflineRecognizerConfig(", "Creating recognizer", "recognizer created", "Started", "Done!", "----",
        "/proc/self/fd/", "num threads:", "decoding method:", "Elapsed seconds:", "Real time factor",
        "terminate called",
    ]
}
