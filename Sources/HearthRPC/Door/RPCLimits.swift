/// The numbers that bound this door, beside those of `ConnectionLimits` and `IngestLimits`.
enum RPCLimits {
    /// Beyond it the transport cuts the call before anybody can say why; below it, and above the limit of messages, a message
    /// is refused with its reason.
    static let transportBytes = 32 << 20
    /// Bytes of a call, and of all calls of a connection, that may come before they are read.
    static let windowBytes = 1 << 20
    static let calls = 100
    /// Without a call.
    static let idleConnection = Duration.seconds(300)
    /// Clients that look more often whether the server is there are cut off.
    static let leastPingInterval = Duration.seconds(10)
    /// For the calls of a connection when the server stops.
    static let graceTime = Duration.seconds(20)
}
