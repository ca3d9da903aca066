import Synchronization

/// How far the filling of a made-up household is, told by those who fill it side by side.
final class DemoProgress: Sendable {
    private struct State {
        var documents = 0
        var readings = 0
    }

    private let painter: ProgressPainter
    private let state = Mutex(State())

    init(_ painter: ProgressPainter) { self.painter = painter }

    func addDocument() throws {
        try paint { $0.documents += 1 }
    }

    func add(readings: Int) throws {
        try paint { $0.readings += readings }
    }

    private func paint(_ change: (inout State) -> Void) throws {
        let state = state.withLock { state in
            change(&state)
            return state
        }
        try painter.update(
            done: state.documents, total: DemoItem.all.count, items: state.documents + state.readings,
            unit: "documents and readings")
    }
}
