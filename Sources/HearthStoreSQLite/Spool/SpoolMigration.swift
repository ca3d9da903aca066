/// The tables of the spool in `streams.db`, beside the readings, so that one transaction holds both.
enum SpoolMigration {
    static let tables = """
        CREATE TABLE hearth_ingestion_manifest ( -- one row per opening of the spool's gate
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tag TEXT NOT NULL UNIQUE, -- names the batch and its folders, sorts by time
            opened INTEGER NOT NULL, -- microseconds since 1970, as every time
            finished INTEGER -- null: under way
        ) STRICT;
        CREATE INDEX hearth_ingestion_manifest_unfinished ON hearth_ingestion_manifest (tag) WHERE finished IS NULL;

        CREATE TABLE hearth_ingestion_files ( -- the segments of each batch
            batch INTEGER NOT NULL REFERENCES hearth_ingestion_manifest (id),
            number INTEGER NOT NULL, -- 0, 1, … in the order in which they are taken in
            name TEXT NOT NULL, -- as it was called in incoming/
            size INTEGER NOT NULL, -- bytes on disk when it was taken in
            sha256 TEXT, -- of these bytes, null before its turn came
            next_offset INTEGER NOT NULL DEFAULT 0, -- bytes before the frame to go on with, after decompression
            next_frame INTEGER NOT NULL DEFAULT 0, -- frames before it
            next_reading INTEGER NOT NULL DEFAULT 0, -- readings of that frame that are done
            accepted INTEGER NOT NULL DEFAULT 0,
            duplicates INTEGER NOT NULL DEFAULT 0,
            rejected INTEGER NOT NULL DEFAULT 0,
            listed INTEGER NOT NULL DEFAULT 0, -- of the rejected ones, how many are listed
            outcome TEXT CHECK (outcome IN ('stored', 'failed', 'withdrawn')), -- null: not all of it was worked yet
            code TEXT, -- why it failed
            message TEXT,
            PRIMARY KEY (batch, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hearth_ingestion_rejects ( -- readings and frames that were refused, the first of each file
            batch INTEGER NOT NULL,
            number INTEGER NOT NULL, -- of the file
            ordinal INTEGER NOT NULL,
            frame INTEGER NOT NULL,
            frame_offset INTEGER NOT NULL, -- bytes before the frame, after decompression
            reading INTEGER, -- null: the frame as a whole
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            PRIMARY KEY (batch, number, ordinal)
        ) STRICT, WITHOUT ROWID;
        """
}
