import HearthCore
import Synchronization

/// Sends batches over several connections until each was answered. Nothing is lost when an answer is: the same reading
/// sent again is one reading.
final class Sender: Sendable {
    struct Tally: Sendable {
        var accepted = 0
        var duplicates = 0
        var refused: [RefusedItem] = []
        /// Tries that had to be repeated.
        var retries = 0

        var answered: Int { accepted + duplicates + refused.count }
    }

    struct Options: Sendable {
        var connections = 4
        var retries = 20
        var usesGzip = false
        /// Scales the waits between tries; tests make it small.
        var firstWait: Duration = .milliseconds(250)
    }

    private let client: ServerClient
    private let source: BatchSource
    private let options: Options
    private let state = Mutex(Tally())
    /// Called after each answer, and when a try failed and will be repeated.
    private let onChange: @Sendable (Tally, HearthError?) throws -> Void

    init(
        client: ServerClient, source: BatchSource, options: Options,
        onChange: @escaping @Sendable (Tally, HearthError?) throws -> Void
    ) {
        self.client = client
        self.source = source
        self.options = options
        self.onChange = onChange
    }

    /// Sends everything.
    func run() async throws -> Tally {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<options.connections { group.addTask { try await self.work() } }
            try await group.waitForAll()
        }
        return state.withLock { $0 }
    }

    /// One sender: takes batches and holds on to each until it is answered.
    private func work() async throws {
        var pending: [SendBatch] = []
        var retry = RetryMachine(limit: options.retries)
        retry.firstWait = options.firstWait
        while true {
            if pending.isEmpty {
                guard let batch = try await source.next() else { return }
                pending.append(batch)
            }
            do {
                try await client.withConnection { connection in
                    while connection.isReusable {
                        if pending.isEmpty {
                            guard let batch = try await source.next() else { return }
                            pending.append(batch)
                        }
                        try await send(&pending, over: connection)
                        retry.succeeded()
                    }
                }
            } catch let error as HearthError {
                guard case .wait(let wait) = retry.failed(error, random: Double.random(in: 0...1)) else { throw error }
                let tally = state.withLock { tally in
                    tally.retries += 1
                    return tally
                }
                try onChange(tally, error)
                try await Task.sleep(for: wait)
            }
        }
    }

    /// Sends the last of `pending` and takes it off when it was answered.
    private func send(_ pending: inout [SendBatch], over connection: ServerConnection) async throws {
        guard let batch = pending.last else { return }
        let answer = try await connection.perform(call(for: batch))
        if answer.status == 413, let halves = batch.halves {
            pending.removeLast()
            pending += [halves.1, halves.0]
            return
        }
        let report = answer.status == 413 ? Self.refusal(of: answer, client) : try JSONAnswer.value(answer, of: client)
        pending.removeLast()
        let tally = state.withLock { tally in
            tally.accepted += Int(report["accepted"]?.int64 ?? 0)
            tally.duplicates += Int(report["duplicates"]?.int64 ?? 0)
            for item in report["rejected"]?.array ?? [] { tally.refused.append(Self.refused(item, of: batch)) }
            return tally
        }
        try onChange(tally, nil)
    }

    private func call(for batch: SendBatch) -> HTTPCall {
        let body = batch.body
        var headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
        guard options.usesGzip, let compressed = Gzip.compress(body) else {
            return HTTPCall(method: .post, path: "/sensor/batch", headers: headers, body: body)
        }
        headers.append(("Content-Encoding", "gzip"))
        return HTTPCall(method: .post, path: "/sensor/batch", headers: headers, body: compressed)
    }

    /// A single reading that is larger than the server takes is reported like one that does not fit its schema.
    private static func refusal(of answer: HTTPAnswer, _ client: ServerClient) -> JSONValue {
        let problem = JSONAnswer.problem(answer, of: client)
        return ["rejected": [["index": 0, "errors": [["pointer": "", "message": .string(problem.message)]]]]]
    }

    private static func refused(_ item: JSONValue, of batch: SendBatch) -> RefusedItem {
        let index = Int(item["index"]?.int64 ?? -1)
        let problems = (item["errors"]?.array ?? []).map {
            HearthError.Field(pointer: $0["pointer"]?.string ?? "", message: $0["message"]?.string ?? "")
        }
        guard batch.items.indices.contains(index) else { return RefusedItem(place: 0, problems: problems, json: []) }
        return RefusedItem(place: batch.items[index].place, problems: problems, json: batch.items[index].json)
    }
}
