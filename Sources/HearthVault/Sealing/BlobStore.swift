import FoundationEssentials
package import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Originals (audio, images, pages) in `$HEARTH_HOME/blobs`: named by content, each stored once, sealed with
/// AES-256-GCM.
///
/// A file's name is a keyed hash of its content's SHA-256, so that the names do not tell which known files a household
/// has. Every call blocks on the disk: call from a thread of your own or a file thread pool, never from the cooperative
/// pool. All calls may come from several threads at once.
package final class BlobStore: Sendable {
    private let folder: String
    let ring: KeyRing
    let chunkSize: Int
    /// Shard folders known to be durable. The lock also makes "is it there, else put it there" one step against
    /// `delete`.
    private let durableShards = Mutex<Set<String>>([])

    private static let temporarySuffix = ".part"

    private var temporaryFolder: String { "\(folder)/tmp" }

    /// Opens the store, making its folders when missing.
    ///
    /// - Throws: `HearthError`: `storage-full`, `storage-failed`.
    package convenience init(home: String, ring: KeyRing) throws {
        try self.init(home: home, ring: ring, chunkSize: BlobHeader.standardChunkSize)
    }

    /// - Parameter chunkSize: Of new blobs; tests use small ones.
    init(home: String, ring: KeyRing, chunkSize: Int) throws {
        folder = "\(home)/blobs"
        self.ring = ring
        self.chunkSize = chunkSize
        do { try Folder.make("\(folder)/tmp") } catch {
            throw HearthError.storage(error, "The folder for blobs could not be made.")
        }
    }

    /// Whether any blob is stored below `home`: then the household key must exist. Needs no key itself.
    package static func holdsBlobs(home: String) throws -> Bool {
        do {
            for shard in try Folder.names(in: "\(home)/blobs") where isShard(shard) {
                if try Folder.names(in: "\(home)/blobs/\(shard)").contains(where: isBlob) { return true }
            }
            return false
        } catch {
            throw HearthError.storage(error, "The folder of blobs could not be read.")
        }
    }

    // MARK: Writing

    /// Begins a blob. Nothing is stored before `finish()`.
    ///
    /// - Parameter maximumSize: In bytes; appending more throws `too-large`.
    /// - Throws: `HearthError`: `storage-full`, `storage-failed`.
    package func makeWriter(maximumSize: Int = .max) throws -> BlobWriter {
        try BlobWriter(store: self, maximumSize: maximumSize)
    }

    /// A new file in the temporary folder.
    func makeTemporary() throws(SystemCallError) -> TemporaryFile {
        var generator = SystemRandomNumberGenerator()
        let name = Hexadecimal.encode(randomBytes(16, using: &generator)) + Self.temporarySuffix
        return try TemporaryFile("\(temporaryFolder)/\(name)")
    }

    /// Gives a complete, fsynced temporary file its name, durably. The same content is kept once: the temporary file is
    /// then left to be removed and the time of the kept one renewed. A damaged file in its place is replaced.
    func commit(_ temporary: TemporaryFile, _ content: BlobContent) throws {
        let (shard, path) = location(content.digest)
        let shardFolder = "\(folder)/\(shard)"
        if !durableShards.withLock({ $0.contains(shard) }) {
            guard mkdir(shardFolder, 0o700) == 0 || errno == EEXIST else { throw SystemCallError("mkdir", shardFolder) }
            // Also when it existed: another writer may not have got so far.
            try Folder.synchronize(folder)
            durableShards.withLock { _ = $0.insert(shard) }
        }
        try durableShards.withLock { _ in if !renew(path, content) { try temporary.move(to: path) } }
        // Also when the file existed: whoever put it there may not have got so far, and we are about to promise it.
        try Folder.synchronize(shardFolder)
    }

    /// Marks a stored blob as just written. False when there is none, or none that is whole.
    private func renew(_ path: String, _ content: BlobContent) -> Bool {
        guard let file = try? OpenFile(path, O_RDWR), let opened = try? read(file), opened.content == content else {
            return false
        }
        return futimens(file.descriptor, nil) == 0
    }

    // MARK: Reading

    /// Opens a blob for reading; its header is authenticated and its length checked.
    ///
    /// - Parameter sha256: 64 lower-case hexadecimal digits.
    /// - Throws: `HearthError`: `not-found`, `blob-damaged`, `foreign-key`, `storage-failed`.
    package func open(_ sha256: String) throws -> BlobReader {
        let missing = HearthError(.notFound, "There is no such blob.")
        guard let digest = Self.digest(sha256) else { throw missing }
        do {
            let file = try OpenFile(location(digest).path, O_RDONLY)
            let (header, content) = try read(file)
            guard content.digest == digest else { throw HearthError.damagedBlob("it holds another blob's content") }
            return BlobReader(file: file, header: header, content: content)
        } catch let failure as SystemCallError {
            throw failure.isMissing ? missing : HearthError.storage(failure, "A blob could not be read.")
        }
    }

    /// Authenticates the header of an open blob and checks its length against it.
    private func read(_ file: borrowing OpenFile) throws -> (header: BlobHeader, content: BlobContent) {
        var bytes = [UInt8](repeating: 0, count: BlobHeader.byteCount)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        let (header, content) = try BlobHeader.open(Array(bytes.prefix(count)), ring: ring)
        guard try Int(file.status().st_size) == header.storedByteCount(size: content.size) else {
            throw HearthError.damagedBlob("its length is not what was written")
        }
        return (header, content)
    }

    /// Whether a blob is stored. Does not look into the file.
    package func exists(_ sha256: String) throws -> Bool {
        guard let digest = Self.digest(sha256) else { return false }
        let path = location(digest).path
        if access(path, F_OK) == 0 { return true }
        let failure = SystemCallError("access", path)
        guard failure.isMissing else { throw HearthError.storage(failure, "A blob could not be looked up.") }
        return false
    }

    /// Removes a blob, durably. Readers that have it open keep it until they end.
    ///
    /// - Parameter cutoff: Keep it when it was written, or the same content written again, at this time or later. This is
    ///   decided together with the removal, so that a writer which ends meanwhile keeps what it was promised.
    /// - Returns: Whether it was removed.
    package func delete(_ sha256: String, unmodifiedSince cutoff: Timestamp? = nil) throws -> Bool {
        guard let digest = Self.digest(sha256) else { return false }
        let (shard, path) = location(digest)
        do throws(SystemCallError) {
            let isRemoved = try durableShards.withLock { _ throws(SystemCallError) in
                if let cutoff {
                    guard let file = try OpenFile.existing(path, O_RDONLY) else { return false }
                    guard try Timestamp(file.status().st_mtim) < cutoff else { return false }
                }
                if unlink(path) == 0 { return true }
                let failure = SystemCallError("unlink", path)
                if failure.isMissing { return false }
                throw failure
            }
            if isRemoved { try Folder.synchronize("\(folder)/\(shard)") }
            return isRemoved
        } catch {
            throw HearthError.storage(error, "A blob could not be removed.")
        }
    }

    // MARK: Looking through

    /// Calls `body` for every stored file, in no order. Blobs written or removed meanwhile may be seen or not.
    package func visitAll(_ body: (BlobEntry) throws -> Void) throws {
        do {
            for shard in try Folder.names(in: folder) where Self.isShard(shard) {
                for name in try Folder.names(in: "\(folder)/\(shard)") where Self.isBlob(name) {
                    if let entry = try entry("\(shard)/\(name)") { try body(entry) }
                }
            }
        } catch let failure as SystemCallError {
            throw HearthError.storage(failure, "The folder of blobs could not be read.")
        }
    }

    /// Nil when the file has gone.
    private func entry(_ name: String) throws -> BlobEntry? {
        guard let file = try OpenFile.existing("\(folder)/\(name)", O_RDONLY) else { return nil }
        let status = try file.status()
        let content: Result<BlobReference, HearthError>
        do {
            let (_, found) = try read(file)
            let isInPlace = location(found.digest).path == file.path
            content = isInPlace ? .success(found.reference) : .failure(.damagedBlob("it lies in another blob's place"))
        } catch let failure as HearthError {
            content = .failure(failure)
        }
        return BlobEntry(
            name: name, content: content, storedByteCount: Int(status.st_size),
            modified: Timestamp(status.st_mtim))
    }

    /// Removes what writers left behind that did not end: of a process that was killed, or a machine that lost power.
    /// What someone is still writing is left alone, however old.
    ///
    /// - Parameters:
    ///   - age: Younger files stay.
    ///   - now: The time of day.
    /// - Returns: How many files were removed.
    package func removeStaleTemporaries(olderThan age: Duration, now: Timestamp) throws -> Int {
        var removed = 0
        do {
            for name in try Folder.names(in: temporaryFolder) where name.hasSuffix(Self.temporarySuffix) {
                guard let file = try OpenFile.existing("\(temporaryFolder)/\(name)", O_RDONLY) else { continue }
                let modified = try Timestamp(file.status().st_mtim)
                guard now - modified >= age, file.tryLock() else { continue }
                guard unlink(file.path) == 0 || errno == ENOENT else { throw SystemCallError("unlink", file.path) }
                removed += 1
            }
        } catch let failure as SystemCallError {
            throw HearthError.storage(failure, "An unfinished blob could not be removed.")
        }
        return removed
    }

    // MARK: Names

    /// `ab` and `…/blobs/ab/cdef…` for the digest of a content.
    private func location(_ digest: [UInt8]) -> (shard: String, path: String) {
        let name = Hexadecimal.encode(digest.withUnsafeBytes { ring.authenticationCode(of: $0, for: .blobName) })
        return (String(name.prefix(2)), "\(folder)/\(name.prefix(2))/\(name.dropFirst(2))")
    }

    private static func digest(_ sha256: String) -> [UInt8]? {
        sha256.utf8.count == 64 ? Hexadecimal.decode(sha256) : nil
    }

    private static func isShard(_ name: String) -> Bool { name.utf8.count == 2 && Hexadecimal.decode(name) != nil }

    private static func isBlob(_ name: String) -> Bool { name.utf8.count == 62 && Hexadecimal.decode(name) != nil }
}

/// One stored file.
package struct BlobEntry: Sendable {
    /// Below `blobs/`: `ab/cdef…`.
    package var name: String
    /// What it holds, or why that cannot be told (`blob-damaged`, `foreign-key`). Chunks are not looked at.
    package var content: Result<BlobReference, HearthError>
    /// Of the file.
    package var storedByteCount: Int
    /// When it was written, or the same content last written again: whoever collects unused blobs leaves young ones
    /// alone.
    package var modified: Timestamp
}

extension Timestamp {
    fileprivate init(_ time: timespec) {
        self.init(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
