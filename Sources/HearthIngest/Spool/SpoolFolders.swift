import HearthCore
import HearthStore
import HearthVault

#if canImport(Glibc)
import Glibc
#endif

/// The folders of the spool and the moves between them. Every move is a rename, so a file is always whole in one place.
/// Every call blocks.
struct SpoolFolders: Sendable {
    let root: String

    init(home: String) { root = home + "/spool" }

    var incoming: String { root + "/incoming" }
    var processing: String { root + "/processing" }
    var archive: String { root + "/archive" }
    var failed: String { root + "/failed" }

    func make() throws(SystemCallError) {
        for folder in [root, incoming, processing, archive, failed] { try Folder.make(folder) }
    }

    // MARK: incoming

    /// A segment that may be taken in.
    struct Entry: Sendable, Hashable {
        var name: String
        var size: Int
        var inode: UInt64
        /// When it was put there, by the file system's clock.
        var changed: Timestamp
    }

    struct View: Sendable, Hashable {
        var segments: [Entry] = []
        var ignored: [SpoolIgnored] = []
    }

    /// What lies in `incoming/`.
    func look() throws(SystemCallError) -> View {
        var view = View()
        for bytes in try Folder.rawNames(in: incoming) {
            guard let name = String(validating: bytes, as: UTF8.self) else {
                view.ignored.append(SpoolIgnored(name: String(decoding: bytes, as: UTF8.self), reason: .name))
                continue
            }
            var status = stat()
            // Whoever put it there may take it away at any time.
            guard lstat(incoming + "/" + name, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFLNK: view.ignored.append(SpoolIgnored(name: name, reason: .link))
            case S_IFREG where SegmentName.isSegment(name):
                let changed = Int64(status.st_ctim.tv_sec) * 1_000_000 + Int64(status.st_ctim.tv_nsec) / 1000
                view.segments.append(
                    Entry(
                        name: name, size: Int(status.st_size), inode: UInt64(status.st_ino),
                        changed: Timestamp(microseconds: changed)))
            case S_IFREG: view.ignored.append(SpoolIgnored(name: name, reason: .name))
            default: view.ignored.append(SpoolIgnored(name: name, reason: .noFile))
            }
        }
        view.ignored.sort { $0.name < $1.name }
        return view
    }

    // MARK: processing

    /// Moves segments into the folder of a batch. Those that are gone meanwhile are left out.
    /// - Throws: the first failure when nothing could be moved.
    func take(_ names: [String], as tag: String) throws(SystemCallError) {
        let folder = processing + "/" + tag
        try Folder.make(folder)
        var moved = 0
        var failure: SystemCallError?
        for name in names {
            if rename(incoming + "/" + name, folder + "/" + name) == 0 {
                moved += 1
            } else if errno != ENOENT {
                failure = failure ?? SystemCallError("rename", incoming + "/" + name)
            }
        }
        try Folder.synchronize(folder)
        try Folder.synchronize(incoming)
        guard moved == 0 else { return }
        rmdir(folder)
        if let failure { throw failure }
    }

    /// Batches whose folders are there, in order.
    func tags() throws(SystemCallError) -> [String] {
        try Folder.names(in: processing).filter { SpoolTag.time(of: $0) != nil }.sorted()
    }

    /// The segments in the folder of a batch, by name.
    func files(of tag: String) throws(SystemCallError) -> [SpoolFile] {
        let folder = processing + "/" + tag
        var files: [SpoolFile] = []
        for name in try Folder.names(in: folder).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            var status = stat()
            guard SegmentName.isSegment(name), lstat(folder + "/" + name, &status) == 0 else { continue }
            files.append(SpoolFile(name: name, size: Int(status.st_size)))
        }
        return files
    }

    func path(of name: String, in tag: String) -> String { processing + "/" + tag + "/" + name }

    // MARK: archive and failed

    /// Moves a file of a batch where its outcome says. Doing so twice is no error, nor is a file that is gone.
    func move(_ name: String, of tag: String, to folder: String) throws(SystemCallError) {
        let target = folder + "/" + tag
        try Folder.make(target)
        guard rename(path(of: name, in: tag), target + "/" + name) == 0 || errno == ENOENT else {
            throw SystemCallError("rename", path(of: name, in: tag))
        }
        try Folder.synchronize(target)
    }

    /// Writes what went wrong beside where a failed file goes.
    func write(reason: [UInt8], of name: String, number: Int, in tag: String) throws(SystemCallError) {
        let folder = failed + "/" + tag
        try Folder.make(folder)
        let temporary = "\(folder)/.\(number).new"
        // Left over from a crash.
        guard unlink(temporary) == 0 || errno == ENOENT else { throw SystemCallError("unlink", temporary) }
        do throws(SystemCallError) {
            let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            let result = reason.withUnsafeBytes { bytes in
                Result { () throws(SystemCallError) in try file.write(bytes) }
            }
            try result.get()
            try file.synchronize()
            guard rename(temporary, folder + "/" + Self.reasonName(of: name, number: number)) == 0 else {
                throw SystemCallError("rename", temporary)
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Beside the file, and as long as a name may be.
    static func reasonName(of name: String, number: Int) -> String {
        let full = name + ".reason.json"
        return full.utf8.count <= 255 ? full : "file-\(number).reason.json"
    }

    /// Removes the folder of a batch whose files have moved. What a stranger put into it keeps it.
    func close(_ tag: String) throws(SystemCallError) {
        guard rmdir(processing + "/" + tag) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST else {
            throw SystemCallError("rmdir", processing + "/" + tag)
        }
        try Folder.synchronize(processing)
    }

    /// Puts a failed file back into `incoming/`.
    /// - Returns: false when it is not there any more.
    /// - Throws: `EEXIST` when another file of its name waits there.
    func restore(_ name: String, number: Int, of tag: String) throws(SystemCallError) -> Bool {
        let folder = failed + "/" + tag
        let source = folder + "/" + name
        // Unlike a rename, a second name never takes the place of a file that waits.
        if link(source, incoming + "/" + name) != 0 {
            if errno == ENOENT { return false }
            throw SystemCallError("link", source)
        }
        try Folder.synchronize(incoming)
        unlink(source)
        unlink(folder + "/" + Self.reasonName(of: name, number: number))
        rmdir(folder)
        return true
    }

    /// Deletes batches of a folder that were opened before `cutoff`; nil: all.
    /// - Returns: files deleted.
    func sweep(_ folder: String, before cutoff: Timestamp?) throws(SystemCallError) -> Int {
        var deleted = 0
        for tag in try Folder.names(in: folder) {
            guard let time = SpoolTag.time(of: tag), cutoff.map({ time < $0 }) ?? true else { continue }
            for name in try Folder.names(in: folder + "/" + tag) {
                guard unlink(folder + "/" + tag + "/" + name) == 0 || errno == ENOENT else {
                    throw SystemCallError("unlink", folder + "/" + tag + "/" + name)
                }
                deleted += 1
            }
            rmdir(folder + "/" + tag)
        }
        return deleted
    }
}

/// A name in `incoming/` that is not taken in.
package struct SpoolIgnored: Sendable, Hashable {
    package enum Reason: String, Sendable, CaseIterable {
        /// It does not end as a segment does, begins with a dot, or is not UTF-8.
        case name
        /// Links are not followed.
        case link
        /// A folder, a pipe, a socket.
        case noFile = "not-a-file"
    }

    package var name: String
    package var reason: Reason
}
