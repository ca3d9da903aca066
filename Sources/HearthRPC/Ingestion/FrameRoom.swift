import Synchronization

/// How much of a call may be without an answer. While there is no room, nothing is read, and HTTP/2 slows the sender.
final class FrameRoom: Sendable {
    /// What a frame takes up.
    struct Size: Sendable {
        var readings: Int
        var bytes: Int
    }

    static let frames = 4096
    /// As many as one transaction holds.
    static let readings = 20_000
    static let bytes = 16 << 20

    private struct State {
        var frames = 0
        var readings = 0
        var bytes = 0
        var waiting: (Size, CheckedContinuation<Void, Never>)?

        /// A frame larger than all the room is let in alone, or it never could be.
        func holds(_ size: Size) -> Bool {
            frames == 0
                || frames < FrameRoom.frames && readings + size.readings <= FrameRoom.readings
                    && bytes + size.bytes <= FrameRoom.bytes
        }

        mutating func take(_ size: Size) {
            frames += 1
            readings += size.readings
            bytes += size.bytes
        }
    }

    private let state = Mutex(State())

    /// Waits for room and takes it. Asked by one task.
    func take(_ size: Size) async {
        await withCheckedContinuation { continuation in
            let isTaken = state.withLock { state in
                guard state.holds(size) else {
                    state.waiting = (size, continuation)
                    return false
                }
                state.take(size)
                return true
            }
            if isTaken { continuation.resume() }
        }
    }

    func give(_ size: Size) {
        let admitted = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.frames -= 1
            state.readings -= size.readings
            state.bytes -= size.bytes
            guard let (waiting, continuation) = state.waiting, state.holds(waiting) else { return nil }
            state.waiting = nil
            state.take(waiting)
            return continuation
        }
        admitted?.resume()
    }
}
