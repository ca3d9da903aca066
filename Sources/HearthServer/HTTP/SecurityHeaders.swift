import HTTPTypes

/// What every answer says to browsers, unless its route said something else: keep nothing, run nothing, tell nobody.
struct SecurityHeaders: Sendable {
    private static let fields: [(name: HTTPField.Name, value: String)] = [
        (.xContentTypeOptions, "nosniff"),
        (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
        (.referrerPolicy, "no-referrer"),
        (.resourcePolicy, "same-origin"),
        (.cacheControl, "no-store"),
    ]

    static func add(to headers: inout HTTPFields) {
        for field in fields where !headers.contains(field.name) {
            headers.append(HTTPField(name: field.name, value: field.value))
        }
    }
}
