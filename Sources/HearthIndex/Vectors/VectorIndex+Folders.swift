import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Indexes that lie side by side, one folder per model.
extension VectorIndex {
    /// The folders below `parent` that hold an index, by name; none when there is no such folder.
    package static func folders(in parent: String) throws -> [String] {
        try atTheBorder {
            var isThere = stat()
            guard stat(parent, &isThere) == 0 else { return [] }
            return try IndexFolder(path: parent).names().sorted().map { "\(parent)/\($0)" }.filter { path in
                stat("\(path)/\(IndexHeader.name)", &isThere) == 0
            }
        }
    }

    /// What made the index in a folder; nil when this program cannot read that.
    package static func describe(_ path: String) throws -> (model: String, dimension: Int)? {
        try atTheBorder {
            guard case .header(let header) = try IndexHeader.read(in: IndexFolder(path: path)) else { return nil }
            return (header.model, header.dimension)
        }
    }

    /// Removes an index that nobody uses, with its folder.
    package static func remove(_ path: String) throws {
        try atTheBorder {
            let folder = IndexFolder(path: path)
            // The header first: without it the other files mean nothing.
            try folder.remove(IndexHeader.name)
            for name in try folder.names() { try folder.remove(name) }
            guard rmdir(path) == 0 else { throw SystemCallError("rmdir", path) }
        }
    }
}
