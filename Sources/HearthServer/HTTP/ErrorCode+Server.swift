package import HearthCore

extension ErrorCode {
    /// The request itself, not its body, is not understood: a path, a query parameter, a header.
    package static let malformedRequest = ErrorCode("malformed-request")
    /// No token, or one that is not known, is expired or was revoked.
    package static let unauthorized = ErrorCode("unauthorized")
    /// The token is known and may not do this.
    package static let forbidden = ErrorCode("forbidden")
    /// A browser sent the cookie along from another site.
    package static let crossOrigin = ErrorCode("cross-origin")
    /// The path exists, but not with this method; `Allow` names those it has.
    package static let methodNotAllowed = ErrorCode("method-not-allowed")
    /// The method is not one of HTTP's.
    package static let methodUnknown = ErrorCode("method-unknown")
    /// The path is a WebSocket's and the request was not for one.
    package static let upgradeRequired = ErrorCode("upgrade-required")
    /// More requests in a time than the caller is allowed; `Retry-After` says when to come back.
    package static let rateLimited = ErrorCode("rate-limited")
    /// Too many wrong tokens came from this address; `Retry-After` says when it may try again.
    package static let lockedOut = ErrorCode("locked-out")
    /// All connections that the server holds at once are taken; `Retry-After` says when to come back.
    package static let tooManyConnections = ErrorCode("too-many-connections")
    /// A request with this `Idempotency-Key` is being answered right now.
    package static let idempotencyKeyInUse = ErrorCode("idempotency-key-in-use")
    /// The service that a request was routed to went away, does not answer in time or takes no calls.
    package static let serviceUnavailable = ErrorCode("service-unavailable")
    /// The request did not come, or did not go on, in time.
    package static let requestTimeout = ErrorCode("request-timeout")
    /// The request's head is larger than its limit.
    package static let headTooLarge = ErrorCode("head-too-large")
}
