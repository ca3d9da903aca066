import GRDB

/// The tables of `vault.db`. Migrations are only ever appended.
enum VaultMigrations {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("vault") { db in
            try db.execute(sql: vault)
        }
        migrator.registerMigration("audit") { db in
            try db.execute(sql: audit)
        }
        return migrator
    }

    private static let vault = """
        CREATE TABLE vault_epochs ( -- periods between two rotations; the last is in use
            number INTEGER PRIMARY KEY,
            started_at INTEGER NOT NULL, -- microseconds since 1970, as every time
            fingerprint BLOB NOT NULL -- of the secret in keys/vault-<number>.key
        ) STRICT;

        CREATE TABLE vault_keys ( -- one key for each person and epoch
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person BLOB NOT NULL CHECK (length(person) = 16), -- zeros: the household
            epoch INTEGER NOT NULL,
            wrapped BLOB NOT NULL, -- sealed under the secret of the epoch
            UNIQUE (person, epoch)
        ) STRICT;

        CREATE TABLE vault_streams ( -- numbers for names of streams
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE vault_entries ( -- what tokens stand for
            stream INTEGER NOT NULL, -- vault_streams.id
            day INTEGER NOT NULL, -- of the reading, since 1970; -2147483648: shared by readings
            token INTEGER NOT NULL, -- 64 bits
            kept INTEGER NOT NULL, -- last day on which a reading with it came or was taken
            key INTEGER NOT NULL, -- vault_keys.id
            sealed BLOB NOT NULL, -- AES-256-GCM: nonce, text, tag
            PRIMARY KEY (stream, day, token)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE vault_identities ( -- who or what records of hearth.db are about
            subject BLOB NOT NULL PRIMARY KEY CHECK (length(subject) = 16), -- id of the person, device or token
            key INTEGER NOT NULL, -- vault_keys.id
            sealed BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE vault_fields ( -- how values lie in the readings of a stream
            stream TEXT NOT NULL,
            field TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('sealing', 'sealed', 'opening')),
            PRIMARY KEY (stream, field)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE vault_progress ( -- how far rewriting of readings is
            stream TEXT NOT NULL,
            person BLOB NOT NULL CHECK (length(person) = 16),
            position TEXT, -- of the last rewritten reading; NULL: at the end
            PRIMARY KEY (stream, person)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE vault_erasures ( -- people who are being erased
            person BLOB NOT NULL PRIMARY KEY CHECK (length(person) = 16)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE vault_probe ( -- written by health checks
            id INTEGER PRIMARY KEY CHECK (id = 1),
            times INTEGER NOT NULL
        ) STRICT;
        INSERT INTO vault_probe (id, times) VALUES (1, 0);
        """

    private static let audit = """
        CREATE TABLE audit_records ( -- who saw what tokens stand for, in a chain
            sequence INTEGER PRIMARY KEY, -- 1, 2, … without gaps
            at INTEGER NOT NULL,
            body TEXT NOT NULL CHECK (json_valid(body)),
            hash BLOB NOT NULL -- over this record and the hash before
        ) STRICT;

        CREATE TABLE audit_anchors ( -- where the chain goes on after old records were dropped
            sequence INTEGER PRIMARY KEY, -- of the last one dropped
            at INTEGER NOT NULL,
            hash BLOB NOT NULL,
            seal BLOB NOT NULL -- over this anchor and the seal before
        ) STRICT;
        """
}
