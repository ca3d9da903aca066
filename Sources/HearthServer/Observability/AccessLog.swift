package import HearthCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// One line of JSON for each request, written in batches by a thread of its own: an event loop never waits for the disk
/// or the terminal. Holds no bodies, no values of queries, no tokens and no readings.
package final class AccessLog: Service {
    /// What is said of one request.
    package struct Entry: Sendable {
        package var time: Timestamp
        package var id: UniqueID
        package var method: String
        /// As it came: path and query.
        package var target: String
        package var status: Int
        package var duration: Duration
        /// Of the answer's body, as sent.
        package var bytes: Int
        package var principal: UniqueID?
        /// What went wrong, when it was Hearth's fault.
        package var failure: String?

        package init(
            time: Timestamp, id: UniqueID, method: String, target: String, status: Int, duration: Duration, bytes: Int,
            principal: UniqueID?, failure: String?
        ) {
            self.time = time
            self.id = id
            self.method = method
            self.target = target
            self.status = status
            self.duration = duration
            self.bytes = bytes
            self.principal = principal
            self.failure = failure
        }
    }

    private struct State {
        var lines: [UInt8] = []
        var isClosed = false
    }

    /// Lines that wait beyond this many bytes are dropped and counted.
    private let capacity: Int
    private let flushInterval: Duration
    private let write: @Sendable ([UInt8]) throws -> Void
    private let state = Mutex(State())
    let dropped = Counter()

    /// - Parameter write: Takes whole lines. Called on a thread that may block, one call at a time. When it throws, the
    ///   lines are counted as dropped.
    package init(
        capacity: Int = 1 << 20, flushInterval: Duration = .milliseconds(200),
        write: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.capacity = capacity
        self.flushInterval = flushInterval
        self.write = write
    }

    package var droppedLines: UInt64 { dropped.value }

    package func record(_ entry: Entry) {
        let isKept = state.withLock { state in
            guard state.lines.count < capacity, !state.isClosed else { return false }
            var writer = JSONWriter()
            swap(&writer.bytes, &state.lines)
            Self.write(entry, to: &writer)
            swap(&writer.bytes, &state.lines)
            return true
        }
        if !isKept { dropped.add() }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // What a cancelled wait leaves behind is written below.
                do { try await Task.sleep(for: self.flushInterval) } catch { return }
                await self.flush()
            }
        }
        // Requests under way when the shutdown began have ended by now: services stop in reverse order.
        state.withLock { $0.isClosed = true }
        await flush()
    }

    package func flush() async {
        let lines = state.withLock { state in
            let lines = state.lines
            state.lines = []
            state.lines.reserveCapacity(min(lines.count, capacity))
            return lines
        }
        guard !lines.isEmpty else { return }
        do {
            // Not `runIfActive`, which gives up when its task is cancelled: lines taken out must be written.
            try await withCheckedThrowingContinuation { (written: CheckedContinuation<Void, any Error>) in
                NIOThreadPool.singleton.submit { _ in written.resume(with: Result { try self.write(lines) }) }
            }
        } catch {
            dropped.add(lines.count { $0 == UInt8(ascii: "\n") })
        }
    }

    private static func write(_ entry: Entry, to writer: inout JSONWriter) {
        writer.raw("{\"ts\":\"")
        entry.time.append(to: &writer.bytes)
        writer.raw("\",\"level\":\"")
        writer.raw(entry.status >= 500 ? "error" : "info")
        writer.raw("\",\"event\":\"request\",\"id\":\"")
        entry.id.append(to: &writer.bytes)
        writer.raw("\",\"method\":")
        writer.write(entry.method)
        writer.raw(",\"path\":")
        writer.write(redacted(entry.target))
        writer.raw(",\"status\":")
        writer.write(entry.status)
        writer.raw(",\"ms\":")
        writer.write(Double(entry.duration.microseconds) / 1000)
        writer.raw(",\"bytes\":")
        writer.write(entry.bytes)
        if let principal = entry.principal {
            writer.raw(",\"principal\":\"")
            principal.append(to: &writer.bytes)
            writer.raw("\"")
        }
        if let failure = entry.failure {
            writer.raw(",\"error\":")
            writer.write(failure)
        }
        writer.raw("}\n")
    }

    /// The longest target that is logged whole.
    private static let maximumTarget = 1024
    private static let maximumName = 40

    /// The target without the values of its query: they hold readings, questions and secrets. What does not look like a
    /// parameter's name may be a value too.
    static func redacted(_ target: String) -> String {
        guard let mark = target.firstIndex(of: "?") else { return cut(target) }
        let parts = target[target.index(after: mark)...].split(separator: "&").map { part in
            let name = part.prefix { $0 != "=" }
            return name.endIndex < part.endIndex && isName(name) ? name + "=…" : "…"
        }
        return cut(target[..<mark] + "?" + parts.joined(separator: "&"))
    }

    private static func isName(_ text: Substring) -> Bool {
        (1...maximumName).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func cut(_ text: some StringProtocol) -> String {
        text.utf8.count > maximumTarget ? String(text.prefix(maximumTarget)) + "…" : String(text)
    }
}
