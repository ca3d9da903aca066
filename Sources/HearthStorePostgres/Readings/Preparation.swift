import HearthCore
import HearthSchema
import HearthStore

extension PostgresReadingStore {
    /// How often a call is tried again after other nodes changed what this one remembered.
    private static let staleAttempts = 4

    /// Runs a transaction that stores these batches, with the numbers and partitions they need made before it, so that
    /// the transaction itself takes no lock but those of its streams.
    /// - Parameter owners: Further people and devices whose numbers are needed.
    func storing<Value: Sendable>(
        _ batches: [(batch: ReadingBatch, table: StreamTable)], owners: [(person: UniqueID, device: UniqueID)] = [],
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                try await prepare(batches, owners)
                return try await pool.write { connection in
                    do {
                        return try body(connection)
                    } catch let error as PostgresError {
                        throw StaleMemory(error) ?? error as any Error
                    }
                }
            } catch let error as StaleMemory {
                memory.forget()
                guard attempt < Self.staleAttempts else { throw HearthError(postgres: error.cause) }
                attempt += 1
            }
        }
    }

    private func prepare(
        _ batches: [(batch: ReadingBatch, table: StreamTable)], _ owners: [(person: UniqueID, device: UniqueID)]
    ) async throws {
        var people = Set(owners.lazy.map(\.person).filter { self.memory.person($0) == nil })
        var devices = Set(owners.lazy.map(\.device).filter { self.memory.device($0) == nil })
        var periods: [Int32: (table: StreamTable, starts: Set<Int64>)] = [:]
        for (batch, table) in batches {
            var owner: (person: UniqueID, device: UniqueID)?
            var span: Range<Int64> = 0..<0
            for head in batch.heads {
                if owner?.person != head.person || owner?.device != head.device {
                    owner = (head.person, head.device)
                    if memory.person(head.person) == nil { people.insert(head.person) }
                    if memory.device(head.device) == nil { devices.insert(head.device) }
                }
                let time = head.timestamp.microseconds
                if !span.contains(time) {
                    let start = table.periodStart(time)
                    span = start..<start + table.period
                    if !memory.hasPartition(start, of: table.stream) {
                        periods[table.stream, default: (table, [])].starts.insert(start)
                    }
                }
            }
        }
        if !people.isEmpty || !devices.isEmpty { try await number(people, devices) }
        for (table, starts) in periods.values {
            try await Partitions(pool: pool, memory: memory).make(starts, of: table)
        }
    }

    private func number(_ people: Set<UniqueID>, _ devices: Set<UniqueID>) async throws {
        let (people, devices) = (people.sorted(), devices.sorted())
        let numbers = try await pool.write { connection in
            (
                try Self.numbers(of: people, in: "hearth_person_numbers", connection),
                try Self.numbers(of: devices, in: "hearth_device_numbers", connection)
            )
        }
        memory.remember(people: numbers.0, devices: numbers.1)
    }

    private static func numbers(
        of ids: [UniqueID], in table: String, _ connection: PostgresConnection
    ) throws -> [UniqueID: Int32] {
        if ids.isEmpty { return [:] }
        try connection.execute(
            "INSERT INTO \(table) (uuid) SELECT unnest($1) ON CONFLICT (uuid) DO NOTHING", [.uuids(ids)])
        let rows = try connection.execute("SELECT uuid, id FROM \(table) WHERE uuid = ANY($1)", [.uuids(ids)])
        var numbers: [UniqueID: Int32] = [:]
        for row in 0..<rows.count { numbers[try rows[row].id(0)] = try rows[row].int32(1) }
        return numbers
    }
}
