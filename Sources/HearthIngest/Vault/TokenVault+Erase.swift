import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Synchronization

extension TokenVault {
    private static let page = 4096
    static let itself = VaultAccess(role: "hearth", purpose: "housekeeping")

    /// Erases readings and what their tokens stand for. A person's keys go, and with them every value that was sealed under
    /// them, wherever a copy of it lies; of one device the values of its readings go, but for those that other readings of
    /// the person share.
    func erase(person: UniqueID, device: UniqueID?, in base: VaultedReadingStore.Backing) async throws -> Int {
        let count = try await gate.alone {
            guard let device else {
                // Remembered, so that a kill leaves no values of somebody whose readings are gone.
                try await store.beginErasure(of: person)
                return try await finishErasure(of: person, in: base)
            }
            let places = try await places(of: person, device: device, in: base)
            let count = try await base.erase(person: person, device: device)
            for start in stride(from: 0, to: places.count, by: Self.page) {
                try await store.remove(Array(places[start..<min(start + Self.page, places.count)]))
            }
            return count
        }
        try await audit.record(.erase(person, device: device), by: Self.itself)
        try await sweep()
        try await store.scrub()
        return count
    }

    /// Goes on with erasures that a kill interrupted. Must be called before anything is stored.
    package func resumeErasures(in base: VaultedReadingStore.Backing) async throws {
        for person in try await store.erasures() {
            _ = try await gate.alone { try await finishErasure(of: person, in: base) }
            try await audit.record(.erase(person, device: nil), by: Self.itself)
            try await sweep()
            try await store.scrub()
        }
    }

    private func finishErasure(of person: UniqueID, in base: VaultedReadingStore.Backing) async throws -> Int {
        let count = try await base.erase(person: person, device: nil)
        try await store.forgetKeys(of: person)
        state.withLock { state in
            for (id, key) in state.keys where key.owner.person == person {
                state.keys[id] = nil
                state.numbers[key.owner] = nil
            }
        }
        try await store.endErasure(of: person)
        return count
    }

    /// Where the values lie that only readings of this device name.
    private func places(
        of person: UniqueID, device: UniqueID, in base: VaultedReadingStore.Backing
    ) async throws -> [VaultPlace] {
        var places: [VaultPlace] = []
        let known = state.withLock { $0.fields }
        let mine = try await base.statistics(of: nil).filter { $0.person == person && $0.device == device }
        for stream in definitions where known[stream.name] != nil && mine.contains(where: { $0.stream == stream.name })
        {
            let query = ReadingQuery(stream: stream, person: person, devices: [device], order: .oldestFirst)
            var position: ReadingPosition?
            repeat {
                let page = try await base.page(query, after: position, limit: Self.page)
                position = page.count == Self.page ? page.heads.last.map { ReadingPosition($0) } : nil
                for cell in try await held(in: page, states(of: stream)) where !cell.token.isJoined {
                    if let entry = cell.entry { places.append(entry.place) }
                }
            } while position != nil
        }
        return places
    }

    /// Deletes entries that nobody can open any more, and those of epochs before `epoch`.
    func sweep(before epoch: Int64 = 0) async throws {
        var place: VaultPlace?
        repeat { place = try await store.sweep(before: epoch, after: place, limit: Self.page) } while place != nil
    }
}
