import HearthCore

/// Reads what Hearth answers.
enum JSONAnswer {
    /// - Throws: the problem that the server describes, or `unexpected-answer`.
    static func value(_ answer: HTTPAnswer, of client: ServerClient) throws(HearthError) -> JSONValue {
        guard (200..<300).contains(answer.status) else { throw problem(answer, of: client) }
        if answer.body.isEmpty { return .null }
        do {
            return try JSONValue(parsing: answer.body)
        } catch {
            throw HearthError(
                .unexpectedAnswer, "What answers at \(client.address) is not Hearth: its answer is not JSON.",
                hint: "Check the address; `hearth doctor` shows the settings in force.", cause: error)
        }
    }

    /// What a `problem+json` answer says.
    static func problem(_ answer: HTTPAnswer, of client: ServerClient) -> HearthError {
        let wait = answer.head.field("Retry-After").flatMap { Int($0) }.map { Duration.seconds($0) }
        guard let value = try? JSONValue(parsing: answer.body), let code = value["code"]?.string else {
            return HearthError(
                .unexpectedAnswer, "The server at \(client.address) answered with status \(answer.status).",
                hint: "Check that it is a Hearth.", disposition: answer.status >= 500 ? .retry : .caller,
                retryAfter: wait)
        }
        let fields = (value["errors"]?.array ?? []).map {
            HearthError.Field(pointer: $0["pointer"]?.string ?? "", message: $0["message"]?.string ?? "")
        }
        let isWorthRetrying = answer.status == 429 || answer.status >= 500
        return HearthError(
            ErrorCode(code), value["detail"]?.string ?? value["title"]?.string ?? "The server refused.",
            hint: value["hint"]?.string, disposition: isWorthRetrying ? .retry : .caller, fields: fields,
            retryAfter: wait)
    }
}
