#if canImport(Glibc)
import Glibc
#endif

/// Files that ship with a module of Hearth, found without the bundle accessor that the build generates: that one stops
/// the process when its folder is missing, and names the folder of the build by its absolute path.
package struct ResourceFolder: Sendable {
    /// Below the bundle's folder, as the manifest copies it.
    private let place: String
    /// A file whose presence tells that the folder is ours and whole.
    private let proof: String

    /// Nothing that ships is larger.
    private static let longestFile = 4 << 20

    package init(module: String, folder: String, proof: String) {
        place = "hearth_\(module).resources/\(folder)"
        self.proof = proof
    }

    /// In `HEARTH_RESOURCES` when it is set, beside the executable, and in `../share/hearth`, as packages install it.
    private static func candidates() -> [String] {
        var folders: [String] = []
        if let variable = getenv("HEARTH_RESOURCES") { folders.append(String(cString: variable)) }
        if let executable = executableFolder() { folders += [executable, executable + "/../share/hearth"] }
        return folders
    }

    private static func executableFolder() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let path = buffer[..<count].map { UInt8(bitPattern: $0) }
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return String(decoding: path[..<slash], as: UTF8.self)
    }

    /// - Throws: `.missingResource` when an installation lost its resources.
    package func path() throws(HearthError) -> String {
        let folders = Self.candidates()
        for folder in folders where access("\(folder)/\(place)/\(proof)", R_OK) == 0 { return "\(folder)/\(place)" }
        throw HearthError(
            .missingResource,
            "Hearth's own files (\(place)) are missing; looked in \(folders.joined(separator: ", ")).",
            hint: "Install Hearth again, or name the folder that holds them in HEARTH_RESOURCES.", disposition: .defect)
    }

    package func bytes(of file: String) throws(HearthError) -> [UInt8] {
        let path = try path() + "/" + file
        guard let stream = fopen(path, "rb") else {
            throw HearthError(.missingResource, "Hearth's own file \(path) cannot be opened.", disposition: .defect)
        }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < Self.longestFile {
            let count = fread(&part, 1, part.count, stream)
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        guard ferror(stream) == 0, bytes.count < Self.longestFile else {
            throw HearthError(.missingResource, "Hearth's own file \(path) cannot be read.", disposition: .defect)
        }
        return bytes
    }
}

extension ErrorCode {
    /// A file that Hearth ships with is missing or damaged.
    package static let missingResource = ErrorCode("missing-resource")
}
