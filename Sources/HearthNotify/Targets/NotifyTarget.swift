package import HearthIngest

/// Where webhooks go, and how.
package struct NotifyTarget: Sendable {
    package static let standardContentType = "application/json"

    package var name: String
    /// May hold secrets in its path or query; only the host is ever shown.
    package var url: String
    package var host: String
    package var patterns: [EventPattern]
    package var contentType: String
    package var template: EventTemplate
    /// Sent as `Authorization: Bearer …`.
    package var bearer: String?
    /// Each signs; several while a key is being replaced.
    package var keys: [SigningKey]
    /// More of them, in the order of the settings.
    package var headers: [Header]
    package var limits: Limits

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Limits: Sendable, Hashable {
        /// From the look-up of the name to the status of the answer.
        package var timeout = Duration.seconds(10)
        package var perSecond = 10.0
        /// At once, after a quiet time.
        package var burst = 10.0
        /// Under way at the same time.
        package var parallel = 4
        package var retry = RetrySchedule()
        package var breaker = CircuitBreaker.Policy()

        package init() {}
    }

    package init(
        name: String, url: String, host: String, patterns: [EventPattern], contentType: String, template: EventTemplate,
        bearer: String? = nil, keys: [SigningKey] = [], headers: [Header] = [], limits: Limits = Limits()
    ) {
        self.name = name
        self.url = url
        self.host = host
        self.patterns = patterns
        self.contentType = contentType
        self.template = template
        self.bearer = bearer
        self.keys = keys
        self.headers = headers
        self.limits = limits
    }

    package var subscription: EventSubscription { EventSubscription(target: name, patterns: patterns) }
}
