import AsyncHTTPClient
package import HearthCore
package import HearthFetch
import NIOCore
import NIOHTTP1

/// Sends one webhook and judges the answer.
package struct WebhookSender: Sendable {
    /// To one address; less when the target has less time, so that another address can be tried.
    private static let longestConnect = Duration.seconds(3)

    private let policy: FetchPolicy
    private let resolver: any HostResolver
    private let time: any TimeSource

    package init(policy: FetchPolicy, resolver: any HostResolver = SystemResolver(), time: any TimeSource) {
        self.policy = policy
        self.resolver = resolver
        self.time = time
    }

    /// - Throws: `CancellationError` alone: then nothing is known.
    package func send(_ webhook: Webhook, to target: NotifyTarget) async throws -> WebhookVerdict {
        do {
            return try await deadline(target.limits.timeout, host: target.host) {
                try await exchange(webhook, target)
            }
        } catch let error as HearthError {
            return WebhookVerdict(failure: error)
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch let error where !(error is CancellationError) {
            try Task.checkCancellation()
            return WebhookVerdict(
                failure: HearthError(
                    .webhookFailed, "\(target.host) did not answer as HTTP does, or hung up.", disposition: .retry,
                    cause: error))
        }
    }

    private func exchange(_ webhook: Webhook, _ target: NotifyTarget) async throws -> WebhookVerdict {
        let place = try policy.target(of: webhook.url)
        let timeout = target.limits.timeout
        let client = CheckedClient(
            policy: policy, resolver: resolver,
            limits: .init(connect: min(timeout / 3, Self.longestConnect), idle: timeout))
        return try await client.reach(place) { client in
            var request = HTTPClientRequest(url: place.url)
            request.method = .POST
            for header in webhook.headers { request.headers.replaceOrAdd(name: header.name, value: header.value) }
            request.body = .bytes(ByteBuffer(bytes: webhook.body))
            // What the answer says beyond its status is not read: the connection is closed with it.
            let response = try await client.execute(request, timeout: .init(timeout))
            return WebhookVerdict(
                status: Int(response.status.code), retryAfter: response.headers.first(name: "retry-after"),
                host: target.host, now: time.now())
        }
    }

    private func deadline<Value: Sendable>(
        _ duration: Duration, host: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: duration)
                throw HearthError(
                    .webhookTimeout, "\(host) did not answer within \(duration.inSeconds) seconds.", disposition: .retry
                )
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
