/// The tables for processors in `streams.db`, beside the readings, so that one transaction holds both.
enum ProcessingMigration {
    static let tables = """
        CREATE TABLE hearth_processors ( -- one row per processor that ever ran here
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            holder BLOB CHECK (length(holder) = 16), -- the worker that has the lease
            expires INTEGER NOT NULL DEFAULT 0, -- when the lease runs out, microseconds since 1970, as every time
            fence INTEGER NOT NULL DEFAULT 0, -- grows with each change of hands
            run_number INTEGER NOT NULL DEFAULT 0, -- grows with each run that is asked for
            run_from INTEGER, -- the run under way, null when there is none
            run_requested INTEGER,
            run_stream TEXT, -- how far it is: everything before this place is done
            run_person BLOB CHECK (length(run_person) = 16),
            run_position TEXT,
            run_worked INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE hearth_cursors ( -- how far each processor is in each of its input streams
            processor INTEGER NOT NULL REFERENCES hearth_processors (id),
            stream INTEGER NOT NULL REFERENCES hearth_streams (id),
            cursor TEXT NOT NULL,
            PRIMARY KEY (processor, stream)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE hearth_derivations ( -- which reading was made from which; both are of the same person and device
            source_stream INTEGER NOT NULL,
            device INTEGER NOT NULL,
            source_ts INTEGER NOT NULL,
            source_digest INTEGER NOT NULL,
            processor INTEGER NOT NULL,
            output_stream INTEGER NOT NULL,
            output_digest INTEGER NOT NULL,
            output_ts INTEGER NOT NULL,
            received INTEGER NOT NULL, -- when the output was made
            fingerprint INTEGER NOT NULL, -- of the output's content
            person INTEGER NOT NULL,
            PRIMARY KEY (source_stream, device, source_ts, source_digest, processor, output_stream, output_digest)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX hearth_derivations_by_output ON hearth_derivations (output_stream, output_ts);

        CREATE TABLE hearth_dead_letters ( -- readings that a processor could not work
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            processor INTEGER NOT NULL REFERENCES hearth_processors (id),
            stream INTEGER NOT NULL,
            person INTEGER NOT NULL,
            device INTEGER NOT NULL,
            ts INTEGER NOT NULL,
            digest INTEGER NOT NULL,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            first_failed INTEGER NOT NULL,
            last_failed INTEGER NOT NULL,
            replay INTEGER NOT NULL DEFAULT 0, -- 1: somebody asked for another try
            UNIQUE (processor, stream, device, ts, digest)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX hearth_dead_letters_by_processor ON hearth_dead_letters (processor, replay, id);
        """
}
