import Crypto
import FoundationEssentials
package import HearthCore

/// A person's key of one epoch: seals what tokens stand for. Whoever forgets it erases the person's values.
package struct VaultKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: SymmetricKey

    init(_ key: SymmetricKey) { self.key = key }

    /// Sealed lengths are multiples of this and 28 bytes, so that they tell little of the value.
    private static let padding = 16
    private static let lengthBytes = 4

    /// AES-256-GCM; nonce, text, tag.
    /// - Parameters:
    ///   - nonce: 12 bytes, never used for another value under this key; nil: random ones.
    ///   - label: What the value belongs to: opening under another label fails.
    package func seal(_ value: [UInt8], nonce: [UInt8]?, label: String) throws -> [UInt8] {
        var plain = withUnsafeBytes(of: UInt32(value.count).littleEndian) { Array($0) }
        plain += value
        let rest = plain.count % Self.padding
        if rest > 0 { plain += [UInt8](repeating: 0, count: Self.padding - rest) }
        let box = try AES.GCM.seal(
            plain, using: key, nonce: try nonce.map { try AES.GCM.Nonce(data: $0) }, authenticating: Array(label.utf8))
        guard let combined = box.combined else {
            throw HearthError(.internalError, "A value could not be sealed.", disposition: .defect)
        }
        return Array(combined)
    }

    /// - Throws: `storage-failed` when it was changed, or belongs to something else.
    package func open(_ sealed: [UInt8], label: String) throws(HearthError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            let plain = try AES.GCM.open(box, using: key, authenticating: Array(label.utf8))
            let count = plain.prefix(Self.lengthBytes).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard count <= plain.count - Self.lengthBytes else { throw CryptoKitError.incorrectParameterSize }
            return Array(plain.dropFirst(Self.lengthBytes).prefix(count))
        } catch {
            throw HearthError(
                .storageFailed, "A value in the vault was changed or is damaged.",
                hint: "Restore vault.db and its keys from one backup.", disposition: .defect, cause: error)
        }
    }

    package var description: String { "VaultKey" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
