PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('household');
INSERT INTO grdb_migrations VALUES('sessions');
CREATE TABLE people ( -- whose data is kept
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), -- a UUID, as every id
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL, -- IANA name; days begin and end by it
    created_at INTEGER NOT NULL -- microseconds since 1970, as every time
) STRICT, WITHOUT ROWID;
INSERT INTO people VALUES(X'00000000000070008000000000000000','Ada','Europe/Berlin',1742979600000000);
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
INSERT INTO devices VALUES(X'00000000000070008000000000000000',X'00000000000070008000000000000000','Phone','phone',NULL,'{"model":"X"}',1742979600000000,1742979600000000,NULL);
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
, parent /* of a browser's session: hash of the token that it was let in with */ BLOB) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES(X'00000000000070008000000000000000',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f','Phone','device',X'00000000000070008000000000000000',X'00000000000070008000000000000000','["gps"]',1742979600000000,NULL,NULL,NULL);
INSERT INTO tokens VALUES(X'00000000000070008000000000000005',X'0202030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20','Browser','owner',X'00000000000070008000000000000000',NULL,NULL,1742979600000000,NULL,NULL,X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
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
INSERT INTO answers VALUES(X'00000000000070008000000000000000','k',X'01',201,'application/json',X'7b7d',1742979600000000);
CREATE TABLE settings ( -- small facts of the household
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES('theme','dark');
CREATE TABLE probe ( -- written by health checks
    id INTEGER PRIMARY KEY CHECK (id = 1),
    times INTEGER NOT NULL
) STRICT;
INSERT INTO probe VALUES(1,0);
CREATE INDEX devices_by_person ON devices (person);
CREATE INDEX answers_by_time ON answers (kept_at);
COMMIT;
