import GRDBSQLite
import HearthCore

/// The vault and its secrets, as files.
struct VaultCheckup {
    let settings: Settings

    func findings() -> [Finding] {
        let home = settings.home
        let folder = home + "/keys"
        let secrets = LocalFile.isFolder(folder) ? LocalFile.names(in: folder).filter(Self.isSecret) : []
        guard LocalFile.isFile(home + "/vault.db") else {
            guard secrets.isEmpty else {
                return [
                    .fail(
                        "vault", "keys/\(secrets[0]) is there and vault.db is not: private values cannot be opened",
                        fix: "restore vault.db and keys/vault-*.key from one backup")
                ]
            }
            return [.ok("vault", "none yet; the first start makes it")]
        }
        guard !secrets.isEmpty else {
            return [
                .fail(
                    "vault", "vault.db is there and its secret is not: private values cannot be opened",
                    fix: "put keys/vault-*.key back from a backup")
            ]
        }
        guard let epochs = Self.epochs(home + "/vault.db") else {
            return [.fail("vault", "vault.db cannot be read", fix: "look at the file's owner and mode")]
        }
        guard let epoch = epochs.last else {
            return [
                .fail(
                    "vault", "vault.db is empty while keys/\(secrets[0]) is there: the vault was lost",
                    fix: "restore vault.db and keys/vault-*.key from one backup")
            ]
        }
        let missing = epochs.filter { !secrets.contains("vault-\($0).key") }
        if let first = missing.first {
            return [
                .fail(
                    "vault", "keys/vault-\(first).key is missing: some private values cannot be opened",
                    fix: "put it back from a backup")
            ]
        }
        return [
            epochs.count > 1
                ? .ok("vault", "epoch \(epoch); readings are still being rewritten for it")
                : .ok("vault", "epoch \(epoch), its secret is there")
        ]
    }

    private static func isSecret(_ name: String) -> Bool { name.hasPrefix("vault-") && name.hasSuffix(".key") }

    /// Read beside a running server; nil when the file cannot be read.
    private static func epochs(_ path: String) -> [Int64]? {
        var connection: OpaquePointer?
        defer { sqlite3_close_v2(connection) }
        // Without a log nobody writes, and a plain reader would have to make one.
        let name = LocalFile.isFile(path + "-wal") ? path : "file:\(PercentEncoding.encode(path))?immutable=1"
        guard sqlite3_open_v2(name, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil) == SQLITE_OK else {
            return nil
        }
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard
            sqlite3_prepare_v2(connection, "SELECT number FROM vault_epochs ORDER BY number", -1, &statement, nil)
                == SQLITE_OK
        else { return nil }
        var epochs: [Int64] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: epochs.append(sqlite3_column_int64(statement, 0))
            case SQLITE_DONE: return epochs
            default: return nil
            }
        }
    }
}
