import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// The secrets of the vault: `$HEARTH_HOME/keys/vault-<epoch>.key`, one for each epoch.
package struct VaultKeyFolder: Sendable {
    private let home: String

    package init(home: String) { self.home = home }

    private func file(_ epoch: Int64) -> SecretFile {
        SecretFile("secret of the vault", home: home, name: "vault-\(epoch).key")
    }

    /// Reads the secret of an epoch, or makes one. Blocks on the disk.
    /// - Parameter mustExist: Values are sealed with it, so a missing file is an error.
    /// - Throws: `key-missing`, `key-exposed`, `key-malformed`, `storage-full`, `storage-failed`.
    package func secret(of epoch: Int64, mustExist: Bool) throws -> VaultSecret {
        let file = file(epoch)
        let (bytes, _) = try file.readOrCreate {
            guard !mustExist else {
                throw HearthError(
                    .keyMissing, "A secret of the vault is missing, but there are values that only it can open.",
                    hint: "Put the file from your backup back at \(file.path) (mode 600).")
            }
            var generator = SystemRandomNumberGenerator()
            return randomBytes(KeyRing.keyByteCount, using: &generator)
        }
        guard bytes.count == KeyRing.keyByteCount else {
            throw HearthError(
                .keyMalformed, "A secret of the vault has \(bytes.count) bytes instead of \(KeyRing.keyByteCount).",
                hint: "Put the file from your backup back at \(file.path) (mode 600).")
        }
        return VaultSecret(epoch: epoch, bytes: bytes)
    }

    /// Deletes the secret of an epoch that was retired. No effect when it is gone. Blocks on the disk.
    package func remove(_ epoch: Int64) throws {
        let path = file(epoch).path
        guard unlink(path) == 0 || errno == ENOENT else {
            throw HearthError.storage(SystemCallError("unlink", path), "A secret of the vault could not be deleted.")
        }
    }
}
