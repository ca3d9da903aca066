import Foundation
package import HearthCore
import HearthVault

#if canImport(Glibc)
import Glibc
#endif

extension TurnJournal {
    /// Forgets the turns of a person; files that hold nothing else go. Again after a failure it goes on where it stopped.
    /// - Returns: turns that were forgotten.
    /// - Throws: `storage-full`, `storage-failed`.
    package func erase(person: UniqueID) async throws -> Int {
        try await onQueue { folder in
            var erased = 0
            for path in Self.files(in: folder) { erased += try Self.erase(person, from: path) }
            return erased
        }
    }

    /// Every day's file.
    private static func files(in folder: String) -> [String] {
        guard let entries = FileManager.default.enumerator(atPath: folder) else { return [] }
        return entries.compactMap { entry in
            guard let path = entry as? String, path.hasSuffix("/turns.ndjson") else { return nil }
            return "\(folder)/\(path)"
        }
        .sorted()
    }

    /// One day at a time is held in memory.
    private static func erase(_ person: UniqueID, from path: String) throws -> Int {
        do {
            guard let file = try OpenFile.existing(path, O_RDWR) else { return 0 }
            try file.lock()
            var bytes = [UInt8](repeating: 0, count: Int(try file.status().st_size))
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            let lines = bytes.prefix(count).split(separator: UInt8(ascii: "\n"))
            let name = person.description
            // A line that cannot be read was cut off by a crash; nobody was told of its turn, so it goes, too.
            let kept = try lines.filter { line in
                let owner: String?
                do { owner = try JSONValue(parsing: Array(line))["person"]?.string } catch { return false }
                guard let owner else {
                    throw HearthError(
                        .storageFailed, "A line of \(path) does not say whose it is.", disposition: .defect)
                }
                return owner != name
            }
            guard kept.count < lines.count else { return 0 }
            let folder = Folder.parent(of: path)
            if kept.isEmpty {
                guard unlink(path) == 0 else { throw SystemCallError("unlink", path) }
            } else {
                let text = kept.flatMap { $0 + [UInt8(ascii: "\n")] }
                let other = path + ".new"
                let new = try OpenFile(other, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
                try text.withUnsafeBytes { try new.write($0, at: 0) }
                try new.synchronize()
                guard rename(other, path) == 0 else { throw SystemCallError("rename", path) }
            }
            try Folder.synchronize(folder)
            return lines.count - kept.count
        } catch let failure as SystemCallError {
            throw HearthError.storage(failure, "Turns could not be erased from the journal of conversations.")
        }
    }
}
