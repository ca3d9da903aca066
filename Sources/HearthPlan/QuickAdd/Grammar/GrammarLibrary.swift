public import HearthCore

/// The grammars that ship with Hearth, each read when it is first asked for.
public struct GrammarLibrary: Sendable {
    /// Tags of RFC 5646.
    public static let languages = ["en", "de"]

    private static let folder = ResourceFolder(module: "HearthPlan", folder: "QuickAdd", proof: "en.grammar")

    private static let cache = GrammarCache { (language: String) throws(HearthError) -> Grammar in
        try read(language)
    }

    /// - Throws: `.notFound` for a language without a grammar, `.missingResource` when an installation lost its files.
    package static func grammar(_ language: String) throws(HearthError) -> Grammar { try cache.grammar(language) }

    private static func read(_ language: String) throws(HearthError) -> Grammar {
        guard languages.contains(language) else {
            throw HearthError(
                .notFound, "There is no quick-add grammar for “\(language)”.",
                hint: "Languages: \(languages.joined(separator: ", ")).")
        }
        let bytes = try folder.bytes(of: "\(language).grammar")
        return try Grammar(text: String(decoding: bytes, as: UTF8.self), language: language)
    }

    public static func parser(_ language: String) throws(HearthError) -> QuickAddParser {
        QuickAddParser(grammar: try grammar(language))
    }
}
