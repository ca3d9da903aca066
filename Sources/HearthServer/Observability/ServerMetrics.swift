/// The server's numbers.
package final class ServerMetrics: Sendable {
    package init() {}
}
