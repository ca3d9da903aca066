import CHearthProcess
import HearthCore
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// What `hearth-decoder` does: serve requests on its standard input, which is a socket.
package enum DecoderProgram {
    /// Returns the exit status.
    package static func run() -> Int32 {
        ProcessLimits.apply()
        // Libraries may print; what they print must not get between the frames.
        let socket = dup(0)
        guard socket >= 0, dup2(2, 1) >= 0 else { return 2 }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard nothing >= 0, dup2(nothing, 0) >= 0 else { return 2 }
        leaveWithParent(socket)
        do {
            try DecoderSession(channel: FrameChannel(descriptor: socket), answers: DecoderAnswers()).run()
            return 0
        } catch is ChannelClosed {
            return 0
        } catch {
            complain("\(error)\n")
            return 1
        }
    }

    /// Ends the process as soon as the other side is gone, even in the middle of a picture. PR_SET_PDEATHSIG would ask
    /// for the death of the thread that started this process, which ends long before its process does.
    private static func leaveWithParent(_ socket: Int32) {
        var thread = pthread_t()
        let argument = UnsafeMutableRawPointer(bitPattern: Int(socket))
        pthread_create(
            &thread, nil,
            { argument in
                var polled = pollfd(fd: Int32(Int(bitPattern: argument)), events: hearth_poll_left, revents: 0)
                while poll(&polled, 1, -1) <= 0 {}
                _exit(0)
            }, argument)
    }

    private static func complain(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(2, bytes, bytes.count)
    }
}
