import HTTPTypes
import HearthCore
import Hummingbird
import NIOCore
import Synchronization

/// Counts and logs a request once its answer is complete, or once it is clear that it will never be.
final class RequestEnding: Sendable {
    private let metrics: ServerMetrics
    private let log: AccessLog?
    private let start: ContinuousClock.Instant
    private let method: String
    private let route: String
    private let status: Int
    /// Complete but for duration and bytes.
    private let entry: AccessLog.Entry?
    private let isReached = Atomic<Bool>(false)

    init(
        metrics: ServerMetrics, log: AccessLog?, start: ContinuousClock.Instant, method: String, route: String,
        status: Int, entry: AccessLog.Entry?
    ) {
        self.metrics = metrics
        self.log = log
        self.start = start
        self.method = method
        self.route = route
        self.status = status
        self.entry = entry
    }

    /// An answer whose body nobody asked for: the caller left before.
    deinit { reached(bytes: 0, failure: "aborted") }

    /// - Parameter failure: Why the answer could not be sent whole.
    func reached(bytes: Int, failure: String?) {
        guard !isReached.exchange(true, ordering: .relaxed) else { return }
        let duration = ContinuousClock.now - start
        metrics.requestsInFlight.add(-1)
        metrics.finished(method: method, route: route, status: status, after: duration)
        guard let log, var entry else { return }
        entry.duration = duration
        entry.bytes = bytes
        entry.failure = failure ?? entry.failure
        log.record(entry)
    }
}

extension ResponseBody {
    /// Small bodies are sent in one piece with the head; their end is not waited for.
    var isSmall: Bool { contentLength.map { $0 <= 64 << 10 } ?? false }

    /// The same body, which tells `ending` when its last byte was written, or when writing failed.
    func observed(by ending: RequestEnding) -> ResponseBody {
        let body = self
        return ResponseBody(contentLength: contentLength) { writer in
            let bytes = Counter()
            do {
                try await body.write(CountingWriter(inner: writer, bytes: bytes))
            } catch {
                ending.reached(bytes: Int(clamping: bytes.value), failure: "aborted")
                throw error
            }
            ending.reached(bytes: Int(clamping: bytes.value), failure: nil)
        }
    }
}

/// Counts what passes through.
private struct CountingWriter: ResponseBodyWriter {
    var inner: any ResponseBodyWriter
    let bytes: Counter

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        try await inner.write(buffer)
        bytes.add(buffer.readableBytes)
    }

    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await inner.finish(trailingHeaders)
    }
}
