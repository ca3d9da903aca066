import Foundation
import Glibc

/// Where a file of an import goes.
package enum ImportRoute: String, Sendable, Hashable, CaseIterable {
    case audio, image, document

    /// Of the server.
    package var path: String {
        switch self {
        case .audio: "/audio/upload"
        case .image: "/images/upload"
        case .document: "/documents"
        }
    }
}

/// A file to import.
package struct ImportItem: Sendable, Hashable {
    /// Absolute.
    package var path: String
    /// Below the folder that was named, or the file's own name.
    package var name: String
    package var route: ImportRoute
    package var mediaType: String
    package var size: Int
    /// What the server knows the document by; nil: its path. A document that was moved keeps the path that it had first.
    package var key: String?
}

/// A file or folder that is not imported.
package struct SkippedItem: Sendable, Hashable {
    package var path: String
    /// A sentence for the report.
    package var reason: String
}

/// What an import would do: found by looking, without sending anything.
package struct ImportPlan: Sendable, Hashable {
    package struct Limits: Sendable {
        /// Of one file.
        package var fileBytes = 512 << 20
        package var items = 1_000_000
        package var depth = 64

        package init() {}
    }

    package var items: [ImportItem] = []
    package var skipped: [SkippedItem] = []
    /// Files that begin with a dot, which are passed over without a word each.
    package var hidden = 0

    package init() {}

    /// Looks at files and folders, folders to the bottom, in order of names. Links inside folders are not followed, so that
    /// there are no circles and nothing outside is taken along.
    package static func of(_ paths: [String], limits: Limits = Limits()) -> ImportPlan {
        var walk = ImportWalk(limits: limits)
        for path in paths { walk.add(path) }
        return walk.plan
    }
}

private struct ImportWalk {
    let limits: ImportPlan.Limits
    var plan = ImportPlan()
    /// Device and node of every file and folder seen.
    private var seen: Set<[UInt64]> = []
    /// Of files with several names, those that were seen.
    private var linked: Set<String> = []

    init(limits: ImportPlan.Limits) { self.limits = limits }

    mutating func add(_ path: String) {
        // What was named itself may be a link.
        guard let resolved = realpath(path, nil) else {
            skip(path, "It does not exist, or may not be read.")
            return
        }
        defer { free(resolved) }
        let absolute = String(cString: resolved)
        visit(
            absolute, name: absolute.split(separator: "/").last.map(String.init) ?? absolute, root: absolute, depth: 0)
    }

    private mutating func visit(_ path: String, name: String, root: String, depth: Int) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            return skip(path, "It cannot be looked at: \(String(cString: strerror(errno))).")
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folder(path, status, root: root, depth: depth)
        case S_IFREG: file(path, name: name, status)
        case S_IFLNK: skip(path, "It is a link; what it leads to is not followed.")
        default: skip(path, "It is neither a file nor a folder.")
        }
    }

    private mutating func folder(_ path: String, _ status: stat, root: String, depth: Int) {
        guard depth < limits.depth else { return skip(path, "It lies more than \(limits.depth) folders deep.") }
        guard seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            return skip(path, "The folder cannot be read.")
        }
        for name in names {
            if name.hasPrefix(".") {
                plan.hidden += 1
                continue
            }
            let child = path == "/" ? "/" + name : path + "/" + name
            visit(child, name: String(child.dropFirst(root == "/" ? 1 : root.count + 1)), root: root, depth: depth + 1)
        }
    }

    private mutating func file(_ path: String, name: String, _ status: stat) {
        let isNewName = status.st_nlink > 1 && linked.insert(path).inserted
        guard seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted else {
            // A path that was named twice is no second file.
            if isNewName { skip(path, "It is the same file as another one.") }
            return
        }
        let size = Int(status.st_size)
        guard size > 0 else { return skip(path, "It is empty.") }
        guard size <= limits.fileBytes else {
            return skip(path, "It has \(size) bytes; at most \(limits.fileBytes) are taken.")
        }
        guard plan.items.count < limits.items else {
            return skip(path, "One import takes at most \(limits.items) files.")
        }
        guard let head = Self.head(path) else { return skip(path, "It cannot be read.") }
        switch FileClass.of(head, name: name) {
        case .taken(let route, let type):
            plan.items.append(ImportItem(path: path, name: name, route: route, mediaType: type, size: size))
        case .notUnderstood(let reason): skip(path, reason)
        }
    }

    private mutating func skip(_ path: String, _ reason: String) {
        guard plan.skipped.count < limits.items else { return }
        plan.skipped.append(SkippedItem(path: path, reason: reason))
    }

    private static func head(_ path: String) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: FileClass.window)).flatMap { $0.map(Array.init) }
    }
}
