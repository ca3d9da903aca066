/// The numbers that bound this door, beside those of `ConnectionLimits` and `IngestLimits`.
enum RPCLimits {
    /// Above the limit of messages a message is refused with its reason, up to this many bytes more; beyond them the transport
    /// cuts the call before anybody can say why. It holds a message whole before anybody reads it, so they are few.
    static let excessBytes = 64 << 10
    /// Of a message of a method that is open to everybody.
    static let openMessageBytes = 4 << 10
    /// Calls of such methods under way from one address.
    static let openCalls = 16
    /// Until the message of such a call has come.
    static let openPatience = Duration.seconds(10)
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
