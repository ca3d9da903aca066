/// Waits for work as long as somebody who asked over HTTP can be expected to.
enum Patience {
    /// What `work` gives; nil when it takes longer than `limit`. It then goes on, and nobody hears how it ends.
    /// - Throws: what `work` throws in time; `CancellationError`, and then `work` goes on as well.
    static func wait<Value: Sendable>(
        _ limit: Duration, for work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let (ends, told) = AsyncThrowingStream<Value?, any Error>.makeStream()
        Task {
            do {
                told.yield(try await work())
                told.finish()
            } catch {
                told.finish(throwing: error)
            }
        }
        let alarm = Task {
            try await Task.sleep(for: limit)
            told.yield(nil)
        }
        defer { alarm.cancel() }
        for try await end in ends { return end }
        throw CancellationError()
    }
}
