import HearthCollect
import Synchronization

/// Shows how far an import has come, inside large files too.
final class ImportPainter: Sendable {
    private let painter: ProgressPainter
    private let total: Int
    /// Bytes and count of the files that are done with.
    private let finished = Mutex((bytes: 0, files: 0))

    init(_ output: Output, _ plan: ImportPlan) {
        painter = ProgressPainter(output)
        total = plan.items.reduce(0) { $0 + $1.size }
    }

    /// So many bytes of the current file went out.
    func note(sent bytes: Int) { paint(extra: bytes) }

    func note(_ progress: ImportProgress) {
        finished.withLock { $0 = (progress.bytes, progress.finished) }
        paint(extra: 0)
    }

    func clear() throws { try painter.clear() }

    private func paint(extra: Int) {
        let (bytes, files) = finished.withLock { $0 }
        // A terminal that went away must not end an import.
        try? painter.update(done: bytes + extra, total: total, items: files, unit: "files")
    }
}
