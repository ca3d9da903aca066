package import HearthCore
package import HearthStore

/// What an answer to a webhook, or the lack of one, means.
package struct WebhookVerdict: Sendable, Hashable {
    package enum Meaning: Sendable, Hashable {
        case delivered
        /// It may work later.
        case retry(DeliveryFailure)
        /// The same request would be refused again.
        case dead(DeliveryFailure)
    }

    package var meaning: Meaning
    /// Whether it tells that the target is down.
    package var isDown = false
    /// How long the target wants to be left alone.
    package var hold: Duration?

    /// A target cannot silence us for longer with one answer.
    package static let longestHold = Duration.seconds(3600)

    /// - Parameter retryAfter: The header's text.
    package init(status: Int, retryAfter: String?, host: String, now: Timestamp) {
        let told = "\(host) answered with status \(status)."
        switch status {
        case 200..<300: meaning = .delivered
        case 300..<400:
            meaning = .dead(
                .init(
                    .webhookRedirected,
                    "\(host) redirects (status \(status)), which webhooks do not follow; name the new address."))
        case 429:
            meaning = .retry(.init(.webhookFailed, told))
            hold = Self.duration(retryAfter, now) ?? .seconds(5)
        case 408, 425: meaning = .retry(.init(.webhookFailed, told))
        case 400..<500: meaning = .dead(.init(.webhookRefused, told))
        default:
            meaning = .retry(.init(.webhookFailed, told))
            isDown = true
            hold = Self.duration(retryAfter, now)
        }
    }

    package init(failure error: HearthError) {
        let failure = DeliveryFailure(error.code, error.message)
        if error.disposition == .retry {
            meaning = .retry(failure)
            isDown = true
        } else {
            meaning = .dead(failure)
        }
    }

    /// Seconds, or an HTTP date (RFC 9110 section 10.2.3).
    static func duration(_ text: String?, _ now: Timestamp) -> Duration? {
        guard let text else { return nil }
        if let seconds = Int(text), seconds >= 0 { return min(.seconds(min(seconds, 1 << 31)), longestHold) }
        guard let time = HTTPDate.timestamp(text) else { return nil }
        return min(max(.zero, time - now), longestHold)
    }
}

extension ErrorCode {
    /// A target of webhooks refused one for good.
    package static let webhookRefused = ErrorCode("webhook-refused")
    /// A target of webhooks could not take one for now.
    package static let webhookFailed = ErrorCode("webhook-failed")
    /// A target of webhooks did not answer in time.
    package static let webhookTimeout = ErrorCode("webhook-timeout")
    /// A target of webhooks redirects, which is not followed.
    package static let webhookRedirected = ErrorCode("webhook-redirected")
    /// The settings have no such target any more.
    package static let webhookTargetMissing = ErrorCode("webhook-target-missing")
}
