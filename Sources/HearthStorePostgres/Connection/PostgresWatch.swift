import CLibPQ
import Foundation
import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Hears what other sessions notify, on a session of its own that comes back when it was lost.
package final class PostgresWatch: Sendable {
    package enum Event: Sendable, Hashable {
        case notification(channel: String, payload: String)
        /// The session is new: what was notified before is not known, so whoever waits should look for itself.
        case connected
    }

    /// Events kept for a listener that is slow. The oldest go first; `.connected` is not kept apart, so that a listener
    /// looks for itself now and then anyway.
    private static let keptEvents = 4096
    private static let longestPause = Duration.seconds(5)

    private let url: String
    private let settings: PostgresSettings
    private let channels: [String]

    /// - Parameter channels: Names of letters, digits and underscores.
    package init(_ pool: PostgresPool, channels: [String]) {
        url = pool.address
        settings = pool.settings
        self.channels = channels
    }

    /// Connects, and goes on until the stream is dropped or its task is cancelled.
    package func events() -> AsyncStream<Event> {
        AsyncStream(bufferingPolicy: .bufferingNewest(Self.keptEvents)) { continuation in
            let stop = StopSignal()
            continuation.onTermination = { _ in stop.give() }
            Thread.detachNewThread { [url, settings, channels] in
                var pause = Duration.milliseconds(50)
                while !stop.isGiven {
                    do {
                        let connection = try PostgresConnection(url: url, settings: settings)
                        for channel in channels { try connection.script("LISTEN \"\(channel)\"") }
                        continuation.yield(.connected)
                        pause = .milliseconds(50)
                        try Self.forward(connection, to: continuation, until: stop)
                    } catch {
                        // A session that cannot be had is tried again for as long as somebody listens; calls to the pool
                        // tell their callers what is wrong.
                        stop.wait(for: pause)
                        pause = min(pause * 2, Self.longestPause)
                    }
                }
                continuation.finish()
            }
        }
    }

    private static func forward(
        _ connection: PostgresConnection, to continuation: AsyncStream<Event>.Continuation, until stop: StopSignal
    ) throws {
        while !stop.isGiven {
            stop.wait(for: .seconds(60), orInput: PQsocket(connection.handle))
            guard PQconsumeInput(connection.handle) == 1, !connection.isBroken else {
                throw PostgresConnection.connectionError(connection.handle)
            }
            while let notification = PQnotifies(connection.handle) {
                let event = Event.notification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra))
                PQfreemem(notification)
                continuation.yield(event)
            }
        }
    }
}

/// Tells a thread that sleeps in `poll` to end, by closing one end of a pipe.
private final class StopSignal: Sendable {
    private struct State {
        var isGiven = false
        var writer: Int32
    }

    private let reader: Int32
    private let state: Mutex<State>

    init() {
        var ends: [Int32] = [-1, -1]
        // Without descriptors left nothing wakes the thread, and it ends when it next looks, a minute later at most.
        if pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        reader = ends[0]
        state = Mutex(State(writer: ends[1]))
    }

    deinit {
        give()
        if reader >= 0 { close(reader) }
    }

    var isGiven: Bool { state.withLock { $0.isGiven } }

    func give() {
        state.withLock { state in
            if !state.isGiven, state.writer >= 0 { close(state.writer) }
            state.isGiven = true
        }
    }

    func wait(for duration: Duration, orInput descriptor: Int32 = -1) {
        var list = [
            pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&list, 2, Int32(clamping: duration.microseconds / 1000))
    }
}
