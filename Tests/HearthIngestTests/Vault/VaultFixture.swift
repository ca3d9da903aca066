import Foundation
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthTesting
import HearthVault

/// A vault and a store of readings in memory, which outlive the programs that use them.
final class VaultFixture: Sendable {
    static let now = Timestamp(microseconds: 1_795_255_200_000_000)
    static let people = (1...2).map { UniqueID(high: 0x7000, low: 0x8000_0000_0000_0000 | UInt64($0)) }
    static let devices = (1...2).map { UniqueID(high: 0x7001, low: 0x8000_0000_0000_0000 | UInt64($0)) }
    static let digest = ReadingDigest(key: SipHash.Key(first: 1, second: 2))
    static let access = VaultAccess(role: "owner", purpose: "a test")

    let crashes = CrashPlan()
    let values: MemoryVaultStore
    let base: MemoryReadingStore
    let home: String
    let ring = KeyRing(key: [UInt8](repeating: 7, count: KeyRing.keyByteCount))
    private let folder: URL

    init() throws {
        values = MemoryVaultStore(crashes: crashes)
        base = MemoryReadingStore(crashes: crashes)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("hearth-vault-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        home = folder.path
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func log(_ limits: AuditLog.Limits = .init(), witness: AuditLog.Witness? = nil) -> AuditLog {
        AuditLog(
            store: values, chain: AuditChain(ring: ring), witness: witness, limits: limits,
            time: FixedTime(time: Self.now))
    }

    /// A program that starts now.
    func start(_ streams: [StreamDefinition]) async throws -> VaultedReadingStore {
        let vault = try await TokenVault.open(
            store: values, audit: log(), folder: VaultKeyFolder(home: home), time: FixedTime(time: Self.now))
        let store = VaultedReadingStore(base: base, vault: vault)
        try await store.install(streams)
        try await vault.resumeErasures(in: base)
        return store
    }

    /// Numbers, text and JSON; `name` is joined.
    static func visits(
        isPrivate: Bool = true, alsoPrivate: [String] = [], rate: String = "normal"
    ) throws -> StreamDefinition {
        let hidden = (isPrivate ? ["latitude", "floor", "name", "guests", "street"] : []) + alsoPrivate
        let list = hidden.map { "\"\($0)\"" }.joined(separator: ", ")
        let source = """
            {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://hearth.invalid/schemas/visits/1", "title": "Visits", "type": "object",
            "properties": {"latitude": {"type": "number"}, "floor": {"type": "integer"}, "name": {"type": "string"},
            "guests": {"type": "array"}, "street": {"type": "string"}, "loudness": {"type": "number"},
            "mood": {"type": "string"}},
            "required": ["latitude"], "additionalProperties": true,
            "x-hearth": {"stream": "visits", "version": 1, "table": "visits_raw", "rate": "\(rate)", "private": [\(list)],
            "joined": \(isPrivate ? "[\"name\"]" : "[]"), "indexed": ["name"]}}
            """
        return try StreamDefinition(JSONValue(parsing: source), file: "visits.json")
    }

    /// Reading `number`, the same in every run.
    static func batch(_ numbers: Range<Int>, _ stream: StreamDefinition, person: Int = 0) -> ReadingBatch {
        var batch = ReadingBatch(stream: stream)
        for number in numbers {
            let time = now - .seconds(100_000 - number * 700)
            batch.heads.append(
                ReadingHead(
                    person: people[person], device: devices[person], timestamp: time, received: time + .seconds(2)))
            batch.cells.append(.real(47.5 + Double(number) / 64))
            batch.cells.append(number % 5 == 4 ? .null : .integer(Int64(number % 3)))
            batch.cells.append(batch.textCell("Secret Café \(number % 2)"))
            batch.cells.append(number % 4 == 3 ? .null : batch.textCell("[\"Guest \(number)\",{\"tok\":1}]"))
            batch.cells.append(batch.textCell(number % 7 == 6 ? "" : "Secret Street"))
            batch.cells.append(.real(Double(number)))
            batch.cells.append(batch.textCell("mood \(number)"))
            batch.cells.append(.null)
        }
        digest.seal(&batch)
        return batch
    }

    static let secrets = ["Secret", "Guest"]

    /// Readings as text, one line each, oldest first.
    static func lines(_ batch: ReadingBatch) -> [String] {
        (0..<batch.count).map { row in
            let cells = batch.row(row).map { cell -> String in
                switch cell {
                case .null: "-"
                case .integer(let value): "\(value)"
                case .real(let value): "\(value)"
                case .text: batch.string(cell) ?? ""
                }
            }
            return "\(batch.heads[row].recordID) " + cells.joined(separator: " | ")
        }
    }

    static func lines(
        of stream: StreamDefinition, in store: any ReadingStore, person: Int = 0
    ) async throws -> [String] {
        let query = ReadingQuery(stream: stream, person: people[person], order: .oldestFirst)
        return lines(try await store.page(query, after: nil, limit: 100_000))
    }

    /// What the store of readings would tell a thief.
    func stored(_ stream: StreamDefinition, person: Int = 0) async throws -> ReadingBatch {
        let query = ReadingQuery(stream: stream, person: Self.people[person], order: .oldestFirst)
        return try await base.page(query, after: nil, limit: 100_000)
    }

    /// Private values that are stored in clear.
    func leaks(_ stream: StreamDefinition, person: Int = 0) async throws -> [String] {
        let batch = try await stored(stream, person: person)
        let clear = Self.lines(Self.batch(0..<max(batch.count, 200), stream, person: person)).joined()
        return Self.lines(batch).enumerated().flatMap { row, line -> [String] in
            var found = Self.secrets.filter { line.contains($0) }
            if case .real(let latitude) = batch[row, 0], clear.contains("\(latitude)") { found.append("\(latitude)") }
            if case .integer(let floor) = batch[row, 1], (0..<3).contains(floor) { found.append("\(floor)") }
            return found
        }
    }
}
