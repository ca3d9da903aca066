import Foundation
import HearthIndex

/// A folder for one test, removed at its end.
final class IndexHome: Sendable {
    let path = NSTemporaryDirectory() + "hearth-index-" + UUID().uuidString

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func open(
        model: String = "model", dimension: Int, options: VectorIndex.Options = .small
    ) throws -> VectorIndex.Opening {
        try VectorIndex.open(path, model: model, dimension: dimension, options: options)
    }

    func ready(dimension: Int, options: VectorIndex.Options = .small) throws -> VectorIndex {
        switch try open(dimension: dimension, options: options) {
        case .ready(let index): return index
        case .rebuildNeeded(let reason): throw Unexpected(reason: reason)
        }
    }

    struct Unexpected: Error {
        var reason: VectorIndex.RebuildReason
    }

    func path(_ prefix: String, generation: Int = 1) -> String { "\(path)/\(prefix)-\(generation)" }

    func change(_ name: String, _ edit: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: URL(filePath: name))
        edit(&data)
        try data.write(to: URL(filePath: name))
    }
}

extension VectorIndex.Options {
    static var small: VectorIndex.Options {
        var options = VectorIndex.Options()
        options.capacity = 20_000
        return options
    }
}
