import Foundation
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A real `hearth serve` in a process of its own, so that it can be killed as a power cut would.
final class ServerProcess {
    static let token = "crash-test-owner-token"

    let home: String
    let port: Int
    private let process: pid_t
    private var isRunning = true
    /// How long the start took until the server said that it is ready.
    let startSeconds: Double

    /// The program beside this test bundle.
    static let program: String? = {
        if let path = ProcessInfo.processInfo.environment["HEARTH_TEST_PROGRAM"] { return path }
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: own).deletingLastPathComponent()
        // The runner may be the bundle itself or a helper of the toolchain.
        let candidates =
            [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
            + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }.map {
                URL(fileURLWithPath: $0).deletingLastPathComponent()
            }
        for candidate in candidates {
            folder = candidate
            let path = folder.appending(path: "hearth").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return nil
    }()

    /// Starts the program and waits until it is ready.
    init(home: String, environment more: [String: String] = [:]) throws {
        guard let program = Self.program else { throw CrashFailure("the program hearth is not beside the tests") }
        self.home = home
        let output = home + ".out"
        let log = home + ".log"
        try Data().write(to: URL(fileURLWithPath: output))
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HEARTH_") }
        environment["HEARTH_HOME"] = home
        environment["HEARTH_TOKEN"] = Self.token
        environment["HEARTH_PORT"] = "0"
        environment["HEARTH_LOG"] = "warning"
        // Makes using an event loop that has ended a crash instead of a line in the log.
        environment["SWIFTNIO_STRICT"] = "1"
        for (name, value) in more { environment[name] = value }
        let start = ContinuousClock.now
        process = try Self.spawn([program, "serve", "--json"], environment, output: output, log: log)
        do {
            port = try Self.waitUntilReady(process, output: output, log: log)
        } catch {
            Glibc.kill(process, SIGKILL)
            waitpid(process, nil, 0)
            throw error
        }
        startSeconds = start.duration(to: .now).inSeconds
    }

    deinit { kill() }

    /// The end without warning.
    func kill() {
        guard isRunning else { return }
        isRunning = false
        Glibc.kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// An orderly end; returns the exit status.
    func stop() -> Int32 {
        guard isRunning else { return -1 }
        isRunning = false
        Glibc.kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], output: String, log: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var process = pid_t()
        let status = posix_spawn(&process, arguments[0], &actions, nil, &words, &variables)
        guard status == 0 else { throw CrashFailure("hearth cannot be started: \(String(cString: strerror(status)))") }
        return process
    }

    /// The port, out of the line of JSON that `hearth serve --json` prints when it is ready.
    private static func waitUntilReady(_ process: pid_t, output: String, log: String) throws -> Int {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            if text.hasSuffix("\n"), let value = try? JSONValue(parsing: text), let url = value["url"]?.string,
                let port = url.split(separator: ":").last.flatMap({ Int($0) })
            {
                return port
            }
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process {
                throw CrashFailure("hearth ended at once (status \(status)): \(tail(of: log))")
            }
            usleep(2000)
        }
        throw CrashFailure("hearth did not become ready: \(tail(of: log))")
    }

    private static func tail(of path: String) -> String {
        String(((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").suffix(2000))
    }
}

struct CrashFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
