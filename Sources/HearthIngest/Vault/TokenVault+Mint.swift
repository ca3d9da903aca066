import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Synchronization

extension TokenVault {
    /// A value on its way into the vault, and the cell that it came from.
    struct Mint {
        var batch: Int
        var row: Int
        var column: Int
        var value: [UInt8]
        var attempt = 0
    }

    /// Attempts to find a token that no other value has; one in 2⁶¹ tries fails.
    private static let attempts = 8

    /// The same readings with tokens in place of private values, which are on stable storage when the call returns. Digests
    /// stay: they were made of the values.
    func tokenise(_ batches: [ReadingBatch]) async throws -> [ReadingBatch] {
        guard batches.contains(where: { !$0.stream.privateColumns.isEmpty }) else { return batches }
        var batches = batches
        var mints: [Mint] = []
        for (number, batch) in batches.enumerated() {
            for column in batch.stream.privateColumns {
                for row in 0..<batch.count {
                    guard let value = PrivateValue.bytes(of: batch[row, column], in: batch) else { continue }
                    mints.append(Mint(batch: number, row: row, column: column, value: value))
                }
            }
        }
        try await mint(mints, into: &batches)
        return batches
    }

    /// Seals values and puts their tokens into their cells.
    func mint(_ mints: [Mint], into batches: inout [ReadingBatch]) async throws {
        if mints.isEmpty { return }
        let secret = try current
        var keys: [UniqueID: OpenKey] = [:]
        for person in Set(mints.map({ batches[$0.batch].heads[$0.row].person })) {
            keys[person] = try await key(of: person)
        }
        var open = mints
        while !open.isEmpty {
            let work = open
            guard work.allSatisfy({ $0.attempt < Self.attempts }) else {
                throw HearthError(
                    .internalError, "The vault found no free token for a value.", disposition: .defect)
            }
            var entries: [VaultEntry] = []
            var tokens: [VaultToken] = []
            entries.reserveCapacity(work.count)
            for mint in work {
                let batch = batches[mint.batch]
                let head = batch.heads[mint.row]
                guard let key = keys[head.person] else { continue }
                let (token, entry) = try seal(mint, head, batch.stream, key, secret)
                tokens.append(token)
                entries.append(entry)
            }
            let conflicts = try await store.put(entries)
            let refused = Set(conflicts)
            for (index, mint) in work.enumerated() where !refused.contains(index) {
                batches[mint.batch].place(tokens[index], mint.row, mint.column)
            }
            open = conflicts.map { index in
                var again = work[index]
                again.attempt += 1
                return again
            }
        }
        state.withLock { $0.statistics.minted += mints.count }
    }

    private func seal(
        _ mint: Mint, _ head: ReadingHead, _ stream: StreamDefinition, _ key: OpenKey, _ secret: VaultSecret
    ) throws -> (VaultToken, VaultEntry) {
        let field = stream.fields[mint.column]
        let subject = TokenSubject(
            person: head.person, stream: stream.name, field: field.name,
            reading: field.isJoined ? nil : .init(device: head.device, id: head.recordID))
        let (token, nonce) = secret.token(for: subject, value: mint.value, attempt: mint.attempt)
        let day = head.timestamp.day
        let entry = VaultEntry(
            place: VaultPlace(
                stream: stream.name, day: field.isJoined ? VaultPlace.joinedDay : day, token: token.bits),
            keptDay: max(day, head.received.day), key: key.id,
            sealed: try key.key.seal(mint.value, nonce: nonce, label: Self.label(stream.name, field.name, token)))
        return (token, entry)
    }

    /// What a sealed value belongs to.
    static func label(_ stream: String, _ field: String, _ token: VaultToken) -> String {
        "\(stream) \(field) \(token.text)"
    }

    /// The tokens that a text may have in a joined field, one per epoch.
    func tokens(
        of text: String, person: UniqueID, in column: Int, of stream: StreamDefinition
    ) -> [VaultToken] {
        let field = stream.fields[column]
        guard field.isJoined else { return [] }
        let secrets = state.withLock { state in state.epochs.compactMap { state.secrets[$0.number] } }
        var batch = ReadingBatch(stream: stream)
        let cell = batch.textCell(text)
        guard let value = PrivateValue.bytes(of: cell, in: batch) else { return [] }
        let subject = TokenSubject(person: person, stream: stream.name, field: field.name, reading: nil)
        return secrets.map { $0.token(for: subject, value: value, attempt: 0).token }
    }
}
