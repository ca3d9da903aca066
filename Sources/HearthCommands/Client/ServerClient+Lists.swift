import HearthCore

extension ServerClient {
    /// The items of a list, page after page, at most `limit` of them.
    /// - Parameter each: Called once per page, as soon as it is there.
    func pages(
        of call: HTTPCall, limit: Int?, pageSize: Int = 500, each: ([JSONValue]) throws -> Void
    ) async throws {
        var rest = limit ?? Int.max
        var cursor: String?
        repeat {
            var page = call
            page.query.append(("limit", String(min(rest, pageSize))))
            if let cursor { page.query.append(("cursor", cursor)) }
            let answer = try await json(page)
            guard let items = answer["items"]?.array else {
                throw HearthError(.unexpectedAnswer, "The server at \(address) gave a list without items.")
            }
            try each(Array(items.prefix(rest)))
            rest -= min(rest, items.count)
            cursor = items.isEmpty ? nil : answer["next_cursor"]?.string
        } while cursor != nil && rest > 0
    }

    func items(of call: HTTPCall, limit: Int? = nil) async throws -> [JSONValue] {
        var all: [JSONValue] = []
        try await pages(of: call, limit: limit) { all += $0 }
        return all
    }

    /// The registry of streams with what the caller has in each; it is never cut into pages.
    func streams() async throws -> [JSONValue] {
        guard let items = try await json(.get("/streams"))["items"]?.array else {
            throw HearthError(.unexpectedAnswer, "The server at \(address) gave a list without items.")
        }
        return items
    }
}
