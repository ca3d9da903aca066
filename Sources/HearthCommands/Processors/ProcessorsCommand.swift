import ArgumentParser
import HearthCore

struct ProcessorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "processors", abstract: "Show what works in the background, and what it could not work.",
        subcommands: [
            ProcessorsListCommand.self, ProcessorsRunCommand.self, ProcessorsFailedCommand.self,
            ProcessorsReplayCommand.self, ProcessorsDiscardCommand.self,
        ],
        defaultSubcommand: ProcessorsListCommand.self)
}

extension ServerClient {
    func deadLetters(of processor: String) async throws -> [JSONValue] {
        try await items(of: .get("/processors/\(PercentEncoding.encode(processor))/dead-letters"))
    }

    /// Does something with each of the dead letters that a person means. Of all of them, those that are gone when their turn
    /// comes, because they were worked or discarded meanwhile, are passed over.
    /// - Returns: the ids of those that it was done with.
    func forEachDeadLetter(
        of processor: String, _ letter: String?, all: Bool, _ body: (_ path: String) async throws -> Void
    ) async throws -> [String] {
        var done: [String] = []
        for id in try await deadLetterIDs(of: processor, letter, all: all) {
            do {
                try await body("/processors/\(PercentEncoding.encode(processor))/dead-letters/\(id)")
                done.append(id)
            } catch let error as HearthError where error.code == .notFound && letter == nil {
                continue
            }
        }
        return done
    }

    /// The ids of the dead letters that a person means: all of them, or one by the beginning of its id.
    func deadLetterIDs(of processor: String, _ letter: String?, all: Bool) async throws -> [String] {
        if let letter, UniqueID(letter) != nil { return [letter.lowercased()] }
        let ids = try await deadLetters(of: processor).compactMap { $0["id"]?.string }
        guard let letter else {
            guard all else {
                throw HearthError(
                    .invalidArgument, "No dead letter is named.",
                    hint: "Name one by its id, or take them all with --all; `hearth processors failed` shows them.")
            }
            return ids
        }
        // Ids made in one second begin alike, so the end of an id is as good a name.
        let found = ids.filter {
            letter.count >= 4 && ($0.hasPrefix(letter.lowercased()) || $0.hasSuffix(letter.lowercased()))
        }
        guard let first = found.first else {
            throw HearthError(
                .notFound, "There is no dead letter \(letter).", hint: "`hearth processors failed` shows them all.")
        }
        guard found.count == 1 else {
            throw HearthError(.conflict, "\(letter) could be \(found.count) dead letters.", hint: "Name it by its id.")
        }
        return [first]
    }
}
