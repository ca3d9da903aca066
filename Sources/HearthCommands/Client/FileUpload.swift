import HearthCore
import NIOCore

#if canImport(Glibc)
import Glibc
#endif

/// A file as the body of a request: read piece by piece, as fast as the server takes it, so that a recording of hours costs
/// no more memory than a note.
final class FileUpload: Sendable {
    /// Bytes that are held.
    static let pieceBytes = 256 << 10

    /// In bytes, when it was opened; as much is sent, also of a file that grows meanwhile.
    let size: Int
    private let path: String
    private let descriptor: Int32
    private let progress: @Sendable (Int) -> Void

    /// - Parameter progress: Called after each piece with the bytes sent so far.
    /// - Throws: `not-found` for a file that is gone, `storage-failed` for one that cannot be read.
    init(path: String, progress: @escaping @Sendable (Int) -> Void = { _ in }) throws(HearthError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw HearthError(.notFound, "\(path) is not there any more.")
            }
            throw LocalFile.systemFailure("\(path) cannot be read")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = LocalFile.systemFailure("\(path) cannot be read")
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        self.path = path
        self.progress = progress
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Hands the pieces to `write` in order.
    /// - Throws: `storage-failed` when the file cannot be read or became shorter; what `write` throws.
    func send(to write: (ByteBuffer) async throws -> Void) async throws {
        var position = 0
        while position < size {
            try Task.checkCancellation()
            let bytes = try LocalFile.read(
                from: descriptor, upTo: min(Self.pieceBytes, size - position), name: path)
            guard !bytes.isEmpty else {
                throw HearthError(
                    .storageFailed, "\(path) became shorter while it was sent.", hint: "Run the command again.",
                    disposition: .retry)
            }
            try await write(ByteBuffer(bytes: bytes))
            position += bytes.count
            progress(position)
        }
    }
}
