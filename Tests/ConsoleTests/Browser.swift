import Foundation
import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A headless Chromium that speaks the DevTools protocol over two pipes (`--remote-debugging-pipe`: JSON messages, each ended
/// by a zero byte, read from descriptor 3 and written to 4).
final class Browser: Sendable {
    /// The program, where one is installed.
    static let program: String? = ["chromium", "chromium-browser", "google-chrome", "chrome"].lazy
        .flatMap { name in
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
        }
        .first { access($0, X_OK) == 0 }

    private let process: pid_t
    private let profile: String
    private let input: Int32
    private let output: Int32
    private let state = Mutex(State())

    private struct State {
        var number = 0
        var waiting: [Int: CheckedContinuation<JSONValue, any Error>] = [:]
        var hasEnded = false
    }

    init() throws {
        guard let program = Self.program else { throw BrowserFailure("chromium is not installed") }
        profile = NSTemporaryDirectory() + "hearth-browser-\(UUID().uuidString)"
        let (toBrowser, fromBrowser) = (try Self.pipe(), try Self.pipe())
        let arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--no-first-run", "--disable-extensions", "--remote-debugging-pipe", "--user-data-dir=\(profile)",
            "about:blank",
        ]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, toBrowser.read, 3)
        posix_spawn_file_actions_adddup2(&actions, fromBrowser.write, 4)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let status = posix_spawn(&child, program, &actions, nil, &pointers, environ)
        Glibc.close(toBrowser.read)
        Glibc.close(fromBrowser.write)
        guard status == 0 else { throw BrowserFailure("chromium could not be started: \(status)") }
        process = child
        input = toBrowser.write
        output = fromBrowser.read
        Thread.detachNewThread { [self] in readMessages() }
    }

    /// Both ends high enough that they are not in the way of 3 and 4, and closed in the child but for these.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw BrowserFailure("no pipe") }
        let moved = ends.map { end in
            defer { Glibc.close(end) }
            return fcntl(end, F_DUPFD_CLOEXEC, 64)
        }
        return (moved[0], moved[1])
    }

    func close() {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        Glibc.close(input)
        try? FileManager.default.removeItem(atPath: profile)
    }

    // MARK: Messages

    func send(_ method: String, _ parameters: JSONValue = [:], session: String? = nil) async throws -> JSONValue {
        try await withCheckedThrowingContinuation { continuation in
            let number: Int? = state.withLock { state in
                guard !state.hasEnded else { return nil }
                state.number += 1
                state.waiting[state.number] = continuation
                return state.number
            }
            guard let number else { return continuation.resume(throwing: BrowserFailure("chromium has ended")) }
            var message: JSONValue = [
                "id": .integer(Int64(number)), "method": .string(method), "params": parameters,
            ]
            if let session { message = message.adding("sessionId", .string(session)) }
            let bytes = Array(message.text.utf8) + [0]
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                rest = rest.dropFirst(count)
            }
        }
    }

    private func readMessages() {
        var gathered: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { break }
            gathered += buffer[..<count]
            while let end = gathered.firstIndex(of: 0) {
                if let message = try? JSONValue(parsing: Array(gathered[..<end])) { take(message) }
                gathered.removeSubrange(...end)
            }
        }
        Glibc.close(output)
        let left = state.withLock { state in
            state.hasEnded = true
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in left { continuation.resume(throwing: BrowserFailure("chromium has ended")) }
    }

    private func take(_ message: JSONValue) {
        guard let number = message["id"]?.int64,
            let continuation = state.withLock({ $0.waiting.removeValue(forKey: Int(number)) })
        else { return }
        if let error = message["error"]?["message"]?.string {
            continuation.resume(throwing: BrowserFailure(error))
        } else {
            continuation.resume(returning: message["result"] ?? [:])
        }
    }
}

struct BrowserFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
