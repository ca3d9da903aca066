import HearthCore
import HearthSchema
import HearthVault

/// Tokens whose values somebody wants to see, and why.
struct VaultQuestion {
    var stream: String
    var tokens: [VaultToken]
    var purpose: String?

    static let counts = 1...1000
    static let purposeLengths = 1...200
    static let example: JSONValue = [
        "stream": "wifi", "tokens": ["tok_32f60c1a9d3b8e74"], "purpose": "which network was it",
    ]

    /// Throws everything that is wrong.
    init(_ root: JSONReference, registry: StreamRegistry) throws(HearthError) {
        var reader = try MemberReader(root)
        let named = reader.text("stream", 1...200, isRequired: true)
        // A stream whose definition is gone has tokens, too.
        stream = named.map { registry[$0]?.name ?? $0 } ?? ""
        purpose = reader.text("purpose", Self.purposeLengths)
        _ = reader.value("tokens", isRequired: true)
        let texts = reader.texts("tokens", count: Self.counts) ?? []
        tokens = texts.compactMap { VaultToken(text: $0) }
        if let wrong = texts.first(where: { VaultToken(text: $0) == nil }) {
            reader.report("tokens", "holds what is no token: \(wrong.prefix(64))")
        }
        try reader.check("The question")
    }
}
