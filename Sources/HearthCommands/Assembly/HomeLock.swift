import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Keeps a home folder to one server: a lock on `$HEARTH_HOME/hearth.lock` that the kernel gives back however the process
/// ends. The file says who holds it and where it answers, which is how the commands find a running server.
final class HomeLock: Sendable {
    /// The server that holds a home.
    struct Holder: Sendable, Hashable {
        var process: Int32
        /// Nil while it starts.
        var address: ServerAddress?
        /// File of the certificate that it shows; nil without TLS.
        var certificate: String?
        /// Where it answers gRPC; nil: nowhere.
        var rpcPort: Int?
    }

    private static let fileName = "hearth.lock"

    private let path: String
    /// -1 once released.
    private let descriptor: Mutex<Int32>

    /// Takes the home.
    /// - Throws: `home-in-use`, naming the process that has it; `storage-failed`.
    init(home: String) throws(HearthError) {
        path = home + "/" + Self.fileName
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LocalFile.systemFailure("The lock \(path) cannot be opened") }
        var range = Self.wholeFile(F_WRLCK)
        guard fcntl(file, Self.setLock, &range) == 0 else {
            let number = errno
            close(file)
            errno = number
            guard number == EAGAIN || number == EACCES else {
                throw LocalFile.systemFailure("The lock \(path) cannot be taken")
            }
            let holder = Self.read(path)
            let process = holder.map { "process \($0.process)" } ?? "another process"
            let place = holder?.address.map { ", which answers at \($0)" } ?? ""
            throw HearthError(
                .homeInUse, "Another Hearth (\(process)\(place)) uses \(home).",
                hint:
                    "Stop it first\(holder.map { ", as with `kill \($0.process)`" } ?? ""), or set HEARTH_HOME to another folder."
            )
        }
        descriptor = Mutex(file)
        try write(nil)
    }

    deinit { release() }

    /// Says where the server answers, and with which certificate.
    func publish(
        _ address: ServerAddress, certificate: String? = nil, rpcPort: Int? = nil
    ) throws(HearthError) {
        try write(address, certificate, rpcPort)
    }

    private func write(
        _ address: ServerAddress?, _ certificate: String? = nil, _ rpcPort: Int? = nil
    ) throws(HearthError) {
        let lines = [String(getpid()), address?.description ?? "", certificate ?? "", rpcPort.map(String.init) ?? ""]
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        let failed = descriptor.withLock { file in
            guard file >= 0 else { return false }
            // One write over the old text, longer or shorter: a reader sees lines that are whole.
            return ftruncate(file, 0) != 0 || pwrite(file, text, text.count, 0) != text.count
        }
        if failed { throw LocalFile.systemFailure("The lock \(path) cannot be written") }
    }

    func release() {
        descriptor.withLock { file in
            guard file >= 0 else { return }
            _ = ftruncate(file, 0)
            close(file)
            file = -1
        }
    }

    /// The server that runs on a home now; nil when none does.
    static func holder(of home: String) -> Holder? {
        let path = home + "/" + fileName
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var range = wholeFile(F_WRLCK)
        guard fcntl(file, getLock, &range) == 0, Int32(range.l_type) != F_UNLCK else { return nil }
        return read(path)
    }

    private static func read(_ path: String) -> Holder? {
        guard let bytes = try? LocalFile.bytesIfPresent(path, limit: 4096) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let process = Int32(first) else { return nil }
        return Holder(
            process: process, address: lines.count > 1 ? ServerAddress(url: String(lines[1])) : nil,
            certificate: lines.count > 2 && !lines[2].isEmpty ? String(lines[2]) : nil,
            rpcPort: lines.count > 3 ? Int(lines[3]) : nil)
    }

    // Locks of the open file, not of the process (fcntl(2), "Open file description locks"): closing another descriptor of
    // the same file must not give the lock back. Linux gives them these numbers on every architecture.
    #if os(Linux)
    private static let getLock: Int32 = 36
    private static let setLock: Int32 = 37
    #else
    private static let getLock = F_OFD_GETLK
    private static let setLock = F_OFD_SETLK
    #endif

    private static func wholeFile(_ type: Int32) -> flock {
        flock(l_type: Int16(type), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}

extension ErrorCode {
    /// Another server runs on the home folder.
    static let homeInUse = ErrorCode("home-in-use")
    /// Another program listens on the address.
    static let addressInUse = ErrorCode("address-in-use")
}
