import CHearthProcess
import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// One run of a program of others, held to limits by the kernel. It reads what it is given as open files, says its result on
/// its output and complains on its error output; nothing of it touches a disk or a network.
final class LimitedProcess: Sendable {
    /// What the program was heard to say and how it ended.
    struct Ending: Sendable {
        var output: [UInt8] = []
        var complaint: [UInt8] = []
        /// As of waitpid.
        var status: Int32 = 0
        /// Why it was killed from here; nil: it was not.
        var verdict: Verdict?

        var signal: Int32 { status & 0x7F }
        var code: Int32 { (status >> 8) & 0xFF }
    }

    enum Verdict: Sendable { case tooSlow, tooMuchOutput, cancelled }

    /// Why no process came to be: an error number.
    struct NotStarted: Error { var failure: Int32 }

    private struct State {
        /// Set once it was waited for; its number may then belong to another process.
        var hasEnded = false
        var verdict: Verdict?
    }

    private let identifier: pid_t
    private let output: Int32
    private let complaints: Int32
    private let state = Mutex(State())

    /// - Parameters:
    ///   - files: In the program, descriptors from `firstFile` on.
    init(
        program: String, arguments: [String], environment: [String], files: [Int32], limits: hearth_limits
    ) throws(NotStarted) {
        var said: [Int32] = [-1, -1]
        var complained: [Int32] = [-1, -1]
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for descriptor in [nothing, said[1], complained[1]] where descriptor >= 0 { close(descriptor) } }
        guard nothing >= 0, hearth_pipe(&said) == 0 else { throw NotStarted(failure: errno) }
        guard hearth_pipe(&complained) == 0 else {
            let failure = errno
            close(said[0])
            throw NotStarted(failure: failure)
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        let descriptors = [nothing, said[1], complained[1]] + files
        var process = pid_t()
        let failure = hearth_spawn_limited(
            program, &words, &variables, descriptors, Int32(descriptors.count), limits, &process)
        guard failure == 0 else {
            close(said[0])
            close(complained[0])
            throw NotStarted(failure: failure)
        }
        identifier = process
        output = said[0]
        complaints = complained[0]
    }

    static let firstFile = 3

    deinit {
        close(output)
        close(complaints)
    }

    /// Ends it at once. From any thread.
    func kill(_ verdict: Verdict) {
        state.withLock { state in
            // Under the lock, so that nobody waits for it, and gives its number away, in between.
            guard !state.hasEnded, state.verdict == nil else { return }
            state.verdict = verdict
            _ = Glibc.kill(identifier, SIGKILL)
        }
    }

    /// Hears it out and waits for its end. Blocks; to be called once.
    ///
    /// - Parameters:
    ///   - longest: After it the program is killed.
    ///   - mostOutput: Bytes; a program that says more is killed. Of what it complains, the beginning is kept.
    func wait(longest: Duration, mostOutput: Int) -> Ending {
        var ending = Ending()
        let deadline = ContinuousClock.now + longest
        var open = [output, complaints]
        while !open.isEmpty {
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            if left == .zero { kill(.tooSlow) }
            // One that was killed closes its pipes, unless it left its own children behind: they are not waited for.
            let wanted = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
            let milliseconds = left == .zero ? 1000 : min(wanted, 3_600_000)
            let ready = poll(&polled, nfds_t(polled.count), Int32(milliseconds))
            if ready == 0, left == .zero { break }
            for one in polled where one.revents != 0 {
                if drain(one.fd, &ending, mostOutput: mostOutput) { open.removeAll { $0 == one.fd } }
            }
        }
        ending.status = reap()
        ending.verdict = state.withLock { $0.verdict }
        return ending
    }

    private static let mostComplaint = 256 << 10

    /// Whether the pipe is at its end.
    private func drain(_ descriptor: Int32, _ ending: inout Ending, mostOutput: Int) -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
            if descriptor == output {
                ending.output += piece[..<count]
                if ending.output.count > mostOutput {
                    kill(.tooMuchOutput)
                    return true
                }
            } else {
                ending.complaint += piece[..<min(count, Self.mostComplaint - ending.complaint.count)]
            }
        }
    }

    /// A program may close its output long before it ends.
    private func reap() -> Int32 {
        for _ in 0..<200 {
            if let status = reapNow() { return status }
            usleep(5000)
        }
        kill(.tooSlow)
        while true {
            if let status = reapNow() { return status }
            usleep(1000)
        }
    }

    private func reapNow() -> Int32? {
        state.withLock { state in
            var status: Int32 = 0
            let waited = waitpid(identifier, &status, WNOHANG)
            // A process that nobody can wait for is gone.
            guard waited == identifier || (waited < 0 && errno == ECHILD) else { return nil }
            state.hasEnded = true
            return status
        }
    }
}
