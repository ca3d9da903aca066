import HearthCore
import HearthProtocols
import HearthServer
import HearthVault
import OrderedCollections
import SwiftProtobuf
import Synchronization

/// A program that serves over a call it opened itself.
final class ServiceWorker: Sendable {
    private typealias Waiting = CheckedContinuation<Result<Google_Protobuf_Struct, HearthError>, Never>

    private struct State {
        var waiting: [UInt64: Waiting] = [:]
        /// Calls that wait to be written, in order: each of them is in `waiting`, so that what is given up is not kept.
        var unwritten: OrderedDictionary<UInt64, Router_V1_ServeResponse> = [:]
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
    private let wake: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter wake: Called when there is something for `nextCall`. It must return at once.
    init(
        _ principal: Principal, patience: Duration = ServiceWorker.patience, wake: @escaping @Sendable () -> Void
    ) {
        self.principal = principal
        self.patience = patience
        self.wake = wake
    }

    var isServing: Bool { state.withLock { $0.isServing && !$0.isClosed } }
    var isFree: Bool { state.withLock { $0.isServing && !$0.isClosed && $0.waiting.count < Self.maximumCalls } }
    var callsInFlight: Int { state.withLock { $0.waiting.count } }

    /// The next call that is to be written to the program; nil: there is none now.
    func nextCall() -> Router_V1_ServeResponse? {
        state.withLock { $0.unwritten.isEmpty ? nil : $0.unwritten.removeFirst().value }
    }

    /// - Throws: `.serviceUnavailable`, or what the program answered.
    func call(
        _ kind: String, _ payload: Google_Protobuf_Struct, for caller: Principal
    ) async throws(HearthError) -> Google_Protobuf_Struct {
        let number = state.withLock { state in
            state.lastCall += 1
            return state.lastCall
        }
        let message = Router_V1_ServeResponse.with {
            $0.call.call = number
            $0.call.kind = kind
            $0.call.payload = payload
            $0.call.personID = caller.person.description
            $0.call.role = caller.role.rawValue
        }
        let patience = patience
        let timer = Task {
            try await Task.sleep(for: patience)
            settle(number, .failure(.serviceUnavailable("The service did not answer within \(patience).")))
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiting) in
                let refusal = state.withLock { state -> HearthError? in
                    guard !state.isClosed else { return .serviceGone }
                    // Others may have come since the service was found to be free.
                    guard state.waiting.count < Self.maximumCalls else { return .serviceBusy }
                    state.waiting[number] = continuation
                    state.unwritten[number] = message
                    return nil
                }
                if let refusal { return continuation.resume(returning: .failure(refusal)) }
                wake()
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
            state.unwritten = [:]
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: .failure(.serviceGone)) }
    }

    private func settle(_ number: UInt64, _ result: Result<Google_Protobuf_Struct, HearthError>) {
        let waiting = state.withLock { state in
            state.unwritten.removeValue(forKey: number)
            return state.waiting.removeValue(forKey: number)
        }
        waiting?.resume(returning: result)
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

    fileprivate static var serviceBusy: HearthError {
        .serviceUnavailable("The service has \(ServiceWorker.maximumCalls) calls to answer already.")
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
