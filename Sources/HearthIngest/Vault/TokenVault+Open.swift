import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Synchronization

/// What was opened of a batch.
struct Opening: Sendable {
    var fields: Set<String> = []
    var tokens = 0
    var missing = 0

    mutating func add(_ other: Opening) {
        fields.formUnion(other.fields)
        tokens += other.tokens
        missing += other.missing
    }
}

extension TokenVault {
    /// A cell that holds, or may hold, a token.
    struct Held {
        var row: Int
        var column: Int
        var token: VaultToken
        var entry: VaultEntry?
    }

    /// The tokens of a batch with what the vault has for them.
    func held(in batch: ReadingBatch, _ states: [Int: VaultField.State]) async throws -> [Held] {
        var held: [Held] = []
        for column in states.keys.sorted() {
            for row in 0..<batch.count {
                if let token = batch.token(row, column) { held.append(Held(row: row, column: column, token: token)) }
            }
        }
        if held.isEmpty { return [] }
        // Many readings share the tokens of joined fields.
        var places: [VaultPlace] = []
        var numbers: [VaultPlace: Int] = [:]
        let indexes = held.map { cell -> Int in
            let day = cell.token.isJoined ? VaultPlace.joinedDay : batch.heads[cell.row].timestamp.day
            let place = VaultPlace(stream: batch.stream.name, day: day, token: cell.token.bits)
            if let known = numbers[place] { return known }
            if cell.token.isJoined { numbers[place] = places.count }
            places.append(place)
            return places.count - 1
        }
        let entries = try await store.entries(at: places)
        for index in held.indices { held[index].entry = entries[indexes[index]] }
        return held
    }

    /// The value behind a token; nil when its key was forgotten.
    func value(of cell: Held, in stream: StreamDefinition) throws -> [UInt8]? {
        guard let entry = cell.entry, let key = key(entry.key) else { return nil }
        return try key.key.open(
            entry.sealed, label: Self.label(stream.name, stream.fields[cell.column].name, cell.token))
    }

    /// Puts values in place of tokens. The caller writes the record of it before anybody sees them.
    func unseal(_ batch: inout ReadingBatch) async throws -> Opening {
        let states = states(of: batch.stream)
        var opening = Opening()
        if states.isEmpty || batch.isEmpty { return opening }
        var values: [VaultPlace: [UInt8]] = [:]
        for cell in try await held(in: batch, states) {
            let shared = cell.token.isJoined ? cell.entry?.place : nil
            if let value = try shared.flatMap({ values[$0] }) ?? value(of: cell, in: batch.stream) {
                if let shared { values[shared] = value }
                batch[cell.row, cell.column] = try PrivateValue.cell(of: value, in: &batch)
                opening.tokens += 1
            } else if states[cell.column] == .sealed {
                batch[cell.row, cell.column] = .null
                opening.missing += 1
            } else {
                continue
            }
            opening.fields.insert(batch.stream.fields[cell.column].name)
        }
        let seen = opening
        state.withLock { state in
            state.statistics.opened += seen.tokens
            state.statistics.missing += seen.missing
        }
        return opening
    }

    /// Puts tokens as people see them where the readings hold them, and nothing where a value was not rewritten yet.
    func mask(_ batch: inout ReadingBatch) async throws {
        let states = states(of: batch.stream)
        if states.isEmpty || batch.isEmpty { return }
        var unsettled: [Int: VaultField.State] = [:]
        for (column, state) in states {
            guard state == .sealed else {
                unsettled[column] = state
                continue
            }
            for row in 0..<batch.count {
                if let token = batch.token(row, column) { batch.show(token, row, column) }
            }
        }
        if unsettled.isEmpty { return }
        let held = try await held(in: batch, unsettled).filter { $0.entry != nil }
        for (column, state) in unsettled where state == .sealing {
            let known = Set(held.filter { $0.column == column }.map(\.row))
            for row in 0..<batch.count where !known.contains(row) { batch[row, column] = .null }
        }
        for cell in held { batch.show(cell.token, cell.row, cell.column) }
    }

    /// Writes down who saw what; on stable storage when the call returns.
    func record(_ opening: Opening, of person: UniqueID?, in stream: String, for access: VaultAccess) async throws {
        if opening.tokens + opening.missing == 0 { return }
        try await audit.record(
            .resolve(
                stream: stream, of: person, fields: opening.fields.sorted(), tokens: opening.tokens,
                missing: opening.missing),
            by: access)
    }
}
