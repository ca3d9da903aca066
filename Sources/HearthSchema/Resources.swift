import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// The files that ship with Hearth, found without the bundle accessor that the build generates: that one stops the
/// process when its folder is missing, and names the folder of the build by its absolute path.
enum Resources {
    private static let bundle = "hearth_HearthSchema.resources"

    /// Larger files are not definitions.
    private static let longestFile = 4 << 20

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
    static func directory() throws(HearthError) -> String {
        let folders = candidates()
        for folder in folders {
            let directory = "\(folder)/\(bundle)/Resources"
            if access("\(directory)/metaschemas/schema.json", R_OK) == 0 { return directory }
        }
        throw HearthError(
            .missingResource,
            "Hearth's own files (\(bundle)) are missing; looked in \(folders.joined(separator: ", ")).",
            hint: "Install Hearth again, or name the folder that holds them in HEARTH_RESOURCES.", disposition: .defect)
    }

    static func bytes(of file: String) throws(HearthError) -> [UInt8] {
        let path = try directory() + "/" + file
        guard let stream = fopen(path, "rb") else {
            throw HearthError(.missingResource, "Hearth's own file \(path) cannot be opened.", disposition: .defect)
        }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: longestFile)
        let count = fread(&bytes, 1, bytes.count, stream)
        guard ferror(stream) == 0, count < longestFile else {
            throw HearthError(.missingResource, "Hearth's own file \(path) cannot be read.", disposition: .defect)
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

extension ErrorCode {
    /// A file that Hearth ships with is missing or damaged.
    static let missingResource = ErrorCode("missing-resource")
}
