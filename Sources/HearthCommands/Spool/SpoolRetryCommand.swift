import ArgumentParser
import HearthCore

struct SpoolRetryCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Take the failed segments of a batch in again.",
        discussion: "What was stored of them is known by now and counts as such.")

    @Argument(help: "The tag of the batch.")
    var batch: String?

    @Flag(help: "Every batch with failed segments.")
    var all = false

    @OptionGroup var connection: ClientOptions

    func validate() throws {
        guard (batch == nil) == all else { throw ValidationError("Name a batch, or say --all.") }
    }

    func run(in context: CommandContext) async throws {
        let client = try connection.client(context)
        var names: [JSONValue] = []
        for tag in try await tags(client) {
            let answer = try await client.json(.send(.post, "/spool/\(PercentEncoding.encode(tag))/retry"))
            names += answer["files"]?.array ?? []
        }
        if connection.json { return try context.output.line((["files": .array(names)] as JSONValue).prettyText) }
        let what = names.count == 1 ? "One segment waits" : "\(Quantity.grouped(names.count)) segments wait"
        try context.output.line("\(what) to be taken in again.")
    }

    private func tags(_ client: ServerClient) async throws -> [String] {
        if let batch { return [batch] }
        var tags: [String] = []
        try await client.pages(of: .get("/spool"), limit: nil, pageSize: 200) { batches in
            tags += batches.compactMap { $0["failed_count"]?.int64 ?? 0 > 0 ? $0["batch"]?.string : nil }
        }
        return tags
    }
}
