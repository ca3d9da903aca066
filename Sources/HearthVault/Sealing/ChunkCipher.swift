import Crypto
import FoundationEssentials

/// Seals the chunks of one blob with AES-256-GCM under the blob's own content key: the STREAM construction (Hoang,
/// Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015).
///
/// The nonce is the chunk's number, so chunks cannot change places; the additional data says whether the chunk is the
/// last, so that nothing can be cut off or appended. The key is fresh for each blob, so no nonce is used twice.
struct ChunkCipher: Sendable {
    static let nonceByteCount = 12
    static let tagByteCount = 16

    let key: SymmetricKey

    /// The message that the tag covers besides the chunk.
    private enum Position {
        static let inside: [UInt8] = [0]
        static let last: [UInt8] = [1]
        static func of(isLast: Bool) -> [UInt8] { isLast ? last : inside }
    }

    /// Calls `body` with the sealed chunk: as many bytes as `plaintext`, then the tag.
    func seal(
        _ plaintext: UnsafeRawBufferPointer, number: Int, isLast: Bool, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let box = try AES.GCM.seal(
            plaintext, using: key, nonce: try Self.nonce(number), authenticating: Position.of(isLast: isLast))
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        // Nonce, ciphertext and tag lie in one piece; the nonce is implied by the chunk's place and not stored.
        try combined.withUnsafeBytes { bytes in
            try body(UnsafeRawBufferPointer(rebasing: bytes[Self.nonceByteCount...]))
        }
    }

    /// The plaintext of a sealed chunk. Throws when the chunk is not exactly what was sealed at this place.
    ///
    /// - Parameter sealed: Room for a nonce, then ciphertext and tag. The nonce is written here, which saves a copy.
    func open(_ sealed: UnsafeMutableRawBufferPointer, number: Int, isLast: Bool) throws -> Data {
        try Self.nonce(number).withUnsafeBytes { sealed.copyMemory(from: $0) }
        let box = try AES.GCM.SealedBox(combined: UnsafeRawBufferPointer(sealed))
        return try AES.GCM.open(box, using: key, authenticating: Position.of(isLast: isLast))
    }

    /// Four zero bytes, then the number, big-endian.
    private static func nonce(_ number: Int) throws -> AES.GCM.Nonce { try nonce(domain: 0, number: UInt64(number)) }

    /// The nonce of what is sealed under the content key and is not a chunk.
    static func headerNonce() throws -> AES.GCM.Nonce { try nonce(domain: 1, number: 0) }

    private static func nonce(domain: UInt32, number: UInt64) throws -> AES.GCM.Nonce {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(nonceByteCount)
        withUnsafeBytes(of: domain.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        return try AES.GCM.Nonce(data: bytes)
    }
}
