import HearthCore
import Synchronization

/// How far long work has come; what a progress line shows.
struct Progress: Sendable, Hashable {
    /// Of `total`, in bytes.
    var done: Int
    /// Nil when the end is not known, as with a pipe.
    var total: Int?
    /// What a person counts: readings, files.
    var items: Int
    var unit: String
    var elapsed: Duration

    /// One line of at most `width` columns.
    func line(width: Int) -> String {
        let seconds = max(elapsed.inSeconds, 0.001)
        let rate = Double(items) / seconds
        var tail = "\(Quantity.grouped(items)) \(unit)  \(Quantity.short(rate))/s"
        guard let total, total > 0 else { return DisplayWidth.fit(tail, width) }
        let fraction = min(1, Double(done) / Double(total))
        if fraction > 0.001, fraction < 1 {
            let rest = seconds / fraction - seconds
            tail += "  \(Quantity.duration(seconds: rest)) left"
        }
        let percent = "\(Int((fraction * 100).rounded(.down)))%"
        let head = String(repeating: " ", count: 4 - percent.count) + percent + " "
        let room = width - head.count - 2 - DisplayWidth.of(tail)
        guard room >= 8 else { return DisplayWidth.fit(head + tail, width) }
        let length = min(room, 40)
        let filled = Int(fraction * Double(length))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: length - filled)
        return head + bar + "  " + tail
    }
}

/// Paints progress on a terminal, ten times a second at most; silent anywhere else.
final class ProgressPainter: Sendable {
    private struct State {
        var painted: ContinuousClock.Instant?
        var isShown = false
    }

    private let output: Output
    private let start: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ output: Output, start: ContinuousClock.Instant = .now) {
        self.output = output
        self.start = start
    }

    var elapsed: Duration { start.duration(to: .now) }

    func update(done: Int, total: Int?, items: Int, unit: String) throws {
        guard output.isTerminal else { return }
        let isDue = state.withLock { state in
            if let painted = state.painted, painted.duration(to: .now) < .milliseconds(100) { return false }
            state.painted = .now
            state.isShown = true
            return true
        }
        guard isDue else { return }
        let progress = Progress(done: done, total: total, items: items, unit: unit, elapsed: elapsed)
        try output.write("\r\u{1b}[K" + progress.line(width: (output.width ?? 80) - 1))
    }

    /// Takes the line away, so that what follows stands alone.
    func clear() throws {
        guard state.withLock({ $0.isShown }) else { return }
        try output.write("\r\u{1b}[K")
        state.withLock { $0.isShown = false }
    }
}
