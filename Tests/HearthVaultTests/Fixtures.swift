import Foundation
import HearthCore
import Testing

@testable import HearthVault

/// A folder of its own for one test, removed afterwards.
func withHome<Result>(_ body: (String) throws -> Result) throws -> Result {
    let home = FileManager.default.temporaryDirectory.appending(path: "hearth-vault-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    return try body(home)
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var counter: UInt64 = 0

    init(_ seed: UInt64) { self.seed = seed }

    mutating func next() -> UInt64 {
        var hash = SipHash(key: SipHash.Key(first: seed, second: 0))
        hash.combine(counter)
        counter += 1
        return hash.finalize()
    }

    /// Content of a blob.
    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) } }
        return Array(bytes.prefix(count))
    }
}

extension KeyRing {
    /// The key of bytes 0, 1, … 31.
    static let sample = KeyRing(key: Array(0..<32))
}

/// Calls `body` on so many threads at once, and rethrows the first of their errors.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let failures = Failures()
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread {
            do { try body(index) } catch { failures.add(error) }
            group.leave()
        }.start()
    }
    group.wait()
    if let failure = failures.first { throw failure }
}

// The lock guards the only field.
private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [any Error] = []

    func add(_ failure: any Error) { lock.withLock { all.append(failure) } }
    var first: (any Error)? { lock.withLock { all.first } }
}

/// The code of what `body` throws; nil when it returns.
func failureCode<Result>(of body: () throws -> Result) -> ErrorCode? {
    do {
        _ = try body()
        return nil
    } catch let failure as HearthError {
        return failure.code
    } catch {
        return ErrorCode("not a HearthError: \(error)")
    }
}

func permissions(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

func setPermissions(_ permissions: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
}

/// All regular files below `folder`, relative to it, in order.
func files(below folder: String) -> [String] {
    var isFolder: ObjCBool = false
    return (FileManager.default.subpaths(atPath: folder) ?? []).filter {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
}

func contents(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }

extension BlobStore {
    func store(_ content: [UInt8]) throws -> BlobReference {
        let writer = try makeWriter()
        try writer.append(content)
        return try writer.finish()
    }

    /// The whole content, read chunk by chunk.
    func content(of sha256: String) throws -> [UInt8] {
        let reader = try open(sha256)
        var content: [UInt8] = []
        while let chunk = try reader.nextChunk() { content += chunk }
        return content
    }
}
