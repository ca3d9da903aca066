import HearthCore
import HearthSchema
import HearthStore

/// Makes partitions of streams before rows need them.
struct Partitions {
    let pool: PostgresPool
    let memory: WriterMemory

    /// Makes what is missing, and the period after the newest, so that nobody waits at midnight.
    ///
    /// A table is made alone and attached then: that lets reads and writes of the stream go on, which `PARTITION OF`
    /// would stop.
    func make(_ starts: Set<Int64>, of table: StreamTable) async throws {
        let known = try await pool.write { connection in
            // The same row as every commit of the stream: two nodes make no partition twice, and none is dropped meanwhile.
            try connection.execute(
                "SELECT id FROM hearth_streams WHERE id = $1 FOR NO KEY UPDATE", [.int4(table.stream)])
            let rows = try connection.execute(
                "SELECT start FROM hearth_partitions WHERE stream = $1", [.int4(table.stream)])
            var known = Set(try rows.map { try $0.int64(0) })
            var wanted = starts
            if let last = starts.max(), last >= known.max() ?? .min { wanted.insert(last + table.period) }
            for start in wanted.subtracting(known).sorted() {
                try make(start, of: table, connection)
                known.insert(start)
            }
            return known
        }
        memory.remember(partitions: known, of: table.stream)
    }

    private func make(_ start: Int64, of table: StreamTable, _ connection: PostgresConnection) throws {
        let name = StreamTable.partition(of: table.definition.table, from: start)
        let partition = StreamTable.quoted(name)
        let end = start + table.period
        // The check spares the attaching a look at the rows, and is not needed any more afterwards.
        try connection.script(
            """
            CREATE TABLE \(partition) (LIKE \(table.table) INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
            ALTER TABLE \(partition) ADD CONSTRAINT hearth_period CHECK (ts >= \(start) AND ts < \(end));
            ALTER TABLE \(table.table) ATTACH PARTITION \(partition) FOR VALUES FROM (\(start)) TO (\(end));
            ALTER TABLE \(partition) DROP CONSTRAINT hearth_period;
            """)
        try connection.execute(
            "INSERT INTO hearth_partitions (stream, start, table_name) VALUES ($1, $2, $3)",
            [.int4(table.stream), .int8(start), .text(name)])
    }
}
