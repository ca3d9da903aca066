import GRDB
import HearthCore
import HearthSchema
package import HearthStore
import Synchronization

/// Readings in one SQLite file, `streams.db`: a typed table per stream, and columns of old readings of high-rate streams
/// in compressed chunks.
///
/// There is one writer, so the order in which rows are numbered (`seq`) is the order in which they become visible, and
/// a cursor over changes is such a number.
package final class SQLiteReadingStore: ReadingStore {
    package struct Options: Sendable {
        /// Most readings in a chunk; only readings of one time are never parted. On recordings of phone sensors 8,192 takes
        /// a quarter less space than 2,048, and larger ones gain little and make single lookups slow.
        package var chunkReadings = 8192
        /// Memory for decoded chunks.
        package var chunkCacheBytes = 16 << 20

        package init() {}
    }

    let file: SQLiteFile
    let options: Options
    let chunks: ChunkLoader
    private let layouts = Mutex<[String: TableLayout]>([:])
    private let memory = Mutex(WriterMemory())
    /// Under way.
    let erasures = Mutex(0)

    private init(file: SQLiteFile, digest: ReadingDigest, options: Options) {
        self.file = file
        self.options = options
        chunks = ChunkLoader(digest: digest, cacheBytes: options.chunkCacheBytes)
    }

    /// Opens or creates the file.
    /// - Parameter digest: The household's; chunks leave out what it can make again.
    package static func open(
        path: String, digest: ReadingDigest, options: Options = Options()
    ) async throws -> SQLiteReadingStore {
        let file = try await SQLiteFile.open(path: path) { ReadingMigrations.migrator() }
        return SQLiteReadingStore(file: file, digest: digest, options: options)
    }

    package func probe() async throws {
        try await file.write { db in
            try db.execute(sql: "UPDATE hearth_probe SET times = times + 1")
        }
        _ = try await file.read { db in
            try Int.fetchOne(db, sql: "SELECT times FROM hearth_probe")
        }
    }

    package func close() async throws { try await file.close() }

    // MARK: For the other parts of the store

    /// Runs `body` in a transaction together with what the writer remembers. When it throws, nothing is stored and
    /// nothing is remembered.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database, inout WriterMemory) throws -> Value
    ) async throws -> Value {
        try await file.writeOutsideTransaction { [self] db in
            try memory.withLock { memory in
                do {
                    var value: Value?
                    try db.inTransaction(.immediate) {
                        value = try body(db, &memory)
                        return .commit
                    }
                    guard let value else {
                        throw HearthError(.internalError, "A transaction had no result.", disposition: .defect)
                    }
                    return value
                } catch {
                    memory = WriterMemory()
                    throw error
                }
            }
        }
    }

    func layout(of stream: StreamDefinition) throws -> TableLayout {
        guard let layout = layouts.withLock({ $0[stream.name] }) else {
            throw HearthError(.internalError, "Stream \(stream.name) is not installed.", disposition: .defect)
        }
        return layout
    }

    /// By number of the stream.
    var installedLayouts: [Int64: TableLayout] {
        layouts.withLock { layouts in Dictionary(uniqueKeysWithValues: layouts.values.map { ($0.stream, $0) }) }
    }

    func remember(_ installed: [TableLayout]) {
        layouts.withLock { layouts in
            for layout in installed { layouts[layout.name] = layout }
        }
    }
}

/// What the writer knows of the file, so that it need not ask for every row. Emptied when a transaction fails.
struct WriterMemory {
    struct Lane: Hashable {
        var stream: Int64
        var device: Int64
    }

    var people: [UniqueID: Int64] = [:]
    var devices: [UniqueID: Int64] = [:]
    /// The highest seq ever given, by stream.
    var lastSequences: [Int64: Int64] = [:]
    /// The latest time in any chunk of a device: later readings need not be looked for in chunks.
    var chunkReach: [Lane: Int64] = [:]
}
