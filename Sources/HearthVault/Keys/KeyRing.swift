import Crypto
import FoundationEssentials
package import HearthCore

/// The household key and all that is derived from it (HKDF-SHA256, RFC 5869, no salt, the purpose as info).
///
/// Holds secrets: it has no description beyond its fingerprint.
package struct KeyRing: Sendable, CustomStringConvertible, CustomReflectable {
    /// Of the household key and of each subkey.
    package static let keyByteCount = 32

    private let household: SymmetricKey
    /// The purposes asked for all the time.
    private let derived: [KeyPurpose: SymmetricKey]
    /// Tells one household key from another; reveals nothing of it.
    package let fingerprint: UInt64

    /// - Parameter key: 32 bytes. Traps on another count: keys that come from outside are checked by `load`.
    package init(key: [UInt8]) {
        precondition(key.count == Self.keyByteCount, "a household key has \(Self.keyByteCount) bytes")
        let household = SymmetricKey(data: key)
        self.household = household
        let usual: [KeyPurpose] = [.blob, .blobName, .token, .digest, .audit]
        derived = Dictionary(uniqueKeysWithValues: usual.map { ($0, Self.derive($0, from: household, byteCount: 32)) })
        fingerprint = Self.derive(.fingerprint, from: household, byteCount: 8).withUnsafeBytes {
            UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))
        }
    }

    /// Reads `$HEARTH_HOME/keys/household.key`, or makes one when the household is new. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - home: The folder `$HEARTH_HOME`; made when missing.
    ///   - expectsExisting: Sealed data exists, so a missing key is an error and not a first start.
    /// - Throws: `HearthError`: `key-missing`, `key-exposed`, `key-malformed`, `storage-full`, `storage-failed`.
    package static func load(home: String, expectsExisting: Bool) throws -> KeyRing {
        let file = SecretFile("household key", home: home, name: "household.key")
        let (bytes, _) = try file.readOrCreate {
            guard !expectsExisting else {
                throw HearthError(
                    .keyMissing, "The household key is missing, but there is data that only it can open.",
                    hint: "Put the key from your backup back at \(file.path) (mode 600).")
            }
            var generator = SystemRandomNumberGenerator()
            return randomBytes(Self.keyByteCount, using: &generator)
        }
        guard bytes.count == Self.keyByteCount else {
            throw HearthError(
                .keyMalformed, "The household key has \(bytes.count) bytes instead of \(Self.keyByteCount).",
                hint: "Put the key from your backup back at \(file.path) (mode 600).")
        }
        return KeyRing(key: bytes)
    }

    /// The key of a purpose, 32 bytes, the same in every run.
    func key(for purpose: KeyPurpose) -> SymmetricKey {
        derived[purpose] ?? Self.derive(purpose, from: household, byteCount: Self.keyByteCount)
    }

    /// A key for `SipHash`, the same in every run.
    package func sipKey(for purpose: KeyPurpose) -> SipHash.Key {
        key(for: purpose).withUnsafeBytes { bytes in
            SipHash.Key(
                first: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                second: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// HMAC-SHA256 under the key of a purpose: 32 bytes that only this household can compute.
    package func authenticationCode(of bytes: UnsafeRawBufferPointer, for purpose: KeyPurpose) -> [UInt8] {
        var code = HMAC<SHA256>(key: key(for: purpose))
        code.update(data: bytes)
        return Array(code.finalize())
    }

    private static func derive(_ purpose: KeyPurpose, from key: SymmetricKey, byteCount: Int) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("hearth/\(purpose.label)".utf8), outputByteCount: byteCount)
    }

    package var description: String { "KeyRing(\(String(fingerprint, radix: 16)))" }
    package var customMirror: Mirror { Mirror(self, children: ["fingerprint": fingerprint]) }
}

/// Bytes for keys and tokens; the generator is a cryptographic one outside of tests.
func randomBytes(_ count: Int, using generator: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for _ in 0..<count { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
    return bytes
}
