import HTTPTypes

extension HTTPField.Name {
    /// A name that is known when the program is compiled.
    private static func token(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            // Only a typing error in this file leads here.
            preconditionFailure("\(text) is no field name")
        }
        return name
    }

    static let requestID = token("X-Request-Id")
    static let idempotencyKey = token("Idempotency-Key")
    static let idempotencyReplayed = token("Idempotency-Replayed")
    static let fetchSite = token("Sec-Fetch-Site")
    static let frameOptions = token("X-Frame-Options")
    static let referrerPolicy = token("Referrer-Policy")
    static let resourcePolicy = token("Cross-Origin-Resource-Policy")
}
