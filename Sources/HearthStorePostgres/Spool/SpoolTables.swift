/// The tables of the spool, beside the readings, so that one transaction holds both.
enum SpoolTables {
    static let tables = """
        CREATE TABLE hearth_ingestion_manifest (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            tag text COLLATE "C" NOT NULL UNIQUE,
            opened bigint NOT NULL,
            finished bigint
        );
        CREATE INDEX hearth_ingestion_manifest_unfinished ON hearth_ingestion_manifest (tag) WHERE finished IS NULL;
        COMMENT ON TABLE hearth_ingestion_manifest IS 'One row per opening of the spool''s gate';
        COMMENT ON COLUMN hearth_ingestion_manifest.tag IS 'Names the batch and its folders, sorts by time';
        COMMENT ON COLUMN hearth_ingestion_manifest.opened IS 'Microseconds since 1970, as every time';
        COMMENT ON COLUMN hearth_ingestion_manifest.finished IS 'Null: under way';

        CREATE TABLE hearth_ingestion_files (
            batch bigint NOT NULL REFERENCES hearth_ingestion_manifest (id) ON DELETE CASCADE,
            number bigint NOT NULL,
            name text NOT NULL,
            size bigint NOT NULL,
            sha256 text,
            next_offset bigint NOT NULL DEFAULT 0,
            next_frame bigint NOT NULL DEFAULT 0,
            next_reading bigint NOT NULL DEFAULT 0,
            accepted bigint NOT NULL DEFAULT 0,
            duplicates bigint NOT NULL DEFAULT 0,
            rejected bigint NOT NULL DEFAULT 0,
            listed bigint NOT NULL DEFAULT 0,
            outcome text CHECK (outcome IN ('stored', 'failed', 'withdrawn')),
            code text,
            message text,
            PRIMARY KEY (batch, number)
        ) WITH (fillfactor = 70);
        COMMENT ON TABLE hearth_ingestion_files IS 'The segments of each batch';
        COMMENT ON COLUMN hearth_ingestion_files.number IS '0, 1, … in the order in which they are taken in';
        COMMENT ON COLUMN hearth_ingestion_files.size IS 'Bytes on disk when it was taken in';
        COMMENT ON COLUMN hearth_ingestion_files.sha256 IS 'Of these bytes, null before its turn came';
        COMMENT ON COLUMN hearth_ingestion_files.next_offset IS
            'Bytes before the frame to go on with, after decompression';
        COMMENT ON COLUMN hearth_ingestion_files.listed IS 'Of the rejected ones, how many are listed';
        COMMENT ON COLUMN hearth_ingestion_files.outcome IS 'Null: not all of it was worked yet';

        CREATE TABLE hearth_ingestion_rejects (
            batch bigint NOT NULL,
            number bigint NOT NULL,
            ordinal bigint NOT NULL,
            frame bigint NOT NULL,
            frame_offset bigint NOT NULL,
            reading bigint,
            code text NOT NULL,
            message text NOT NULL,
            PRIMARY KEY (batch, number, ordinal),
            FOREIGN KEY (batch, number) REFERENCES hearth_ingestion_files (batch, number) ON DELETE CASCADE
        );
        COMMENT ON TABLE hearth_ingestion_rejects IS
            'Readings and frames that were refused, the first of each file';
        COMMENT ON COLUMN hearth_ingestion_rejects.reading IS 'Null: the frame as a whole';
        """
}
