import Crypto
import FoundationEssentials
import HearthCore

/// The first bytes of a sealed blob. All numbers are big-endian.
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 8 | `HRTHBLB1` |
/// | 8 | 4 | version: 1 |
/// | 12 | 4 | plaintext bytes in each chunk but the last |
/// | 16 | 8 | fingerprint of the household key |
/// | 24 | 12 | nonce of the wrapped content key |
/// | 36 | 48 | content key, sealed by the household's blob key; the tag covers bytes 0…23 too |
/// | 84 | 56 | SHA-256 and size of the plaintext, sealed by the content key; the tag covers bytes 0…83 too |
/// | 140 | | chunks, each with its tag of 16 bytes; at least one, which is empty when the content is |
///
/// The last part is known only when the content has ended, so it is written then; a file without it does not open.
struct BlobHeader: Sendable {
    static let magic = Array("HRTHBLB1".utf8)
    static let version: UInt32 = 1
    static let byteCount = 140
    /// Up to where the header is known before the content is.
    static let preambleByteCount = 84
    private static let wrapByteCount = 24
    private static let contentKeyByteCount = 32
    static let standardChunkSize = 65536
    /// What a header may ask a reader to hold in memory.
    static let chunkSizes = 16...16 * 1024 * 1024

    let chunkSize: Int
    let cipher: ChunkCipher
    /// The first 84 bytes, as on disk.
    let preamble: [UInt8]

    /// A header for new content, with a fresh content key.
    init(chunkSize: Int, ring: KeyRing) throws {
        precondition(Self.chunkSizes.contains(chunkSize))
        var bytes = Self.magic
        withUnsafeBytes(of: Self.version.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(chunkSize).bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: ring.fingerprint.bigEndian) { bytes.append(contentsOf: $0) }
        let key = SymmetricKey(size: .bits256)
        let box = try key.withUnsafeBytes { try AES.GCM.seal($0, using: ring.key(for: .blob), authenticating: bytes) }
        bytes.append(contentsOf: box.nonce)
        bytes.append(contentsOf: box.ciphertext)
        bytes.append(contentsOf: box.tag)
        self.chunkSize = chunkSize
        cipher = ChunkCipher(key: key)
        preamble = bytes
    }

    /// The rest of the header: 56 bytes.
    func sealed(_ content: BlobContent) throws -> [UInt8] {
        var message = content.digest
        withUnsafeBytes(of: UInt64(content.size).bigEndian) { message.append(contentsOf: $0) }
        let box = try AES.GCM.seal(
            message, using: cipher.key, nonce: ChunkCipher.headerNonce(), authenticating: preamble)
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// Reads and authenticates a header.
    ///
    /// - Throws: `HearthError`: `foreign-key` or `blob-damaged`.
    static func open(_ bytes: [UInt8], ring: KeyRing) throws(HearthError) -> (header: BlobHeader, content: BlobContent)
    {
        guard bytes.count == byteCount, bytes.starts(with: magic) else { throw .damagedBlob("it has no header") }
        guard number(bytes[8..<12]) == UInt64(version) else { throw .damagedBlob("its format is unknown") }
        let chunkSize = Int(number(bytes[12..<16]))
        guard chunkSizes.contains(chunkSize) else { throw .damagedBlob("its chunk size is out of range") }
        guard number(bytes[16..<24]) == ring.fingerprint else {
            throw HearthError(
                .foreignKey, "The blob was sealed with another household key.",
                hint: "Put the key it was written with back into the keys folder.", disposition: .defect)
        }
        do {
            let box = try AES.GCM.SealedBox(combined: bytes[wrapByteCount..<preambleByteCount])
            let key = try AES.GCM.open(box, using: ring.key(for: .blob), authenticating: bytes[..<wrapByteCount])
            let preamble = Array(bytes[..<preambleByteCount])
            let header = BlobHeader(
                chunkSize: chunkSize, cipher: ChunkCipher(key: SymmetricKey(data: key)), preamble: preamble)
            return (header, try header.content(bytes[preambleByteCount...]))
        } catch {
            throw .damagedBlob("its header is not what was written")
        }
    }

    private init(chunkSize: Int, cipher: ChunkCipher, preamble: [UInt8]) {
        self.chunkSize = chunkSize
        self.cipher = cipher
        self.preamble = preamble
    }

    private func content(_ sealed: ArraySlice<UInt8>) throws -> BlobContent {
        let box = try AES.GCM.SealedBox(
            nonce: ChunkCipher.headerNonce(), ciphertext: sealed.dropLast(ChunkCipher.tagByteCount),
            tag: sealed.suffix(ChunkCipher.tagByteCount))
        let message = Array(try AES.GCM.open(box, using: cipher.key, authenticating: preamble))
        return BlobContent(
            digest: Array(message[..<SHA256.byteCount]), size: Int(Self.number(message[SHA256.byteCount...])))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// How many chunks content of `size` bytes has.
    func chunkCount(size: Int) -> Int { max(1, (size + chunkSize - 1) / chunkSize) }

    /// Of the file with content of `size` bytes.
    func storedByteCount(size: Int) -> Int {
        Self.byteCount + size + chunkCount(size: size) * ChunkCipher.tagByteCount
    }

    /// Where chunk `number` begins in the file.
    func offset(ofChunk number: Int) -> Int { Self.byteCount + number * (chunkSize + ChunkCipher.tagByteCount) }
}

/// What a blob holds: the SHA-256 of its plaintext and its size in bytes.
struct BlobContent: Hashable, Sendable {
    var digest: [UInt8]
    var size: Int

    var reference: BlobReference { BlobReference(sha256: Hexadecimal.encode(digest), size: size) }
}

extension HearthError {
    static func damagedBlob(_ reason: String) -> HearthError {
        HearthError(
            .blobDamaged, "A stored blob is damaged: \(reason).", hint: "Restore it from a backup, or send it again.",
            disposition: .defect)
    }
}
