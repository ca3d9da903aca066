import HearthCore

extension ModelServerClient {
    /// An answer with another status than 200 as an error. What a person can mend in the settings may succeed later.
    func refusal(_ status: Int, retryAfter: String?, body: [UInt8]) -> HearthError {
        let server = endpoint.server
        let said = complaint(body).map { " It says: \($0)" } ?? ""
        switch status {
        case 429, 503:
            let seconds = retryAfter.flatMap { Int64($0) }
            let wait = seconds.map { Duration.seconds(min(max($0, 0), Self.longestWaitSeconds)) }
            let when = wait.map { " Try again in \($0.components.seconds) s." } ?? ""
            return HearthError(
                .modelBusy, "The \(server.name) is busy (\(status)).\(when)\(said)", disposition: .retry,
                retryAfter: wait)
        case 401, 403:
            return HearthError(
                .modelRefused, "The \(server.name) refused the key (\(status)).\(said)",
                hint: "Check \(server.keySetting).", disposition: .retry)
        case 404:
            return HearthError(
                .modelRefused, "The \(server.name) knows no such model or path (404).\(said)",
                hint: "Check \(server.modelSetting) and \(server.urlSetting).", disposition: .retry)
        case 400..<500:
            return HearthError(.modelRefused, "The \(server.name) refused the request (\(status)).\(said)")
        case 300..<400:
            return HearthError(
                .modelRefused, "The \(server.name) points somewhere else (\(status)).",
                hint: "Set \(server.urlSetting) to where it points, if you trust that place.", disposition: .retry)
        default:
            return HearthError(
                .modelUnreachable, "The \(server.name) failed (\(status)).\(said)", disposition: .retry)
        }
    }

    private static let longestWaitSeconds: Int64 = 86_400

    /// What an error's body says, in one line; servers disagree on its shape. Some repeat the key.
    private func complaint(_ body: [UInt8]) -> String? {
        guard let value = try? JSONValue(parsing: body),
            var text = value["error"]?["message"]?.string ?? value["error"]?.string ?? value["detail"]?.string
        else { return nil }
        if let key = endpoint.key { text = text.replacing(key, with: "[key]") }
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(Self.longestComplaint))
    }

    /// Characters.
    private static let longestComplaint = 200
}
