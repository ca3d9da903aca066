import ArgumentParser
import HearthCore

struct AuditVerifyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compute the chain of the log again: was a record changed or taken out?",
        discussion: "Ends with status 1 when the chain is broken.")

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        let found = try await connection.client(context).json(.get("/audit/verification"))
        let isIntact = found["intact"]?.bool == true
        if connection.json {
            try context.output.line(found.prettyText)
        } else if isIntact {
            let count = Quantity.grouped(Int(found["records"]?.int64 ?? 0))
            let dropped = Int(found["dropped"]?.int64 ?? 0)
            let older = dropped > 0 ? "; \(Quantity.grouped(dropped)) older ones were dropped" : ""
            try context.output.line(context.output.styled("The log is whole: \(count) records\(older).", .green))
        } else {
            let place = found["problem"]?["sequence"]?.int64 ?? 0
            let message = found["problem"]?["message"]?.string ?? ""
            try context.output.line(context.output.styled("The log is broken at record \(place): \(message).", .red))
        }
        if !isIntact { throw CheckFailed(status: .failure) }
    }
}
