import HearthCore

/// How connections are made and how many.
package struct PostgresSettings: Sendable {
    /// Sessions at the same time; more calls wait. Each is a process of the server.
    package var connections = 8
    /// Calls that may wait for a session; beyond them callers hear `.overloaded`.
    package var waitingCalls = 4096
    /// How long one attempt to connect may take, for each address of the host.
    package var connectTimeout = Duration.seconds(5)
    /// How long a call tries again to connect before it fails: a server that restarts is back within it.
    package var connectPatience = Duration.seconds(5)
    /// A statement that takes longer is given up.
    package var statementTimeout = Duration.seconds(60)
    /// A statement that waits longer for a lock is given up.
    package var lockTimeout = Duration.seconds(15)
    /// A transaction that was left open this long is given up by the server.
    package var idleTransactionTimeout = Duration.seconds(120)
    /// Whether a commit waits for the disk. Only tests that kill nothing turn it off.
    package var waitsForDisk = true

    package init() {}

    /// What every session begins with.
    var sessionSQL: String {
        """
        SET statement_timeout = \(Self.milliseconds(statementTimeout));
        SET lock_timeout = \(Self.milliseconds(lockTimeout));
        SET idle_in_transaction_session_timeout = \(Self.milliseconds(idleTransactionTimeout));
        SET synchronous_commit = \(waitsForDisk ? "on" : "off");
        SET timezone = 'UTC';
        SET jit = off;
        """
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { max(1, duration.microseconds / 1000) }
}
