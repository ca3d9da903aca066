import HearthCore

/// The metaschemas and stream definitions that ship with Hearth.
enum Resources {
    private static let folder = ResourceFolder(
        module: "HearthSchema", folder: "Resources", proof: "metaschemas/schema.json")

    /// - Throws: `.missingResource` when an installation lost its resources.
    static func directory() throws(HearthError) -> String { try folder.path() }

    static func bytes(of file: String) throws(HearthError) -> [UInt8] { try folder.bytes(of: file) }
}
