import HearthCore
import HearthProtocols
import HearthServer
import HearthVault
import SwiftProtobuf
import Synchronization

/// A program that serves over a call it opened itself.
final class ServiceWorker: Sendable {
    private typealias Waiting = CheckedContinuation<Result<Google_Protobuf_Struct, HearthError>, Never>

    private struct State {
        var waiting: [UInt64: Waiting] = [:]
        var lastCall: UInt64 = 0
        var isServing = true
        var isClosed = false
    }

    /// An answer that takes longer is not waited for.
    static let patience = Duration.seconds(30)
    /// Calls that wait for an answer.
    static let maximumCalls = 64

    /// Who registered it.
    let principal: Principal
    private let patience: Duration
    private let send: @Sendable (Router_V1_ServeResponse) -> Void
    private let state = Mutex(State())

    init(
        _ principal: Principal, patience: Duration = ServiceWorker.patience,
        send: @escaping @Sendable (Router_V1_ServeResponse) -> Void
    ) {
        self.principal = principal
        self.patience = patience
        self.send = send
    }

    var isServing: Bool { state.withLock { $0.isServing && !$0.isClosed } }
    var isFree: Bool { state.withLock { $0.isServing && !$0.isClosed && $0.waiting.count < Self.maximumCalls } }
    var callsInFlight: Int { state.withLock { $0.waiting.count } }

    /// - Throws: `.serviceUnavailable`, or what the program answered.
    func call(
        _ kind: String, _ payload: Google_Protobuf_Struct, for caller: Principal
    ) async throws(HearthError) -> Google_Protobuf_Struct {
        let number = state.withLock { state in
            state.lastCall += 1
            return state.lastCall
        }
        let patience = patience
        let timer = Task {
            try await Task.sleep(for: patience)
            settle(number, .failure(.serviceUnavailable("The service did not answer within \(patience).")))
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiting) in
                let isOpen = state.withLock { state in
                    guard !state.isClosed else { return false }
                    state.waiting[number] = continuation
                    return true
                }
                guard isOpen else { return continuation.resume(returning: .failure(.serviceGone)) }
                send(
                    .with {
                        $0.call.call = number
                        $0.call.kind = kind
                        $0.call.payload = payload
                        $0.call.personID = caller.person.description
                        $0.call.role = caller.role.rawValue
                    })
                // The handler below found nobody waiting.
                if Task.isCancelled { settle(number, .failure(.serviceGone)) }
            }
        } onCancel: {
            settle(number, .failure(.serviceGone))
        }
        return try result.get()
    }

    func answer(_ answer: Router_V1_Answer) {
        switch answer.outcome {
        case .payload(let payload): settle(answer.call, .success(payload))
        case .error(let error): settle(answer.call, .failure(HearthError(of: error)))
        case nil: settle(answer.call, .failure(.serviceUnavailable("The service answered with nothing.")))
        }
    }

    func become(serving: Bool) { state.withLock { $0.isServing = serving } }

    /// Gives back the calls that wait.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: .failure(.serviceGone)) }
    }

    private func settle(_ number: UInt64, _ result: Result<Google_Protobuf_Struct, HearthError>) {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: result)
    }
}

extension HearthError {
    static func serviceUnavailable(_ message: String) -> HearthError {
        HearthError(
            .serviceUnavailable, message, hint: "ListServices says which services are there.", disposition: .retry,
            retryAfter: .seconds(1))
    }

    fileprivate static var serviceGone: HearthError {
        .serviceUnavailable("The service went away before it answered.")
    }

    /// A refusal of a service outside of Hearth, in its own words.
    fileprivate init(of error: Hearth_V1_Error) {
        let isCode =
            (1...64).contains(error.code.utf8.count)
            && error.code.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || byte == UInt8(ascii: "-")
            }
        self.init(
            isCode ? ErrorCode(error.code) : .serviceUnavailable,
            error.message.isEmpty ? "The service refused the request." : String(error.message.prefix(1000)),
            hint: error.hint.isEmpty ? nil : String(error.hint.prefix(1000)),
            disposition: error.retryAfterSeconds > 0 ? .retry : .caller,
            fields: error.fields.prefix(16).map { Field(pointer: $0.pointer, message: $0.message) },
            retryAfter: error.retryAfterSeconds > 0 && error.retryAfterSeconds < 86_400
                ? .seconds(error.retryAfterSeconds) : nil)
    }
}
