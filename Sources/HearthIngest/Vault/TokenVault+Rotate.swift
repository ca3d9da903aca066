package import HearthCore
import HearthSchema
package import HearthStore
import HearthVault
import Synchronization

/// How far rewriting of readings is.
package struct VaultRewriting: Sendable, Hashable {
    package var startedAt: Timestamp
    /// Readings looked at and changed since the program started.
    package var readings = 0
    package var changed = 0
    /// Streams with tokens whose definitions are missing: their readings cannot be rewritten, and old secrets stay.
    package var blockedBy: [String] = []
}

/// What `GET /vault` tells.
package struct VaultOverview: Sendable {
    package var epochs: [VaultEpoch]
    package var counts: VaultCounts
    package var fields: [VaultField]
    package var rewriting: VaultRewriting?
    package var statistics: VaultStatistics
}

extension TokenVault {
    package func overview() async throws -> VaultOverview {
        VaultOverview(
            epochs: try await store.epochs(), counts: try await store.counts(), fields: try await store.fields(),
            rewriting: state.withLock { $0.rewriting }, statistics: statistics)
    }

    /// Begins a new epoch: new secret, new keys, new tokens from now on. Readings keep their tokens, which can be
    /// opened as before, until `VaultService` has rewritten all of them; then the old secret is destroyed.
    /// - Throws: `.conflict` while an earlier rotation is not over, or when readings could not be rewritten.
    package func rotate(for access: VaultAccess) async throws -> Int64 {
        let missing = streamsWithoutDefinition()
        guard missing.isEmpty else {
            throw HearthError(
                .conflict, "The stream \(missing[0]) has tokens, and its definition is missing.",
                hint: "Put the definition back, so that its readings can be rewritten.")
        }
        let epoch = try await gate.alone { () -> Int64 in
            let epochs = try await store.epochs()
            guard let last = epochs.last, epochs.count == 1 else {
                throw HearthError(
                    .conflict, "The vault is still being rewritten for an earlier rotation.",
                    hint: "`hearth vault status` shows how far it is.")
            }
            let number = last.number + 1
            // The file first: an epoch without its secret would be the end of what is sealed under it.
            let secret = try await blocking { [folder] in try folder.secret(of: number, mustExist: false) }
            try await store.forgetProgress()
            try await store.begin(
                VaultEpoch(number: number, startedAt: time.now(), fingerprint: secret.fingerprint))
            let begun = try await store.epochs()
            state.withLock { state in
                state.secrets[number] = secret
                state.epochs = begun
                state.pass += 1
                state.rewriting = VaultRewriting(startedAt: time.now())
            }
            return number
        }
        try await audit.record(.rotate(to: epoch), by: access)
        return epoch
    }

    /// Streams that have tokens and that no definition describes.
    func streamsWithoutDefinition() -> [String] {
        state.withLock { state in
            let defined = Set(state.definitions.map(\.name))
            return state.fields.keys.filter { !defined.contains($0) }.sorted()
        }
    }

    /// Whether readings hold something else than they should.
    package var needsRewriting: Bool {
        state.withLock { state in
            state.epochs.count > 1 || state.fields.values.contains { $0.values.contains { $0 != .sealed } }
        }
    }

    // MARK: Rewriting

    /// Readings of one step: their values are sealed in one transaction, and they are rewritten in one.
    private static let step = 500

    /// What readings should hold changed while they were rewritten.
    private struct Overtaken: Error {}

    /// Rewrites all readings that hold values where tokens belong, tokens of an earlier epoch, or tokens where values
    /// belong. May be killed at any moment and goes on where it was.
    /// - Parameter pause: Called between steps, so that live readings are not kept waiting.
    package func rewrite(in base: VaultedReadingStore.Backing, pause: () async throws -> Void) async throws {
        while needsRewriting {
            do {
                if try await rewriteOnce(in: base, pause: pause) { return }
            } catch is Overtaken {
                continue
            }
        }
    }

    /// - Returns: false when it must begin anew.
    private func rewriteOnce(
        in base: VaultedReadingStore.Backing, pause: () async throws -> Void
    ) async throws -> Bool {
        let (pass, epoch) = state.withLock { ($0.pass, $0.epochs.last?.number ?? 0) }
        let blocked = streamsWithoutDefinition()
        state.withLock { state in
            if state.rewriting == nil { state.rewriting = VaultRewriting(startedAt: time.now()) }
            state.rewriting?.blockedBy = blocked
        }
        var done: [String: [UniqueID: VaultProgress]] = [:]
        for progress in try await store.progress() { done[progress.stream, default: [:]][progress.person] = progress }
        for lane in try await lanes(in: base) {
            let progress = done[lane.stream.name]?[lane.person]
            if let progress, progress.position == nil { continue }
            try await rewrite(lane, after: progress?.position, in: base, pass, pause: pause)
        }
        try await resealIdentities()
        if !blocked.isEmpty { return true }
        // Nothing is destroyed because a note says that it may be: the readings say it.
        guard try await isRewritten(in: base, pass, pause: pause) else {
            try await store.forgetProgress()
            return false
        }
        // No reading names what earlier epochs sealed. It goes before their keys: a kill in between begins anew.
        try await sweep(before: epoch)
        try await finishRewriting(in: base, pass)
        return true
    }

    /// Readings of one person in one stream.
    private struct Lane {
        var stream: StreamDefinition
        var person: UniqueID

        var query: ReadingQuery { ReadingQuery(stream: stream, person: person, order: .oldestFirst) }
    }

