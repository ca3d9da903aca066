import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthVault
import OrderedCollections

/// What tokens cost: the same batches into the store alone and through the vault, of a stream without private fields and of
/// one with three, and the way back.
enum VaultBench {
    private static let rows = 1000
    private static let transactions = 100
    private static let page = 1000

    static func run(home: String) async throws -> JSONValue {
        let household = try await Household(home: home, deviceCount: 4)
        let ring = KeyRing(key: [UInt8](repeating: 1, count: KeyRing.keyByteCount))
        let file = try await SQLiteVaultStore.open(path: home + "/vault.db")
        let audit = AuditLog(store: file, chain: AuditChain(ring: ring), time: SystemTime())
        let vault = try await TokenVault.open(
            store: file, audit: audit, folder: VaultKeyFolder(home: home), time: SystemTime())
        let tokenised = VaultedReadingStore(base: household.store, vault: vault)
        try await tokenised.install(household.registry.all)

        let (plain, secret) = (try household.stream("accelerometer"), try household.stream("wifi"))
        let start = SystemTime().now() - .seconds(86_400)
        var next = 0
        func batches(_ stream: StreamDefinition) -> [ReadingBatch] {
            (0..<transactions).map { _ in
                defer { next += rows }
                return batch(of: stream, from: next, household, start)
            }
        }
        var result: OrderedDictionary<String, JSONValue> = [
            "rows": .integer(Int64(rows)), "transactions": .integer(Int64(transactions)),
        ]
        // Alternating, so that a machine that gets slower or faster meets all of them.
        let cases: [(name: String, stream: StreamDefinition, store: any ReadingStore)] = [
            ("plain_store", plain, household.store), ("plain_vault", plain, tokenised),
            ("private_store", secret, household.store), ("private_vault", secret, tokenised),
        ]
        var seconds = [Double](repeating: 0, count: cases.count)
        let prepared = cases.map { batches($0.stream) }
        for transaction in 0..<transactions {
            for (index, one) in cases.enumerated() {
                let batch = prepared[index][transaction]
                seconds[index] += try await Stopwatch.seconds {
                    guard try await one.store.append([batch])[0].stored == rows else {
                        throw HearthError(.storageFailed, "Rows went missing.")
                    }
                }
            }
        }
        for (index, one) in cases.enumerated() {
            result["\(one.name)_rows_per_second"] = .real(Double(rows * transactions) / seconds[index])
        }
        // What stands in clear, because the store was written past the vault, stays as it is and is not opened.
        let opened = tokenised.opened(for: VaultAccess(role: "owner", purpose: "measuring"))
        let query = ReadingQuery(stream: secret, person: household.principal.person, order: .newestFirst)
        for (name, store) in [("tokens", tokenised as any ReadingStore), ("values", opened)] {
            var position: ReadingPosition?
            var count = 0
            let time = try await Stopwatch.seconds {
                repeat {
                    let found = try await store.page(query, after: position, limit: page)
                    count += found.count
                    position = found.count == page ? found.heads.last.map { ReadingPosition($0) } : nil
                } while position != nil
            }
            result["read_\(name)_rows_per_second"] = .real(Double(count) / time)
        }
        let counts = try await file.counts()
        result["entries"] = .integer(Int64(counts.entries))
        result["vault_bytes"] = .integer(Int64(counts.bytes))
        try await tokenised.close()
        return .object(result)
    }

    private static func batch(
        of stream: StreamDefinition, from first: Int, _ household: Household, _ start: Timestamp
    ) -> ReadingBatch {
        var batch = ReadingBatch(stream: stream, minimumCapacity: rows)
        for number in first..<first + rows {
            batch.heads.append(
                ReadingHead(
                    person: household.principal.person, device: household.devices[number % household.devices.count],
                    timestamp: start + .milliseconds(number * 10 / household.devices.count), received: start))
            for field in stream.fields {
                // A home has some networks; an address belongs to a reading.
                switch (field.type, field.isJoined) {
                case (.real, _): batch.cells.append(.real(Double(number % 97) / 8))
                case (.integer, _): batch.cells.append(.integer(Int64(number % 11)))
                case (.boolean, _): batch.cells.append(.integer(Int64(number % 2)))
                case (.text, true): batch.cells.append(batch.textCell("network \(number % 20)"))
                case (.text, false): batch.cells.append(batch.textCell("192.168.1.\(number % 250)"))
                case (.json, _): batch.cells.append(.null)
                }
            }
            if stream.allowsExtra { batch.cells.append(.null) }
        }
        household.digest.seal(&batch)
        return batch
    }
}
