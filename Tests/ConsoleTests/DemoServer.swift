import Foundation
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// `hearth demo` in a process of its own: the made-up household, filled, on a free port.
final class DemoServer: Sendable {
    let address: String
    /// Lets a browser in.
    let consoleAddress: String
    /// The answer to the first question, as the command printed it.
    let answer: JSONValue
    private let folder: String
    private let process: Process

    /// Nothing here is compared with a clock; this is when a start that will never end is given up.
    private static let patienceSeconds = 240

    static func start() async throws -> DemoServer {
        // It waits for another process; tests beside it need the threads that tasks share.
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try DemoServer() }) }
        }
    }

    private init() throws {
        guard let program = Self.program else { throw BrowserFailure("the program hearth is not beside the tests") }
        folder = NSTemporaryDirectory() + "hearth-console-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let output = folder + "/out"
        FileManager.default.createFile(atPath: output, contents: nil)
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["demo", "--json", "--port", "0"]
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("HEARTH_") || $0.key == "HEARTH_MODELS"
        }
        environment["HEARTH_HOME"] = folder + "/home"
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        let log = folder + "/log"
        FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try process.run()
        var report: JSONValue?
        for _ in 0..<(Self.patienceSeconds * 10) where report == nil && process.isRunning {
            usleep(100_000)
            let text = try Data(contentsOf: URL(fileURLWithPath: output))
            if text.last == UInt8(ascii: "\n") { report = try JSONValue(parsing: Array(text)) }
        }
        guard let report, let url = report["url"]?.string, let console = report["console_url"]?.string else {
            process.terminate()
            let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw BrowserFailure("hearth demo did not get ready: \(said)")
        }
        address = url
        consoleAddress = console
        answer = report["answer"] ?? .null
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The program beside this test bundle.
    private static let program: String? = {
        let places =
            CommandLine.arguments + [
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
            ]
        return places.map { URL(fileURLWithPath: $0).deletingLastPathComponent().appending(path: "hearth").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
}
