import GRDB
import HearthCore
import HearthStore

/// Deletes readings that processors made, and the links to them, within a transaction.
struct DerivedDeletion {
    /// A reading by numbers.
    struct Place: Hashable {
        var stream: Int64
        var device: Int64
        var time: Int64
        var digest: Int64
    }

    /// That a reading was made from another one.
    struct Link {
        var source: Place
        var processor: Int64
        var output: Place
        var fingerprint: Int64
        var person: Int64
    }

    private struct Lane: Hashable {
        var stream: Int64
        var person: Int64
        var device: Int64
    }

    private let db: Database
    private let layouts: [Int64: TableLayout]
    private var counts: [Lane: (deleted: Int, lastReceived: Int64)] = [:]
    /// Readings that are gone for good.
    private(set) var vanished = 0

    init(db: Database, layouts: [Int64: TableLayout]) {
        self.db = db
        self.layouts = layouts
    }

    /// What was made from a reading, by all processors.
    func links(from source: Place) throws -> [Link] {
        let query = try RawStatement(
            db,
            """
            SELECT processor, output_stream, output_ts, output_digest, fingerprint, person FROM hearth_derivations
            WHERE source_stream = ? AND device = ? AND source_ts = ? AND source_digest = ?
            """)
        defer { query.reset() }
        query.bind(1, source.stream)
        query.bind(2, source.device)
        query.bind(3, source.time)
        query.bind(4, source.digest)
        var links: [Link] = []
        while try query.step() {
            let output = Place(
                stream: query.int64(1), device: source.device, time: query.int64(2), digest: query.int64(3))
            links.append(
                Link(
                    source: source, processor: query.int64(0), output: output, fingerprint: query.int64(4),
                    person: query.int64(5)))
        }
        return links
    }

    /// Deletes an output that will be stored anew.
    mutating func remove(_ link: Link) throws {
        try unlink(link)
        _ = try removeReading(link.output, person: link.person)
    }

    /// Deletes an output, what was made from it, and what could not be made from it.
    mutating func removeWithConsequences(_ link: Link) throws {
        var waiting = [link]
        while let next = waiting.popLast() {
            try unlink(next)
            vanished += try removeReading(next.output, person: next.person)
            let letters = try RawStatement(
                db, "DELETE FROM hearth_dead_letters WHERE stream = ? AND device = ? AND ts = ? AND digest = ?")
            bind(next.output, to: letters, from: 1)
            try letters.run()
            waiting += try links(from: next.output)
        }
    }

    /// Brings the counters of the streams up to date.
    func finish() throws {
        for (lane, count) in counts where count.deleted > 0 {
            guard let layout = layouts[lane.stream] else { continue }
            let nobody = UniqueID(high: 0, low: 0)
            let owner = Owner(
                person: lane.person, personID: nobody, device: lane.device, deviceID: nobody, times: 0...0,
                sharesDevice: false)
            try Counters(db: db, layout: layout).subtract(count.deleted, from: owner, lastReceived: count.lastReceived)
        }
    }

    private func unlink(_ link: Link) throws {
        let deletion = try RawStatement(
            db,
            """
            DELETE FROM hearth_derivations WHERE source_stream = ? AND device = ? AND source_ts = ? AND source_digest = ?
            AND processor = ? AND output_stream = ? AND output_digest = ?
            """)
        bind(link.source, to: deletion, from: 1)
        deletion.bind(5, link.processor)
        deletion.bind(6, link.output.stream)
        deletion.bind(7, link.output.digest)
        try deletion.run()
    }

    /// - Returns: how many readings were deleted, 0 when it was deleted before, by retention or by a person.
    private mutating func removeReading(_ place: Place, person: Int64) throws -> Int {
        // A stream that is not installed any more has no table that anybody reads.
        guard let layout = layouts[place.stream] else { return 0 }
        let query = try RawStatement(
            db, "SELECT seq, received FROM \(layout.table) WHERE device = ? AND ts = ? AND digest = ?")
        query.bind(1, place.device)
        query.bind(2, place.time)
        query.bind(3, place.digest)
        let found = try query.step() ? (sequence: query.int64(0), received: query.int64(1)) : nil
        query.reset()
        guard let found else { return 0 }
        let deletion = try RawStatement(db, "DELETE FROM \(layout.table) WHERE seq = ?")
        deletion.bind(1, found.sequence)
        try deletion.run()
        let names = try RawStatement(
            db, "DELETE FROM hearth_client_keys WHERE stream = ? AND device = ? AND ts = ? AND digest = ?")
        bind(place, to: names, from: 1)
        try names.run()
        let lane = Lane(stream: place.stream, person: person, device: place.device)
        var count = counts[lane] ?? (0, .min)
        count.deleted += 1
        count.lastReceived = max(count.lastReceived, found.received)
        counts[lane] = count
        return 1
    }

    private func bind(_ place: Place, to statement: RawStatement, from index: Int32) {
        statement.bind(index, place.stream)
        statement.bind(index + 1, place.device)
        statement.bind(index + 2, place.time)
        statement.bind(index + 3, place.digest)
    }
}