    private func lanes(in base: VaultedReadingStore.Backing) async throws -> [Lane] {
        let statistics = try await base.statistics(of: nil)
        return definitions.filter { !states(of: $0).isEmpty }.flatMap { stream in
            Set(statistics.filter { $0.stream == stream.name }.map(\.person)).sorted().map {
                Lane(stream: stream, person: $0)
            }
        }
    }

    /// Called within the gate, so that what was true stays true until it is left.
    private func check(_ pass: Int) throws {
        if state.withLock({ $0.pass }) != pass { throw Overtaken() }
    }

    /// Whether every reading holds what it should.
    private func isRewritten(
        in base: VaultedReadingStore.Backing, _ pass: Int, pause: () async throws -> Void
    ) async throws -> Bool {
        for lane in try await lanes(in: base) {
            var position: ReadingPosition?
            repeat {
                try Task.checkCancellation()
                let before = position
                let next = try await gate.shared { () -> (isDone: Bool, position: ReadingPosition?) in
                    try check(pass)
                    let page = try await base.page(lane.query, after: before, limit: Self.step)
                    let changes = try await changes(of: page)
                    return (
                        changes.isEmpty, page.count == Self.step ? page.heads.last.map { ReadingPosition($0) } : nil
                    )
                }
                guard next.isDone else { return false }
                position = next.position
                if position != nil { try await pause() }
            } while position != nil
        }
        return true
    }

    private func rewrite(
        _ lane: Lane, after start: ReadingPosition?, in base: VaultedReadingStore.Backing, _ pass: Int,
        pause: () async throws -> Void
    ) async throws {
        var position = start
        while true {
            try Task.checkCancellation()
            let before = position
            // Together with those who read and write: only what tokens mean must not change meanwhile.
            position = try await gate.shared {
                try check(pass)
                let page = try await base.page(lane.query, after: before, limit: Self.step)
                let changed = try await rewritten(page)
                if !changed.batch.isEmpty { _ = try await base.rewrite(changed.batch, columns: changed.columns) }
                state.withLock { state in
                    state.rewriting?.readings += page.count
                    state.rewriting?.changed += changed.batch.count
                }
                let next = page.count == Self.step ? page.heads.last.map { ReadingPosition($0) } : nil
                try await store.note(VaultProgress(stream: lane.stream.name, person: lane.person, position: next))
                return next
            }
            if position == nil { return }
            try await pause()
        }
    }

    /// What must change in a page.
    private struct Changes {
        /// Values that get tokens.
        var mints: [Mint] = []
        /// Values that take the place of tokens.
        var openings: [Mint] = []

        var isEmpty: Bool { mints.isEmpty && openings.isEmpty }
    }

    private func changes(of page: ReadingBatch) async throws -> Changes {
        let stream = page.stream
        let states = states(of: stream)
        let epoch = try current.epoch
        var changes = Changes()
        var settled: Set<Int> = []
        for cell in try await held(in: page, states) {
            guard let entry = cell.entry else { continue }
            // What stands there is a token, whatever becomes of it.
            settled.insert(cell.row * page.width + cell.column)
            let field = stream.fields[cell.column]
            if field.isPrivate, field.isJoined == cell.token.isJoined, key(entry.key)?.owner.epoch == epoch { continue }
            guard let value = try value(of: cell, in: stream) else { continue }
            let change = Mint(batch: 0, row: cell.row, column: cell.column, value: value)
            if field.isPrivate { changes.mints.append(change) } else { changes.openings.append(change) }
        }
        for (column, state) in states where state == .sealing {
            for row in 0..<page.count where !settled.contains(row * page.width + column) {
                guard let value = PrivateValue.bytes(of: page[row, column], in: page) else { continue }
                changes.mints.append(Mint(batch: 0, row: row, column: column, value: value))
            }
        }
        return changes
    }

    /// The readings of a page that must change, with what they should hold. Their values are in the vault already.
    private func rewritten(_ page: ReadingBatch) async throws -> (batch: ReadingBatch, columns: [Int]) {
        let changes = try await changes(of: page)
        var batches = [page]
        for opening in changes.openings {
            batches[0][opening.row, opening.column] = try PrivateValue.cell(of: opening.value, in: &batches[0])
        }
        try await mint(changes.mints, into: &batches)
        var changed = ReadingBatch(stream: page.stream)
        let rows = Set((changes.mints + changes.openings).map(\.row))
        for row in rows.sorted() { changed.append(row: row, of: batches[0]) }
        return (changed, states(of: page.stream).keys.sorted())
    }

    /// All readings hold what they should: old secrets go.
    private func finishRewriting(in base: VaultedReadingStore.Backing, _ pass: Int) async throws {
        let retired = try await gate.alone { () -> [Int64] in
            try check(pass)
            let old = try await store.epochs().dropLast().map(\.number)
            // Old keys last: as long as they are there, whatever was left out can still be opened.
            try await settle(try await store.fields().filter { $0.state != .sealed })
            for number in old {
                try await store.retire(epoch: number)
                try await blocking { [folder] in try folder.remove(number) }
            }
            let left = try await store.epochs()
            try await store.forgetProgress()
            state.withLock { state in
                state.epochs = left
                for number in old { state.secrets[number] = nil }
                for (id, key) in state.keys where old.contains(key.owner.epoch) {
                    state.keys[id] = nil
                    state.numbers[key.owner] = nil
                }
            }
            return Array(old)
        }
        try await base.scrub()
        try await store.scrub()
        let readings = state.withLock { state -> Int in
            defer { state.rewriting = nil }
            return state.rewriting?.changed ?? 0
        }
        try await audit.record(.settle(readings: readings, retired: retired), by: Self.itself)
    }
}
