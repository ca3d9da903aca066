/// The tables of the readings' part that are the same in every household. The tables of the streams themselves are made
/// from their definitions by `install`. Steps are only ever appended.
package enum ReadingTables {
    package static let migrator = PostgresMigrator(
        part: "readings",
        [
            PostgresMigration("readings", readings),
            PostgresMigration("processing", ProcessingTables.tables),
            PostgresMigration("spool", SpoolTables.tables),
        ])

    private static let readings = """
        CREATE TABLE hearth_person_numbers (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            uuid uuid NOT NULL UNIQUE
        );
        COMMENT ON TABLE hearth_person_numbers IS
            'Numbers for people, so that a row of a stream holds four bytes instead of sixteen';

        CREATE TABLE hearth_device_numbers (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            uuid uuid NOT NULL UNIQUE
        );
        COMMENT ON TABLE hearth_device_numbers IS 'Numbers for devices';

        CREATE FUNCTION hearth_person_number() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $body$
            SELECT id FROM hearth_person_numbers WHERE uuid = nullif(current_setting('hearth.person_id', true), '')::uuid
        $body$;
        COMMENT ON FUNCTION hearth_person_number IS
            'The number of the person on whose behalf the transaction runs, for policies: person_id = (SELECT hearth_person_number())';

        CREATE TABLE hearth_streams (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            table_name text COLLATE "C" NOT NULL UNIQUE,
            period bigint NOT NULL CHECK (period > 0),
            last_seq bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 50);
        COMMENT ON TABLE hearth_streams IS 'One row per stream that has a table';
        COMMENT ON COLUMN hearth_streams.period IS 'Microseconds of time in each partition';
        COMMENT ON COLUMN hearth_streams.last_seq IS
            'The highest seq ever given. Whoever stores readings updates it first and so holds the row until its commit: seq is the order of commits';

        CREATE TABLE hearth_definitions (
            stream integer NOT NULL REFERENCES hearth_streams (id),
            generation integer NOT NULL,
            source text NOT NULL,
            PRIMARY KEY (stream, generation)
        );
        COMMENT ON TABLE hearth_definitions IS 'Every definition a stream ever had here, as JSON';

        CREATE TABLE hearth_partitions (
            stream integer NOT NULL REFERENCES hearth_streams (id),
            start bigint NOT NULL,
            table_name text COLLATE "C" NOT NULL UNIQUE,
            PRIMARY KEY (stream, start)
        );
        COMMENT ON TABLE hearth_partitions IS 'The partitions of streams, by the first microsecond of their period';

        CREATE TABLE hearth_counters (
            stream integer NOT NULL REFERENCES hearth_streams (id),
            device_id integer NOT NULL REFERENCES hearth_device_numbers (id),
            person_id integer NOT NULL REFERENCES hearth_person_numbers (id),
            period_start bigint NOT NULL,
            readings bigint NOT NULL CHECK (readings > 0),
            named bigint NOT NULL,
            first_ts bigint NOT NULL,
            last_ts bigint NOT NULL,
            last_received bigint NOT NULL,
            last_seq bigint NOT NULL,
            PRIMARY KEY (stream, device_id, person_id, period_start)
        ) WITH (fillfactor = 50);
        COMMENT ON TABLE hearth_counters IS
            'What each device has in each partition of each stream, kept up to date by every transaction';
        COMMENT ON COLUMN hearth_counters.named IS 'Readings that their clients named';
        COMMENT ON COLUMN hearth_counters.last_seq IS 'At least the highest seq inside';

        CREATE TABLE hearth_client_keys (
            stream integer NOT NULL,
            device_id integer NOT NULL,
            digest bigint NOT NULL,
            ts bigint NOT NULL,
            person_id integer NOT NULL,
            PRIMARY KEY (stream, device_id, digest)
        );
        CREATE INDEX hearth_client_keys_by_time ON hearth_client_keys (stream, ts);
        COMMENT ON TABLE hearth_client_keys IS
            'Readings that their clients named: one per name, whatever its time';
        """
}
