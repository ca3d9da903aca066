import Crypto
import FoundationEssentials
package import HearthCore

extension KeyRing {
    /// Seals a small value of the core with AES-256-GCM: nonce, text, tag.
    /// - Parameter label: What it belongs to: opening under another label fails.
    package func seal(_ bytes: [UInt8], for purpose: KeyPurpose, label: [UInt8]) throws -> [UInt8] {
        guard let combined = try AES.GCM.seal(bytes, using: key(for: purpose), authenticating: label).combined else {
            throw HearthError(.internalError, "A value could not be sealed.", disposition: .defect)
        }
        return Array(combined)
    }

    /// - Throws: `storage-failed` when it was changed, or belongs to something else.
    package func open(_ sealed: [UInt8], for purpose: KeyPurpose, label: [UInt8]) throws(HearthError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: key(for: purpose), authenticating: label))
        } catch {
            throw HearthError(
                .storageFailed, "A sealed value was changed or is damaged.",
                hint: "Restore the databases and the keys from one backup.", disposition: .defect, cause: error)
        }
    }
}
