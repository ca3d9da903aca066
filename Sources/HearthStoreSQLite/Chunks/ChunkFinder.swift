import GRDB
import HearthCore

/// Looks for readings in the chunks of their devices. Readings come in order of time, so the chunk found last is mostly
/// the one to look into.
struct ChunkFinder {
    private struct Lane: Hashable {
        var device: Int64
        var person: Int64
    }

    private let layout: TableLayout
    private let loader: ChunkLoader
    private let db: Database
    private var people: [Int64: [Int64]] = [:]
    private var recent: [Lane: (head: ChunkHead, columns: ReadingColumns)] = [:]

    init(layout: TableLayout, loader: ChunkLoader, db: Database) {
        self.layout = layout
        self.loader = loader
        self.db = db
    }

    mutating func contains(time: Int64, digest: Int64, device: Int64) throws -> Bool {
        for person in try owners(of: device) {
            let lane = Lane(device: device, person: person)
            if recent[lane]?.head.times.contains(time) != true {
                recent[lane] = nil
                guard let head = try loader.head(at: time, device: device, person: person, in: layout, db: db),
                    head.times.contains(time)
                else { continue }
                recent[lane] = (head, try loader.load(head, of: layout, db: db))
            }
            guard let columns = recent[lane]?.columns else { continue }
            let row = columns.firstRow(notBefore: time, digest: digest)
            if row < columns.count, columns.times[row] == time, columns.digests[row] == digest { return true }
        }
        return false
    }

    /// People of whom there are chunks of the device: one, unless the device changed hands.
    private mutating func owners(of device: Int64) throws -> [Int64] {
        if let known = people[device] { return known }
        let query = try RawStatement(
            db, "SELECT DISTINCT person FROM hearth_chunks WHERE stream = ? AND device = ?")
        defer { query.reset() }
        query.bind(1, layout.stream)
        query.bind(2, device)
        var found: [Int64] = []
        while try query.step() { found.append(query.int64(0)) }
        people[device] = found
        return found
    }
}
