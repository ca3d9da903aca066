import Foundation
import Glibc
package import HearthCore

/// What was imported before: a file of one line per item, so that an import goes on where it was stopped and sends nothing
/// twice. Only ever appended to; a line that was cut off in the middle is none, and is taken off before the next one.
package struct ImportJournal: Sendable {
    /// Of the whole file.
    private static let maximumBytes = 256 << 20

    private let path: String
    /// Recordings and pictures, by their digests.
    private var media: Set<String> = []
    /// By path, the digest of what a document held when it was last imported: one that goes back to an earlier content is
    /// a change too.
    private var documents: [String: String] = [:]
    /// The paths of each of these digests.
    private var paths: [String: Set<String>] = [:]
    /// By path, what the server knows the document by, where that is not the path.
    private var keys: [String: String] = [:]

    /// - Parameter path: The file; its folder exists. A file that is not there is an empty journal.
    /// - Throws: `storage-failed` when it is there and cannot be read.
    package init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.maximumBytes else {
            throw HearthError(
                .storageFailed, "The journal of imports \(path) cannot be read, or is too large.",
                hint: "Move it away; what was imported is then sent again and found to be there.")
        }
        // Bytes: to Swift a carriage return and a line feed are one character. What follows the last line end was not finished.
        for line in data.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast() {
            take(String(decoding: line, as: UTF8.self)[...])
        }
    }

    package func holds(_ item: ImportItem, digest: String) -> Bool {
        switch item.route {
        case .audio, .image: media.contains(Self.line(item, digest))
        case .document: documents[Self.name(item)] == digest
        }
    }

    /// Other places where a document of this content was when it was imported, in order.
    package func places(holding digest: String, except item: ImportItem) -> [String] {
        (paths[digest] ?? []).subtracting([Self.name(item)]).sorted()
    }

    /// What the server knows the document at a path by.
    package func key(of path: String) -> String { keys[path] ?? path }

    /// Other places whose documents the server knows by this path: they were moved from there.
    package func places(known path: String) -> [String] {
        keys.filter { $0.value == path && $0.key != path }.map(\.key).sorted()
    }

    /// The last line of a document counts.
    private mutating func take(_ line: Substring) {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        if parts.first == "document", parts.count == 3 {
            let path = String(parts[2])
            if let before = documents[path] { paths[before]?.remove(path) }
            documents[path] = String(parts[1])
            paths[String(parts[1]), default: []].insert(path)
        } else if parts.first == "moved", parts.count == 3, let length = Int(parts[1]), length < parts[2].count {
            keys[String(parts[2].dropFirst(length + 1))] = String(parts[2].prefix(length))
        } else {
            media.insert(String(line))
        }
    }

    /// Writes an item down; it is on the disk when this returns.
    package mutating func note(_ item: ImportItem, digest: String) throws {
        let place = Self.name(item)
        let movedKey = item.key.map(Self.onOneLine).flatMap { $0 != key(of: place) ? $0 : nil }
        let isMoved = item.route == .document && movedKey != nil
        if !isMoved, holds(item, digest: digest) { return }
        var lines = [Self.line(item, digest)]
        if isMoved, let key = movedKey { lines.insert("moved \(key.count) \(key) \(place)", at: 0) }
        let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        let size = try cutBack(file)
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fdatasync(file) == 0 else {
            let failure = self.failure()
            // Nothing of it shall be taken for a line; when even that fails, the next one to write cuts it off.
            _ = ftruncate(file, size)
            throw failure
        }
        for line in lines { take(line[...]) }
    }

    /// Takes off what follows the last line end: a line that a crash cut off may read like a whole one, with another path.
    ///
    /// - Returns: What the file has then, in bytes.
    private func cutBack(_ file: Int32) throws -> off_t {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure() }
        var end = status.st_size
        var window = [UInt8](repeating: 0, count: 8192)
        while end > 0 {
            let start = max(0, end - off_t(window.count))
            let count = pread(file, &window, Int(end - start), start)
            guard count == Int(end - start) else { throw failure() }
            if let last = window[..<count].lastIndex(of: 0x0a) {
                end = start + off_t(last) + 1
                break
            }
            end = start
        }
        if end < status.st_size {
            guard ftruncate(file, end) == 0 else { throw failure() }
        }
        return end
    }

    private func failure() -> HearthError {
        HearthError(
            .storageFailed, "The journal of imports \(path) cannot be written: \(String(cString: strerror(errno))).",
            hint: "Check the folder's permissions and the space on the disk.")
    }

    private static func name(_ item: ImportItem) -> String { onOneLine(item.path) }

    /// A carriage return in front of a line end would be one character with it.
    private static func onOneLine(_ path: String) -> String {
        String(String.UnicodeScalarView(path.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
    }

    /// The same document in another place is another one; a recording or picture is the same wherever it lies.
    private static func line(_ item: ImportItem, _ digest: String) -> String {
        switch item.route {
        case .audio, .image: "\(item.route.rawValue) \(digest)"
        case .document: "document \(digest) \(name(item))"
        }
    }
}
