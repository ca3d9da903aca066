import HearthCore

/// The metaschema of draft 2020-12 and its vocabularies, as json-schema.org publishes them.
enum Metaschemas {
    private static let prefix = "https://json-schema.org/draft/2020-12/"
    private static let names: Set<String> = [
        "schema", "meta/core", "meta/applicator", "meta/unevaluated", "meta/validation", "meta/meta-data",
        "meta/format-annotation", "meta/format-assertion", "meta/content",
    ]

    /// Nil for URIs that are not among them.
    static func document(_ uri: String) throws(HearthError) -> JSONValue? {
        guard uri.hasPrefix(prefix), names.contains(String(uri.dropFirst(prefix.count))) else { return nil }
        let file = "metaschemas/\(uri.dropFirst(prefix.count)).json"
        let bytes = try Resources.bytes(of: file)
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw HearthError(.missingResource, "The shipped file \(file) is damaged: \(error).", disposition: .defect)
        }
    }
}
