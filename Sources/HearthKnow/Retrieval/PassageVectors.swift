import Dispatch
package import HearthCore
package import HearthIndex
import Synchronization

/// The vector index of one embedding model, and its replacement when it cannot be used.
package final class PassageVectors: Sendable {
    private let path: String
    private let model: String
    private let dimension: Int
    private let current: Mutex<VectorIndex?>
    private let queue = DispatchQueue(label: "hearth.passage-vectors")
    /// Searches under way keep the old files locked; so often and so long a replacement waits for them.
    private static let attempts = 50
    private static let pause = Duration.milliseconds(100)

    private init(path: String, model: String, dimension: Int) {
        self.path = path
        self.model = model
        self.dimension = dimension
        current = Mutex(nil)
    }

    /// Opens the index of a folder. One that cannot be used is replaced by an empty one, which the follower fills again.
    package static func open(_ path: String, model: String, dimension: Int) async throws -> PassageVectors {
        let vectors = PassageVectors(path: path, model: model, dimension: dimension)
        try await vectors.onQueue {
            let index: VectorIndex
            switch try VectorIndex.open(path, model: model, dimension: dimension) {
            case .ready(let ready): index = ready
            case .rebuildNeeded: index = try VectorIndex.create(path, model: model, dimension: dimension)
            }
            vectors.current.withLock { $0 = index }
        }
        return vectors
    }

    /// Opens every index below a folder, whichever model made it: for homes without a model. What cannot be read is left out:
    /// nobody can search it, and the next model replaces it.
    package static func openAll(in parent: String) async throws -> [PassageVectors] {
        var found: [PassageVectors] = []
        for path in try VectorIndex.folders(in: parent) {
            guard let made = try VectorIndex.describe(path) else { continue }
            found.append(try await open(path, model: made.model, dimension: made.dimension))
        }
        return found
    }

    /// Removes the indexes of other models below a folder: nobody searches them, and nothing would be forgotten in them.
    /// - Returns: the folders that went.
    package static func removeOthers(in parent: String, than path: String) throws -> [String] {
        let others = try VectorIndex.folders(in: parent).filter { $0 != path }
        for other in others { try VectorIndex.remove(other) }
        return others
    }

    /// nil while it is being replaced.
    package var index: VectorIndex? { current.withLock { $0 } }

    /// Ends the use of the files, so that another may open them.
    package func close() async throws {
        let index = current.withLock { current in
            defer { current = nil }
            return current
        }
        try await index?.close()
    }

    /// Throws the index away and begins an empty one.
    package func replace() async throws {
        current.withLock { $0 = nil }
        for attempt in 1... {
            do {
                return try await onQueue { [self] in
                    let index = try VectorIndex.create(path, model: model, dimension: dimension)
                    current.withLock { $0 = index }
                }
            } catch let error as HearthError where error.code == .conflict && attempt < Self.attempts {
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    private func onQueue(_ work: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
