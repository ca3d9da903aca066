package import HearthCore
package import HearthMedia

/// Turns files into documents, by their kind.
package enum TextExtraction {
    /// - Throws: `HearthError`: `media-unsupported`, `media-damaged`, `too-large`; and what `emit` throws.
    package static func extract(
        _ file: InputBytes, _ options: ExtractOptions, _ emit: (ExtractedDocument) throws -> Void
    ) throws {
        throw HearthError(
            .mediaUnsupported, "Files of the kind \(options.mediaType ?? "unknown") are not read.",
            hint: "The file is kept as it came.")
    }

    /// What it uses.
    package static var capabilities: [Capability] { [] }
}
