import HearthCore

/// Something the decoder can do, or could: for `hearth doctor`.
package struct Capability: Sendable, Hashable {
    /// As in `speech detection`, `pictures`, `text in pictures`.
    package var name: String
    /// What does it, with its version; nil: nothing does.
    package var provider: String?
    /// What it can be asked for, as in the languages that text is read in; empty where there is no choice.
    package var choices: [String]
    /// Why nothing does it, as a sentence.
    package var problem: String?
    /// The command that installs what is missing.
    package var remedy: String?

    package init(
        name: String, provider: String?, choices: [String] = [], problem: String? = nil, remedy: String? = nil
    ) {
        self.name = name
        self.provider = provider
        self.choices = choices
        self.problem = problem
        self.remedy = remedy
    }

    package var isAvailable: Bool { provider != nil }
}

extension Capability: WirePart {
    static var kind: String { "capability" }

    var members: [(String, JSONValue)] {
        [
            ("name", .string(name)), ("provider", WireValue.optional(provider)),
            ("choices", .array(choices.map { .string($0) })), ("problem", WireValue.optional(problem)),
            ("remedy", WireValue.optional(remedy)),
        ]
    }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        self.init(
            name: try WireValue.string(value, "name"), provider: value["provider"]?.string,
            choices: try WireValue.strings(value, "choices"), problem: value["problem"]?.string,
            remedy: value["remedy"]?.string)
    }
}
