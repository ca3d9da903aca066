import Dispatch
import Foundation
package import HearthCore
import Synchronization

/// The sessions with one database: a bounded number, made when they are needed, each on a queue of its own, so that no
/// thread of the cooperative pool ever waits for the server.
///
/// A session that was lost is made anew by the next call; while the server is away, calls try for `connectPatience` and
/// then fail as ones to send again. A call that has begun is finished even when its task is cancelled: whoever waits for
/// a commit must learn how it ended. Calls throw `HearthError`, and what their closures throw.
package final class PostgresPool: Sendable {
    // Its queue confines the connection: only blocks on it touch it, and the pool lends a session to one call at a time.
    private final class Session: @unchecked Sendable {
        let queue: DispatchQueue
        var connection: PostgresConnection?

        init(number: Int) { queue = DispatchQueue(label: "hearth.postgres.\(number)") }
    }

    private struct State {
        var idle: [Session] = []
        var made = 0
        var waiting: [CheckedContinuation<Session, any Error>] = []
        /// The first of those who wait.
        var head = 0
        var isClosed = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    /// Attempts of a transaction that others got in the way of.
    private static let attempts = 5
    /// A session that rested longer is tried before it is used for what cannot be begun twice.
    private static let trustedRest = UInt64(1_000_000_000)

    package let settings: PostgresSettings
    private let url: String
    private let state = Mutex(State())

    /// Connects nothing yet.
    /// - Parameter url: `postgres://user:password@host:port/database?sslmode=…`, or whatever else libpq takes.
    package init(url: String, settings: PostgresSettings = PostgresSettings()) {
        self.url = url
        self.settings = settings
    }

    /// Where `PostgresWatch` connects to.
    var address: String { url }

    // MARK: Calls

    /// Runs `body` on one snapshot that cannot be written to. It may run twice, when the session turns out to be lost.
    package func read<Value: Sendable>(
        as scope: PostgresScope = .system, _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await transaction(.readOnlySnapshot, as: scope, body)
    }

    /// Runs `body` in a transaction that is on stable storage when the call returns, or left no trace when it throws.
    /// `body` runs again when the server asks for that (deadlocks, serialisation), so it must keep nothing outside.
    package func write<Value: Sendable>(
        as scope: PostgresScope = .system, _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await transaction(.readCommitted, as: scope, body)
    }

    package func transaction<Value: Sendable>(
        _ isolation: PostgresIsolation, as scope: PostgresScope = .system,
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await borrow { [self] session in
            var attempt = 1
            while true {
                let connection = try begun(session, isolation, scope)
                do {
                    let value = try body(connection)
                    try connection.script("COMMIT")
                    return value
                } catch {
                    try connection.rollBack()
                    guard let failure = error as? PostgresError, failure.asksForRetry, attempt < Self.attempts else {
                        throw error
                    }
                    attempt += 1
                }
            }
        }
    }

    /// Runs `body` outside a transaction: for statements that cannot stand in one, and for pipelines that are one.
    package func perform<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await borrow { [self] session in try body(try connected(session)) }
    }

    /// Whether the server can read and write now.
    package func probe() async throws {
        try await write { connection in
            guard try connection.execute("SELECT NOT pg_is_in_recovery()").first?.bool(0) == true else {
                throw PostgresError(state: "25006", message: "The server is a standby.", isConnectionLost: false)
            }
            // A transaction of its own number is a write, to the log at least.
            try connection.execute("SELECT pg_current_xact_id()::text")
        }
    }

    /// Waits for calls under way and closes all sessions. Closing twice is no error.
    package func close() async {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { (state.waiting, state.head) = ([], 0) }
            return state.waiting[state.head...]
        }
        for call in waiting { call.resume(throwing: Self.closedError()) }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.idle.count == state.made { return true }
                state.closing.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
        let idle = state.withLock { state in
            let idle = state.idle
            state.made -= idle.count
            state.idle = []
            return idle
        }
        for session in idle {
            await withCheckedContinuation { continuation in
                session.queue.async {
                    session.connection = nil
                    continuation.resume()
                }
            }
        }
    }

    static func closedError() -> HearthError {
        HearthError(.shuttingDown, "The database is closed.", disposition: .retry)
    }

    // MARK: Sessions

    private func borrow<Value: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Value
    ) async throws -> Value {
        let session = try await acquire()
        return try await withCheckedThrowingContinuation { continuation in
            session.queue.async {
                // What the closure itself throws passes.
                let result = Result { try body(session) }.mapError { error in
                    error is PostgresError ? HearthError(postgres: error) : error
                }
                self.settle(session)
                continuation.resume(with: result)
            }
        }
    }

    private func acquire() async throws -> Session {
        try await withCheckedThrowingContinuation { continuation in
            let answer = state.withLock { state -> Result<Session, any Error>? in
                if state.isClosed { return .failure(Self.closedError()) }
                if let session = state.idle.popLast() { return .success(session) }
                if state.made < settings.connections {
                    state.made += 1
                    return .success(Session(number: state.made))
                }
                guard state.waiting.count - state.head < settings.waitingCalls else {
                    return .failure(
                        HearthError(
                            .overloaded, "More calls wait for the database than it can take at the moment.",
                            disposition: .retry, retryAfter: .seconds(1)))
                }
                state.waiting.append(continuation)
                return nil
            }
            if let answer { continuation.resume(with: answer) }
        }
    }

    /// Gives a session to the next call, or back to the pool. On the session's queue.
    private func settle(_ session: Session) {
        if let connection = session.connection {
            // What was left open or is lost is not passed on.
            if connection.isBroken || !connection.isIdle { session.connection = nil }
            connection.lastUse = .now()
        }
        typealias Woken = (next: CheckedContinuation<Session, any Error>?, closing: [CheckedContinuation<Void, Never>])
        let (next, closing) = state.withLock { state -> Woken in
            if state.head < state.waiting.count {
                let next = state.waiting[state.head]
                state.head += 1
                if state.head == state.waiting.count { (state.waiting, state.head) = ([], 0) }
                return (next, [])
            }
            state.idle.append(session)
            guard state.isClosed, state.idle.count == state.made else { return (nil, []) }
            defer { state.closing = [] }
            return (nil, state.closing)
        }
        next?.resume(returning: session)
        for call in closing { call.resume() }
    }

    /// A connection in a transaction that has just begun. One that was lost while it rested is replaced.
    private func begun(
        _ session: Session, _ isolation: PostgresIsolation, _ scope: PostgresScope
    ) throws -> PostgresConnection {
        if let connection = session.connection {
            do {
                try connection.begin(isolation, as: scope)
                return connection
            } catch let error as PostgresError where error.isConnectionLost || error.state.hasPrefix("57P") {
                session.connection = nil
            }
        }
        let connection = try connect()
        session.connection = connection
        try connection.begin(isolation, as: scope)
        return connection
    }

    private func connected(_ session: Session) throws -> PostgresConnection {
        if let connection = session.connection {
            let rest = DispatchTime.now().uptimeNanoseconds - connection.lastUse.uptimeNanoseconds
            if rest < Self.trustedRest { return connection }
            do {
                try connection.script("")
                return connection
            } catch let error as PostgresError where error.isConnectionLost || error.state.hasPrefix("57P") {
                session.connection = nil
            }
        }
        let connection = try connect()
        session.connection = connection
        return connection
    }

    /// Tries again, at growing intervals, while the server may be about to start.
    private func connect() throws -> PostgresConnection {
        let start = ContinuousClock.now
        var pause = 0.02
        while true {
            do {
                return try PostgresConnection(url: url, settings: settings)
            } catch let error as PostgresError where Self.mayPass(error) {
                let isClosed = state.withLock { $0.isClosed }
                if isClosed || ContinuousClock.now - start + .seconds(pause) > settings.connectPatience { throw error }
                // Apart from each other, or all sessions would come back in the same moment.
                Thread.sleep(forTimeInterval: pause * .random(in: 0.5...1))
                pause = min(pause * 2, 1)
            }
        }
    }

    /// Whether another attempt may go better: not with a wrong password or name.
    private static func mayPass(_ error: PostgresError) -> Bool {
        !["28000", "28P01", "3D000"].contains(error.state)
    }
}
