package import HearthCore
import HearthSchema

/// Which readings of one device, in terms of (ts, digest).
package struct ReadingSpan: Sendable {
    package var firstTime: Int64
    /// At `firstTime` only greater digests.
    package var afterDigest: Int64
    package var lastTime: Int64
    /// At `lastTime` only smaller digests.
    package var beforeDigest: Int64

    package static let everything = ReadingSpan(
        firstTime: .min, afterDigest: -1, lastTime: .max, beforeDigest: .max)

    package var isEmpty: Bool { firstTime > lastTime }

    /// The readings of `query` beyond `position` that `device` can have.
    package init(_ query: ReadingQuery, after position: ReadingPosition?, device: UniqueID) {
        self = .everything
        if let from = query.from { firstTime = from.microseconds }
        if let to = query.to {
            guard to.microseconds > .min else {
                (firstTime, lastTime) = (.max, .min)
                return
            }
            lastTime = to.microseconds - 1
        }
        guard let position else { return }
        let time = position.timestamp.microseconds
        switch query.order {
        case .oldestFirst:
            guard time >= firstTime else { return }
            firstTime = time
            // Of several devices at one time, those with smaller ids came before.
            if device == position.device {
                afterDigest = Int64(bitPattern: position.digest)
            } else if device < position.device {
                afterDigest = .max
            }
        case .newestFirst:
            guard time <= lastTime else { return }
            lastTime = time
            if device == position.device {
                beforeDigest = Int64(bitPattern: position.digest)
            } else if device > position.device {
                beforeDigest = -1
            }
        }
    }

    package init(firstTime: Int64, afterDigest: Int64, lastTime: Int64, beforeDigest: Int64) {
        self.firstTime = firstTime
        self.afterDigest = afterDigest
        self.lastTime = lastTime
        self.beforeDigest = beforeDigest
    }

    package init(times: ClosedRange<Int64>) {
        self = .everything
        firstTime = times.lowerBound
        lastTime = times.upperBound
    }
}
