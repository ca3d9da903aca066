import GRDB

/// The tables of `streams.db` that are the same in every household. The tables of the streams themselves are made from
/// their definitions by `install`. Migrations are only ever appended.
enum ReadingMigrations {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("readings") { db in
            try db.execute(sql: readings)
        }
        migrator.registerMigration("processing") { db in
            try db.execute(sql: ProcessingMigration.tables)
        }
        migrator.registerMigration("spool") { db in
            try db.execute(sql: SpoolMigration.tables)
        }
        return migrator
    }

    private static let readings = """
        CREATE TABLE hearth_people ( -- numbers for people, so that a row of a stream holds one byte instead of sixteen
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16)
        ) STRICT;

        CREATE TABLE hearth_devices ( -- numbers for devices
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16)
        ) STRICT;

        CREATE TABLE hearth_streams ( -- one row per stream that has a table
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            table_name TEXT NOT NULL UNIQUE,
            last_seq INTEGER NOT NULL DEFAULT 0 -- the highest seq ever given; none is given twice
        ) STRICT;

        CREATE TABLE hearth_definitions ( -- every definition a stream ever had here, oldest first
            stream INTEGER NOT NULL REFERENCES hearth_streams (id),
            generation INTEGER NOT NULL, -- 1, 2, …
            source TEXT NOT NULL, -- the definition file as JSON
            PRIMARY KEY (stream, generation)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hearth_counters ( -- what each device has in each stream, kept up to date by every transaction
            stream INTEGER NOT NULL REFERENCES hearth_streams (id),
            person INTEGER NOT NULL REFERENCES hearth_people (id),
            device INTEGER NOT NULL REFERENCES hearth_devices (id),
            readings INTEGER NOT NULL CHECK (readings > 0),
            first_ts INTEGER NOT NULL, -- microseconds since 1970, as every ts
            last_ts INTEGER NOT NULL,
            last_received INTEGER NOT NULL,
            PRIMARY KEY (stream, person, device)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hearth_client_keys ( -- readings that their clients named: one per name, whatever its time
            stream INTEGER NOT NULL,
            device INTEGER NOT NULL,
            digest INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            person INTEGER NOT NULL,
            PRIMARY KEY (stream, device, digest)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hearth_chunks ( -- readings of one device compressed by column; no two of a device overlap in time
            id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice, so that caches need no invalidation
            stream INTEGER NOT NULL,
            device INTEGER NOT NULL,
            person INTEGER NOT NULL,
            first_ts INTEGER NOT NULL,
            last_ts INTEGER NOT NULL,
            first_seq INTEGER NOT NULL, -- the lowest seq inside, not that of the first reading
            last_seq INTEGER NOT NULL,
            readings INTEGER NOT NULL CHECK (readings > 0),
            first_received INTEGER NOT NULL, -- the earliest inside
            last_received INTEGER NOT NULL,
            generation INTEGER NOT NULL, -- the definition whose columns it has
            encoding INTEGER NOT NULL, -- version of the format of data
            data BLOB NOT NULL
        ) STRICT;
        CREATE INDEX hearth_chunks_by_time ON hearth_chunks (stream, device, person, last_ts, first_ts);
        CREATE INDEX hearth_chunks_by_seq ON hearth_chunks (stream, first_seq, last_seq);

        CREATE TABLE hearth_probe ( -- written by health checks
            id INTEGER PRIMARY KEY CHECK (id = 1),
            times INTEGER NOT NULL
        ) STRICT;
        INSERT INTO hearth_probe (id, times) VALUES (1, 0);
        """
}
