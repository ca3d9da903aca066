import GRPCCore
import HearthCore
import HearthServer
import SwiftProtobuf
import Synchronization

/// The one message of a call. The rest of the call is read as well while `body` works: what nobody reads stays in memory, and a
/// second message ends the call.
enum OnlyMessage {
    private enum Event { case ended, aside }

    /// Whether a message has come.
    private final class Arrival: Sendable {
        private let hasCome = Mutex(false)

        var isThere: Bool { hasCome.withLock { $0 } }

        /// - Returns: Whether one was there before.
        func note() -> Bool {
            hasCome.withLock { hasCome in
                defer { hasCome = true }
                return hasCome
            }
        }
    }

    /// - Parameter patience: How long to wait for the message; nil: as long as the call lasts.
    /// - Throws: `.malformedBody` for no message or more than one, `.timeout` when none has come in time, what the message's
    ///   value throws, and what `body` throws.
    static func use<Input: SwiftProtobuf.Message>(
        of messages: Received<Input>, within patience: Duration?,
        _ body: @escaping @Sendable (Input) async throws -> Void
    ) async throws {
        let (first, give) = AsyncStream.makeStream(of: ReceivedMessage<Input>.self)
        let arrival = Arrival()
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                defer { give.finish() }
                for try await message in messages {
                    guard !arrival.note() else {
                        throw HearthError(.malformedBody, "The call has more than one message.")
                    }
                    give.yield(message)
                    give.finish()
                }
                return .aside
            }
            group.addTask {
                guard let message = await first.first(where: { _ in true }) else {
                    try Task.checkCancellation()
                    throw HearthError(.malformedBody, "The call has no message.")
                }
                try await body(try message.value())
                return .ended
            }
            if let patience {
                group.addTask {
                    try await Task.sleep(for: patience)
                    guard arrival.isThere else {
                        throw HearthError(
                            .requestTimeout, "The call's message did not come within \(patience.inSeconds) seconds.",
                            disposition: .retry)
                    }
                    return .aside
                }
            }
            defer { group.cancelAll() }
            while let event = try await group.next() {
                if case .ended = event { return }
            }
        }
    }
}
