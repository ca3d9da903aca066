import GRDB

/// The tables of `hearth.db`. Migrations are only ever appended.
enum CatalogueMigrations {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("household") { db in
            try db.execute(sql: household)
        }
        migrator.registerMigration("sessions") { db in
            try db.execute(sql: sessions)
        }
        return migrator
    }

    private static let household = """
        CREATE TABLE people ( -- whose data is kept
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), -- a UUID, as every id
            name TEXT NOT NULL,
            time_zone TEXT NOT NULL, -- IANA name; days begin and end by it
            created_at INTEGER NOT NULL -- microseconds since 1970, as every time
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE devices ( -- what sends readings
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            person BLOB NOT NULL CHECK (length(person) = 16),
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            platform TEXT,
            metadata TEXT NOT NULL CHECK (json_valid(metadata)), -- what else the client says of it
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER -- its readings stay
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX devices_by_person ON devices (person);

        CREATE TABLE tokens ( -- keys to the API, never the keys themselves
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            hash BLOB NOT NULL UNIQUE, -- keyed hash of the token
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            person BLOB NOT NULL CHECK (length(person) = 16),
            device BLOB CHECK (length(device) = 16),
            streams TEXT CHECK (streams IS NULL OR json_valid(streams)), -- names it may use; NULL: all that the role may
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE answers ( -- given to requests with an Idempotency-Key
            principal BLOB NOT NULL CHECK (length(principal) = 16),
            key TEXT NOT NULL,
            fingerprint BLOB NOT NULL, -- of the request, so that another one with the same key is noticed
            status INTEGER NOT NULL,
            content_type TEXT NOT NULL,
            body BLOB NOT NULL,
            kept_at INTEGER NOT NULL,
            PRIMARY KEY (principal, key)
        ) STRICT;
        CREATE INDEX answers_by_time ON answers (kept_at);

        CREATE TABLE settings ( -- small facts of the household
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE probe ( -- written by health checks
            id INTEGER PRIMARY KEY CHECK (id = 1),
            times INTEGER NOT NULL
        ) STRICT;
        INSERT INTO probe (id, times) VALUES (1, 0);
        """

    private static let sessions = """
        ALTER TABLE tokens ADD COLUMN
            parent /* of a browser's session: hash of the token that it was let in with */ BLOB;
        """
}
