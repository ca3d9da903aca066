import Foundation
import Glibc
package import HearthCore

/// What was imported before: a file of one line per item, so that an import goes on where it was stopped and sends nothing
/// twice. Only ever appended to; a line that was cut off in the middle is none.
package struct ImportJournal: Sendable {
    /// Of the whole file.
    private static let maximumBytes = 256 << 20

    private let path: String
    /// Recordings and pictures, by their digests.
    private var media: Set<String> = []
    /// By path, the digest of what a document held when it was last imported: one that goes back to an earlier content is
    /// a change too.
    private var documents: [String: String] = [:]

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
        let text = String(decoding: data, as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // What follows the last line end was not finished.
        lines.removeLast()
        for line in lines { take(line) }
    }

    package func holds(_ item: ImportItem, digest: String) -> Bool {
        switch item.route {
        case .audio, .image: media.contains(Self.line(item, digest))
        case .document: documents[Self.name(item)] == digest
        }
    }

    /// The last line of a document counts.
    private mutating func take(_ line: Substring) {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        if parts.first == "document", parts.count == 3 {
            documents[String(parts[2])] = String(parts[1])
        } else {
            media.insert(String(line))
        }
    }

    /// Writes an item down; it is on the disk when this returns.
    package mutating func note(_ item: ImportItem, digest: String) throws {
        if holds(item, digest: digest) { return }
        let line = Self.line(item, digest)
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        // A line that was cut off must not swallow this one.
        var end = stat()
        let needsBreak = fstat(file, &end) == 0 && end.st_size > 0 && !endsInBreak()
        let bytes = Array(((needsBreak ? "\n" : "") + line + "\n").utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fdatasync(file) == 0 else { throw failure() }
        take(line[...])
    }

    private func endsInBreak() -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return true }
        defer { try? handle.close() }
        guard let end = try? handle.seekToEnd(), end > 0, (try? handle.seek(toOffset: end - 1)) != nil else {
            return true
        }
        return (try? handle.read(upToCount: 1))?.first == 0x0a
    }

    private func failure() -> HearthError {
        HearthError(
            .storageFailed, "The journal of imports \(path) cannot be written: \(String(cString: strerror(errno))).",
            hint: "Check the folder's permissions and the space on the disk.")
    }

    private static func name(_ item: ImportItem) -> String { item.path.replacing("\n", with: " ") }

    /// The same document in another place is another one; a recording or picture is the same wherever it lies.
    private static func line(_ item: ImportItem, _ digest: String) -> String {
        switch item.route {
        case .audio, .image: "\(item.route.rawValue) \(digest)"
        case .document: "document \(digest) \(name(item))"
        }
    }
}
