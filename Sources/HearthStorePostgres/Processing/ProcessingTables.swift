/// The tables for processors, beside the readings, so that one transaction holds both.
enum ProcessingTables {
    static let tables = """
        CREATE TABLE hearth_processors (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            holder uuid,
            expires bigint NOT NULL DEFAULT 0,
            fence bigint NOT NULL DEFAULT 0,
            run_number bigint NOT NULL DEFAULT 0,
            run_from bigint,
            run_requested bigint,
            run_stream text COLLATE "C",
            run_person uuid,
            run_position text,
            run_worked bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 50);
        COMMENT ON TABLE hearth_processors IS 'One row per processor that ever ran here';
        COMMENT ON COLUMN hearth_processors.holder IS 'The worker that has the lease';
        COMMENT ON COLUMN hearth_processors.expires IS
            'When the lease runs out, microseconds since 1970, as every time';
        COMMENT ON COLUMN hearth_processors.fence IS 'Grows with each change of hands';
        COMMENT ON COLUMN hearth_processors.run_number IS 'Grows with each run that is asked for';
        COMMENT ON COLUMN hearth_processors.run_from IS 'The run under way, null when there is none';
        COMMENT ON COLUMN hearth_processors.run_stream IS 'How far it is: everything before this place is done';

        CREATE TABLE hearth_cursors (
            processor integer NOT NULL REFERENCES hearth_processors (id),
            stream integer NOT NULL REFERENCES hearth_streams (id),
            cursor text NOT NULL,
            PRIMARY KEY (processor, stream)
        ) WITH (fillfactor = 50);
        COMMENT ON TABLE hearth_cursors IS 'How far each processor is in each of its input streams';

        CREATE TABLE hearth_derivations (
            source_stream integer NOT NULL,
            device_id integer NOT NULL,
            source_ts bigint NOT NULL,
            source_digest bigint NOT NULL,
            processor integer NOT NULL,
            output_stream integer NOT NULL,
            output_digest bigint NOT NULL,
            output_ts bigint NOT NULL,
            received bigint NOT NULL,
            fingerprint bigint NOT NULL,
            person_id integer NOT NULL,
            PRIMARY KEY (source_stream, device_id, source_ts, source_digest, processor, output_stream, output_digest)
        );
        CREATE INDEX hearth_derivations_by_output ON hearth_derivations (output_stream, output_ts);
        CREATE INDEX hearth_derivations_by_person ON hearth_derivations (person_id, device_id);
        COMMENT ON TABLE hearth_derivations IS
            'Which reading was made from which; both are of the same person and device';
        COMMENT ON COLUMN hearth_derivations.received IS 'When the output was made';
        COMMENT ON COLUMN hearth_derivations.fingerprint IS 'Of the output''s content';

        CREATE TABLE hearth_dead_letters (
            id uuid PRIMARY KEY,
            processor integer NOT NULL REFERENCES hearth_processors (id),
            stream integer NOT NULL REFERENCES hearth_streams (id),
            person_id integer NOT NULL,
            device_id integer NOT NULL,
            ts bigint NOT NULL,
            digest bigint NOT NULL,
            code text NOT NULL,
            message text NOT NULL,
            attempts bigint NOT NULL,
            first_failed bigint NOT NULL,
            last_failed bigint NOT NULL,
            replay boolean NOT NULL DEFAULT false,
            UNIQUE (processor, stream, device_id, ts, digest)
        );
        CREATE INDEX hearth_dead_letters_by_processor ON hearth_dead_letters (processor, replay, id);
        COMMENT ON TABLE hearth_dead_letters IS 'Readings that a processor could not work';
        COMMENT ON COLUMN hearth_dead_letters.replay IS 'Somebody asked for another try';
        """
}
