import CHearthProcess
import Dispatch
import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// One running `hearth-decoder`. It serves one request at a time; whoever holds it is alone with it.
///
/// All calls but `kill` block, so they run on the process's own queue through `perform`. Both directions share one socket,
/// so that writing to a decoder that has died is an error and not a signal.
final class DecoderProcess: Sendable {
    private struct State {
        var complaint: [UInt8] = []
        /// Set once it was waited for; its number may then belong to another process.
        var status: Int32?
        /// Whether it was ended from here.
        var isKilled = false
    }

    private let identifier: pid_t
    private let socket: Int32
    private let complaints: Int32
    private let queue = DispatchQueue(label: "hearth.decoder", qos: .utility)
    private let state = Mutex(State())

    /// Starts one.
    ///
    /// - Throws: `decoder-missing`.
    init(_ configuration: DecoderConfiguration) throws(HearthError) {
        var pair: [Int32] = [-1, -1]
        var pipe: [Int32] = [-1, -1]
        let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | closeOnExec, 0, &pair) == 0 else {
            throw Self.cannotStart(configuration.program, errno)
        }
        guard hearth_pipe(&pipe) == 0 else {
            let failure = errno
            for descriptor in pair { close(descriptor) }
            throw Self.cannotStart(configuration.program, failure)
        }
        var process = pid_t()
        let status = Self.spawn(configuration, socket: pair[1], complaints: pipe[1], &process)
        close(pair[1])
        close(pipe[1])
        guard status == 0 else {
            close(pair[0])
            close(pipe[0])
            throw Self.cannotStart(configuration.program, status)
        }
        identifier = process
        socket = pair[0]
        complaints = pipe[0]
    }

    deinit {
        kill()
        reap()
        close(socket)
        close(complaints)
    }

    /// Runs blocking work with the process on its own thread.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (DecoderProcess) throws -> Result) async throws -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body(self) }) }
        }
    }

    /// Ends it at once. From any thread.
    func kill() {
        state.withLock { state in
            // Under the lock, so that nobody waits for it, and gives its number away, in between.
            if state.status == nil {
                state.isKilled = true
                _ = Glibc.kill(identifier, SIGKILL)
            }
        }
    }

    /// Sends what is asked and the file.
    func send(_ request: DecoderRequest, _ input: DecoderInput, _ budget: inout TimeBudget) throws {
        try write(Frame(.request, Array(request.wireForm.text.utf8)), &budget)
        var total = 0
        while let piece = try input.next() {
            total += piece.count
            guard total <= MediaLimits.inputBytes else {
                throw HearthError(.tooLarge, "The file is larger than \(MediaLimits.inputBytes) bytes.")
            }
            var rest = piece[...]
            while !rest.isEmpty {
                try write(Frame(.data, Array(rest.prefix(MediaLimits.pieceBytes))), &budget)
                rest = rest.dropFirst(MediaLimits.pieceBytes)
            }
        }
        try write(Frame(.end), &budget)
    }

    /// The next frame of the answer.
    func receive(_ budget: inout TimeBudget) throws -> Frame {
        let (kind, length) = try Frame.parse(header: try take(Frame.headerBytes, &budget))
        return Frame(kind, length == 0 ? [] : try take(length, &budget))
    }

    /// The end of what it said on its error output, for the log.
    var complaint: String {
        readComplaints()
        return String(decoding: state.withLock { $0.complaint }, as: UTF8.self)
    }

    /// Waits for its end and says how it ended.
    private func verdict() -> HearthError {
        reap()
        let (status, isKilled) = state.withLock { ($0.status ?? 0, $0.isKilled) }
        let signal = status & 0x7F
        // A library that fails gets other signals. These are sent: by the kernel when memory is short, or by a person.
        if !isKilled, [SIGKILL, SIGTERM, SIGINT, SIGHUP].contains(signal) {
            return HearthError(
                .decoderCrashed,
                "The process that reads files was ended by signal \(signal) (\(String(cString: strsignal(signal)))) from "
                    + "outside while it read this one.",
                hint:
                    "Memory may be short (`journalctl -k` tells of it). It is tried again; the file is kept as it came.",
                disposition: .retry)
        }
        let how =
            if signal == SIGXCPU {
                "used more processor time than is allowed"
            } else if signal != 0 {
                "ended by signal \(signal) (\(String(cString: strsignal(signal))))"
            } else {
                "ended with status \((status >> 8) & 0xFF)"
            }
        return HearthError(
            .decoderCrashed, "The process that reads files \(how) while it read this one.",
            hint: "The file is damaged, or made to harm, or there is too little memory for it. It is kept as it came.",
            cause: complaint.isEmpty ? nil : SaidBefore(text: complaint))
    }

    // MARK: Bytes

    private func write(_ frame: Frame, _ budget: inout TimeBudget) throws {
        let bytes = frame.header + frame.payload
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    socket, buffer.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), &budget)
            } else if errno != EINTR {
                throw verdict()
            }
        }
    }

    private func take(_ count: Int, _ budget: inout TimeBudget) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = bytes.withUnsafeMutableBytes { buffer in
                recv(socket, buffer.baseAddress.map { $0 + filled }, count - filled, Int32(MSG_DONTWAIT))
            }
            if received > 0 {
                filled += received
            } else if received < 0, errno == EAGAIN {
                try wait(for: Int16(POLLIN), &budget)
            } else if received == 0 || errno != EINTR {
                throw verdict()
            }
        }
        return bytes
    }

    /// Waits until the socket is ready, and reads meanwhile what the decoder complains about.
    private func wait(for events: Int16, _ budget: inout TimeBudget) throws {
        let start = ContinuousClock.now
        defer { budget.left -= start.duration(to: .now) }
        var polled = [
            pollfd(fd: socket, events: events, revents: 0), pollfd(fd: complaints, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = budget.left.components.seconds * 1000 + 1
        let ready = poll(&polled, 2, Int32(min(max(0, milliseconds), 3_600_000)))
        if polled[1].revents & Int16(POLLIN) != 0 { readComplaints() }
        guard ready != 0 || budget.left - start.duration(to: .now) > .zero else {
            kill()
            throw HearthError(
                .mediaTooSlow, "The file took longer than \(budget.limit.components.seconds) seconds to read.",
                hint: "Send it in smaller parts. It is kept as it came.")
        }
        // A decoder that closed its error output would make poll return at once, again and again.
        if ready > 0, polled[0].revents == 0, polled[1].revents & Int16(POLLIN) == 0 { usleep(1000) }
    }

    private func readComplaints() {
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(complaints, &piece, piece.count)
            guard count > 0 else { return }
            state.withLock { state in
                state.complaint += piece[..<count]
                if state.complaint.count > MediaLimits.complaintBytes {
                    state.complaint.removeFirst(state.complaint.count - MediaLimits.complaintBytes)
                }
            }
        }
    }

    /// Waits for its end, which is near or is brought about.
    private func reap() {
        for _ in 0..<100 {
            if reapNow() { return }
            usleep(10_000)
        }
        kill()
        while !reapNow() { usleep(1000) }
    }

    private func reapNow() -> Bool {
        state.withLock { state in
            if state.status != nil { return true }
            var status: Int32 = 0
            let waited = waitpid(identifier, &status, WNOHANG)
            // A process that nobody can wait for is gone.
            if waited == identifier || (waited < 0 && errno == ECHILD) { state.status = status }
            return state.status != nil
        }
    }

    // MARK: Start

    private static func spawn(
        _ configuration: DecoderConfiguration, socket: Int32, complaints: Int32, _ process: inout pid_t
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, 0)
        posix_spawn_file_actions_adddup2(&actions, socket, 1)
        posix_spawn_file_actions_adddup2(&actions, complaints, 2)
        // Nothing else of what is open here: no database, no connection.
        hearth_close_from(&actions, 3)
        var words: [UnsafeMutablePointer<CChar>?] = [strdup(configuration.program), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = configuration.fullEnvironment.map { strdup($0) } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        return posix_spawn(&process, configuration.program, &actions, nil, &words, &variables)
    }

    private static func cannotStart(_ program: String, _ failure: Int32) -> HearthError {
        HearthError(
            .decoderMissing, "The program that reads files cannot be started: \(String(cString: strerror(failure))).",
            hint: "Install Hearth again; \(program) has to be there. HEARTH_DECODER names another place.",
            disposition: .retry)
    }
}

/// Time that may still be spent on waiting for a decoder.
struct TimeBudget: Sendable {
    let limit: Duration
    var left: Duration

    init(_ limit: Duration) {
        self.limit = limit
        left = limit
    }
}

/// The last words of a decoder.
private struct SaidBefore: Error, CustomStringConvertible {
    var text: String
    var description: String { "it said: \(text)" }
}
