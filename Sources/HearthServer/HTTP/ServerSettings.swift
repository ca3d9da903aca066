package import HearthVault

/// How the server listens and what it bounds. The commands fill it from the configuration.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 8000
    /// PEM files; both or none. With them Hearth speaks TLS 1.3 alone.
    package var certificatePath: String?
    package var privateKeyPath: String?
    /// nil: one per core.
    package var eventLoopThreads: Int?
    /// Connections that wait to be accepted.
    package var backlog = 1024
    package var limits = ConnectionLimits()
    /// Origins besides the server's own whose pages may open sockets and use the cookie: `https://home.example`.
    package var allowedOrigins: Set<String> = []
    package var rates = RateSettings()
    /// Where the data lies; its free space is part of `/readyz`.
    package var home: String?
    /// Below this many free bytes the server is not ready.
    package var minimumFreeBytes: Int64 = 64 << 20
    /// For `hearth_build_info` and the `Server` header.
    package var version = "0"

    /// Whether the household is made up: pages say so.
    package var isDemo = false
    /// Whether single readings are answered on the event loop. Callers see no difference, which tests compare.
    package var hasExpressLane = true

    package init() {}

    package var usesTLS: Bool { certificatePath != nil }
}

/// Bounds of one connection, and of all together.
package struct ConnectionLimits: Sendable {
    /// Open at once; those beyond get 503 and are closed.
    package var connections = 4096
    /// Names and values of a request's head together.
    package var headBytes = 32 << 10
    package var headFields = 128
    /// For a whole head to come, and for TLS before it.
    package var headTimeout: Duration = .seconds(10)
    /// Without a byte of a body, or between two requests.
    package var idleTimeout: Duration = .seconds(60)
    /// Without a byte of a body that has begun.
    package var bodyTimeout: Duration = .seconds(10)
    /// For the rest of a request that was answered before its body had come, so that the peer can read the answer: a
    /// client that sends its whole body first has to get rid of it. Twice the largest body by default.
    package var drainBytes = 64 << 20
    package var drainTimeout: Duration = .seconds(30)
    /// One WebSocket frame.
    package var frameBytes = 1 << 20
    /// One WebSocket message, of any number of frames.
    package var messageBytes = 4 << 20
    /// Between two pings of ours; a peer that has not said anything by the next one is gone.
    package var pingInterval: Duration = .seconds(30)
    /// For the peer's answer to our closing frame.
    package var closeTimeout: Duration = .seconds(5)

    package init() {}
}

/// How many requests a caller may make, and messages on its sockets, together. A rate of nil does not limit.
package struct RateSettings: Sendable {
    /// Requests per second and burst.
    package struct Rate: Hashable, Sendable {
        package var perSecond: Double
        package var burst: Double

        package init(perSecond: Double, burst: Double) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// Per token, by its role; above what one machine takes in. The owner is not limited unless told so.
    package var perRole: [Role: Rate] = [
        .member: Rate(perSecond: 500_000, burst: 1_000_000),
        .guardian: Rate(perSecond: 500_000, burst: 1_000_000),
        .device: Rate(perSecond: 500_000, burst: 1_000_000),
        .service: Rate(perSecond: 500_000, burst: 1_000_000),
        .auditor: Rate(perSecond: 20, burst: 100),
    ]
    /// Per client address, before anything else is looked at; nil: not limited.
    package var perAddress: Rate?
    /// Wrong tokens from one address until it is locked out.
    package var failuresBeforeLockout = 20
    package var lockout: Duration = .seconds(60)

    package init() {}
}
