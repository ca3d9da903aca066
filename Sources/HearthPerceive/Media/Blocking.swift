import Dispatch

/// Blocking work, away from the cooperative pool.
enum Blocking {
    private static let queue = DispatchQueue(label: "hearth.perceive.files", qos: .utility, attributes: .concurrent)

    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
