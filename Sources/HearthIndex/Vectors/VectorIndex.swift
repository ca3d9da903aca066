import CHearthKernels
import Dispatch
import HearthCore
import Synchronization

/// Vectors of passages on disk, and the nearest of them to a query. Any number of readers beside one writer; what a search
/// sees is the index before or after a batch, never half of one.
///
/// The vectors stay on disk in single precision; in memory are their codes in 8 bits, by which candidates are found, before
/// their exact inner products are computed. See docs/decisions/0011.
package final class VectorIndex: Sendable {
    /// What opening a folder finds.
    package enum Opening: Sendable {
        case ready(VectorIndex)
        /// What is there cannot be used. The caller calls `create` and applies all passages from the first change on.
        case rebuildNeeded(RebuildReason)
    }

    package enum RebuildReason: Sendable, Hashable, CustomStringConvertible {
        /// Made with another model or dimension.
        case otherModel(name: String, dimension: Int)
        /// Written by another version of Hearth.
        case otherFormat(UInt32)
        /// Not what was written; says where.
        case damaged(String)

        package var description: String {
            switch self {
            case .otherModel(let name, let dimension): "it was made with \(name), \(dimension) dimensions"
            case .otherFormat(let format): "its files have format \(format)"
            case .damaged(let place): "it is damaged: \(place)"
            }
        }
    }

    package let model: String
    package let dimension: Int
    let options: Options
    let folder: IndexFolder
    private let lock: IndexFile
    private let current: Mutex<Current>
    private let writing = DispatchQueue(label: "hearth.index.writing")
    private let reading = DispatchQueue(label: "hearth.index.reading", attributes: .concurrent)

    /// What searches use; compaction puts another in its place.
    struct Current {
        let segment: VectorSegment
        let builder: GraphBuilder
    }

    /// Sizes that tests make small.
    package struct Options: Sendable {
        package var capacity = VectorLimits.slots
        package var graphThreshold = VectorLimits.graphThreshold
        /// Threads that build the graph.
        package var builders = 1
        /// Removed slots below which nothing is compacted.
        package var compactionMinimum = VectorLimits.compactionMinimum

        package init() {}
    }

    private init(
        folder: IndexFolder, lock: IndexFile, segment: VectorSegment, model: String, dimension: Int, options: Options
    ) throws {
        self.folder = folder
        self.lock = lock
        self.model = model
        self.dimension = dimension
        self.options = options
        let builder = try GraphBuilder(
            segment: segment, lock: lock, threads: options.builders, threshold: options.graphThreshold)
        current = Mutex(Current(segment: segment, builder: builder))
        builder.wake()
    }

    /// `$HEARTH_HOME/index/<model>`, with what no file name should have replaced.
    package static func folder(home: String, model: String) -> String {
        let safe = model.utf8.map { byte -> String in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
        // Not a name that means a folder itself.
        return "\(home)/index/\(safe.allSatisfy { $0 == "." } ? "%" + safe : safe)"
    }

    /// Opens the index in a folder, or makes an empty one where none is. Blocks on the disk.
    package static func open(
        _ path: String, model: String, dimension: Int, options: Options = Options()
    ) throws -> Opening {
        try atTheBorder {
            let (folder, lock) = try claim(path, model: model, dimension: dimension)
            let header: IndexHeader
            switch try IndexHeader.read(in: folder) {
            case .missing: return .ready(try start(folder, lock, model, dimension, options))
            case .damaged: return .rebuildNeeded(.damaged(IndexHeader.name))
            case .foreign(let format): return .rebuildNeeded(.otherFormat(format))
            case .header(let found): header = found
            }
            guard header.model == model, header.dimension == dimension else {
                return .rebuildNeeded(.otherModel(name: header.model, dimension: header.dimension))
            }
            do {
                let segment = try VectorSegment(
                    folder: folder, generation: header.generation, dimension: dimension, capacity: options.capacity)
                try removeFiles(of: folder) { !$0.hasSuffix("-\(header.generation)") }
                let index = try VectorIndex(
                    folder: folder, lock: lock, segment: segment, model: model, dimension: dimension, options: options)
                return .ready(index)
            } catch let damage as IndexDamage {
                return .rebuildNeeded(.damaged(damage.description))
            }
        }
    }

    /// Makes an empty index, in place of what the folder holds of one. Blocks on the disk.
    package static func create(
        _ path: String, model: String, dimension: Int, options: Options = Options()
    ) throws -> VectorIndex {
        try atTheBorder {
            let (folder, lock) = try claim(path, model: model, dimension: dimension)
            return try start(folder, lock, model, dimension, options)
        }
    }

    private static func claim(_ path: String, model: String, dimension: Int) throws -> (IndexFolder, IndexFile) {
        guard (1...VectorLimits.dimension).contains(dimension), model.utf8.count <= VectorLimits.nameBytes else {
            throw HearthError(
                .invalidValue, "An index has 1 to \(VectorLimits.dimension) dimensions and a short name of its model.",
                hint: "Choose another model.")
        }
        let folder = IndexFolder(path: path)
        try folder.make()
        let lock = try IndexFile(folder.file("lock"))
        guard lock.tryLock() else {
            throw HearthError(
                .conflict, "The vector index is in use by another process.",
                hint: "Stop the other Hearth that uses this home.")
        }
        return (folder, lock)
    }

    private static func start(
        _ folder: IndexFolder, _ lock: IndexFile, _ model: String, _ dimension: Int, _ options: Options
    ) throws -> VectorIndex {
        // The header goes first: without it the other files mean nothing.
        try folder.remove(IndexHeader.name)
        try folder.synchronize()
        try removeFiles(of: folder) { _ in true }
        let segment = try VectorSegment(
            folder: folder, generation: 1, dimension: dimension, capacity: options.capacity)
        try IndexHeader(model: model, dimension: dimension, generation: 1).write(in: folder)
        return try VectorIndex(
            folder: folder, lock: lock, segment: segment, model: model, dimension: dimension, options: options)
    }

    private static func removeFiles(of folder: IndexFolder, where isUnwanted: (String) -> Bool) throws {
        for name in try folder.names()
        where VectorSegment.filePrefixes.contains(where: { name.hasPrefix($0 + "-") }) && isUnwanted(name) {
            try folder.remove(name)
        }
    }

    // MARK: - Use

    /// Adds and removes vectors; durable and visible when it returns. Batches are applied in the order of the calls.
    ///
    /// Throws: wrong dimension, a vector whose length is not 1, a number twice in one batch, a sequence that goes back,
    /// too many; a full disk. Nothing of the batch is in the index then, unless it is the compaction after it that had
    /// no room; applying a batch again changes nothing.
    package func apply(_ batch: VectorBatch) async throws {
        try await on(writing) {
            try self.segment.commit(batch)
            try self.compactWhenWorthIt()
            self.builder.wake()
        }
    }

    /// The `limit` vectors nearest to `query` (length 1) that pass, best first. Throws `index-damaged` when a vector on
    /// disk is not what was written: the caller makes the index anew.
    package func search(
        _ query: [Float], limit: Int, filter: VectorFilter = VectorFilter()
    ) async throws -> [VectorMatch] {
        try await on(reading) { try self.matches(query, limit: limit, filter: filter) }
    }

    /// Numbers among which are those of the `limit` nearest vectors, in no order: for callers who compute exact scores of these
    /// and of others from one `selection`.
    package func candidates(
        _ query: [Float], limit: Int, filter: VectorFilter = VectorFilter()
    ) async throws -> [Int64] {
        try await on(reading) { try self.candidateNumbers(query, limit: limit, filter: filter) }
    }

    /// Runs `work` where searches run.
    func onReading<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await on(reading, work)
    }

    /// Of the last change of the library that is in the index, durably; 0 before the first.
    package var sequence: Int64 { segment.directory.withLock { $0.sequence } }

    /// Vectors that can be found.
    package var count: Int { segment.directory.withLock { $0.slots.count } }

    /// Vectors that cannot be found any more and are still on disk.
    package var removedCount: Int { segment.directory.withLock { $0.count - $0.slots.count } }

    /// Whether there are so many vectors that writing the files anew makes a graph anew, too.
    package var hasGraph: Bool { count >= options.graphThreshold }

    /// Writes the files anew without the removed vectors: a vector tells much of the text that it was made from.
    package func purge() async throws { try await purge(building: graphBuilder) }

    /// With a graph made by `building`.
    func purge(building: @escaping @Sendable (VectorSegment) throws -> GraphBuilder) async throws {
        try await on(writing) {
            guard self.removedCount > 0 else { return }
            try self.compact(self.now, building: building)
            self.builder.wake()
        }
    }

    package func status() throws -> VectorIndexStatus {
        let current = now
        let (segment, covered) = (current.segment, current.builder.covered)
        let failure = current.builder.error.map { String(describing: $0) }
        let bytes = try Self.atTheBorder { try segment.bytesOnDisk() }
        return segment.directory.withLock { directory in
            VectorIndexStatus(
                vectors: directory.slots.count, removed: directory.count - directory.slots.count, covered: covered,
                sequence: directory.sequence, bytesOnDisk: bytes, graphFailure: failure)
        }
    }

    /// Reads everything and compares it with its checksums. Throws `index-damaged`.
    package func verify() async throws {
        try await on(reading) { try self.segment.verify() }
    }

    /// Waits until the graph covers what was applied before, where there are enough vectors for one.
    package func finishGraph() async throws {
        try await on(writing) { try self.builder.finish() }
    }

    /// Stops the work in the background and saves what came of it. The index is not used afterwards; a process that ends
    /// without it loses nothing but some of that work.
    package func close() async throws {
        try await on(writing) {
            try self.builder.stop()
            self.lock.unlock()
        }
    }

    var segment: VectorSegment { current.withLock { $0.segment } }
    var builder: GraphBuilder { current.withLock { $0.builder } }
    var now: Current { current.withLock { $0 } }

    /// On the writing queue: the files are written anew without removed slots when those are many. Searches go on in the old
    /// files, which vanish with the last of them.
    private func compactWhenWorthIt() throws {
        let old = now
        let (count, removed) = old.segment.directory.withLock { ($0.count, $0.count - $0.slots.count) }
        guard removed >= options.compactionMinimum, Double(removed) >= VectorLimits.compactionShare * Double(count)
        else { return }
        try compact(old, building: graphBuilder)
    }

    private func graphBuilder(_ segment: VectorSegment) throws -> GraphBuilder {
        try GraphBuilder(segment: segment, lock: lock, threads: options.builders, threshold: options.graphThreshold)
    }

    private func compact(_ old: Current, building: (VectorSegment) throws -> GraphBuilder) throws {
        let segment = try old.segment.compacted()
        let builder = try building(segment)
        // Last: from here on the new files count, and what is committed to the old ones would be lost.
        try IndexHeader(model: model, dimension: dimension, generation: segment.generation).write(in: folder)
        current.withLock { $0 = Current(segment: segment, builder: builder) }
        old.builder.abandon()
        try Self.removeFiles(of: folder) { !$0.hasSuffix("-\(segment.generation)") }
    }

    private func on<Value: Sendable>(
        _ queue: DispatchQueue, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try Self.atTheBorder(work) }) }
        }
    }

    /// What leaves the module is a `HearthError`.
    static func atTheBorder<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let failure as SystemCallError {
            throw HearthError.storage(failure, "The vector index could not be read or written.")
        } catch let damage as IndexDamage {
            throw damage.asHearthError
        }
    }
}
