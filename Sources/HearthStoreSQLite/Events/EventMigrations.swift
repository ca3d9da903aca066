import GRDB

/// The tables of `events.db`. Migrations are only ever appended.
enum EventMigrations {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("outbox") { db in
            try db.execute(sql: outbox)
        }
        return migrator
    }

    private static let outbox = """
        CREATE TABLE events ( -- what happened and somebody wants to hear of
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), -- a UUID; the idempotency key of its deliveries
            kind TEXT NOT NULL,
            key TEXT NOT NULL UNIQUE, -- names what it tells of, so that telling it twice is telling it once
            ordering TEXT, -- events with the same text reach a target one after the other
            person BLOB CHECK (length(person) = 16), -- whose data it is about
            time INTEGER NOT NULL, -- microseconds since 1970, as every time
            data TEXT NOT NULL CHECK (json_valid(data))
        ) STRICT;
        CREATE INDEX events_by_time ON events (time);
        CREATE INDEX events_by_person ON events (person) WHERE person IS NOT NULL;

        CREATE TABLE deliveries ( -- one event on its way to one target
            number INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order in which they were made
            event INTEGER NOT NULL REFERENCES events (number) ON DELETE CASCADE,
            target TEXT NOT NULL, -- its name in the settings
            ordering TEXT, -- of the event
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
            attempts INTEGER NOT NULL DEFAULT 0,
            since INTEGER NOT NULL, -- when it was made or asked for again
            due INTEGER NOT NULL, -- not tried before; while it is claimed, when the claim runs out
            holder BLOB, -- who claimed it
            tried INTEGER, -- last
            code TEXT, -- why the last try failed
            message TEXT,
            UNIQUE (event, target)
        ) STRICT;
        CREATE INDEX deliveries_pending ON deliveries (target, due) WHERE state = 'pending';
        CREATE INDEX deliveries_in_order ON deliveries (target, ordering, number)
            WHERE state = 'pending' AND ordering IS NOT NULL;
        CREATE INDEX deliveries_by_state ON deliveries (target, state, number);

        CREATE TABLE marks ( -- how far each source of events has told what it knows
            source TEXT NOT NULL PRIMARY KEY,
            place TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE probe ( -- written by health checks
            id INTEGER PRIMARY KEY CHECK (id = 1),
            times INTEGER NOT NULL
        ) STRICT;
        INSERT INTO probe (id, times) VALUES (1, 0);
        """
}
