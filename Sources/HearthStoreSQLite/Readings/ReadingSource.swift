import HearthCore
import HearthStore

/// Readings of one device in one order, one at a time: from the table or from chunks. A source stands on a reading from
/// its creation until `advance` returns false.
protocol ReadingSource: AnyObject {
    /// Microseconds since 1970.
    var time: Int64 { get }
    func digest() throws -> Int64
    func advance() throws -> Bool
    /// Appends the reading it stands on and those after it that come strictly before `rival` (nil: all), at most
    /// `limit`.
    /// - Returns: false at the end.
    func append(to batch: inout ReadingBatch, limit: Int, before rival: Int64?) throws -> Bool
    /// One value per wanted column, NaN where there is none or it is text.
    func values(into values: UnsafeMutableBufferPointer<Double>) throws
    /// Gives its statements back.
    func close()
}

/// Which readings of one device, in terms of (ts, digest).
struct ReadingSpan: Sendable {
    var firstTime: Int64
    /// At `firstTime` only greater digests.
    var afterDigest: Int64
    var lastTime: Int64
    /// At `lastTime` only smaller digests.
    var beforeDigest: Int64

    static let everything = ReadingSpan(
        firstTime: .min, afterDigest: -1, lastTime: .max, beforeDigest: .max)

    var isEmpty: Bool { firstTime > lastTime }

    /// The readings of `query` beyond `position` that `device` can have.
    init(_ query: ReadingQuery, after position: ReadingPosition?, device: UniqueID) {
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

    init(firstTime: Int64, afterDigest: Int64, lastTime: Int64, beforeDigest: Int64) {
        self.firstTime = firstTime
        self.afterDigest = afterDigest
        self.lastTime = lastTime
        self.beforeDigest = beforeDigest
    }

    init(times: ClosedRange<Int64>) {
        self = .everything
        firstTime = times.lowerBound
        lastTime = times.upperBound
    }
}

/// Several sources as one, in the order (time, device, digest).
struct ReadingMerge {
    private struct Lane {
        var source: any ReadingSource
        /// Place of the device among the ids in order.
        var rank: Int
    }

    private var lanes: [Lane] = []
    private let isReversed: Bool

    init(order: ReadingQuery.Order) { isReversed = order == .newestFirst }

    mutating func add(_ source: (any ReadingSource)?, rank: Int) {
        if let source { lanes.append(Lane(source: source, rank: rank)) }
    }

    private func comes(_ left: Lane, before right: Lane) throws -> Bool {
        if left.source.time != right.source.time { return (left.source.time < right.source.time) != isReversed }
        if left.rank != right.rank { return (left.rank < right.rank) != isReversed }
        return try (left.source.digest() < right.source.digest()) != isReversed
    }

    /// The source whose reading comes first, and the time of the one that comes second.
    private func next() throws -> (lane: Int, rival: Int64?) {
        var best = 0
        var second: Int?
        for index in lanes.indices.dropFirst() {
            if try comes(lanes[index], before: lanes[best]) {
                (second, best) = (best, index)
            } else if try second.map({ try comes(lanes[index], before: lanes[$0]) }) ?? true {
                second = index
            }
        }
        return (best, second.map { lanes[$0].source.time })
    }

    private mutating func remove(_ lane: Int) {
        lanes[lane].source.close()
        lanes.remove(at: lane)
    }

    /// Appends the next readings up to `limit` in the batch. Most follow one of their own source, so sources are asked
    /// for as many as they have before the runner-up is due.
    mutating func fill(_ batch: inout ReadingBatch, limit: Int) throws {
        while !lanes.isEmpty, batch.count < limit {
            let (lane, rival) = try next()
            let goesOn = try lanes[lane].source.append(to: &batch, limit: limit - batch.count, before: rival)
            if !goesOn { remove(lane) }
        }
    }

    /// Hands over each reading in turn.
    mutating func visit(_ body: (any ReadingSource) throws -> Void) throws {
        while !lanes.isEmpty {
            let (lane, rival) = try next()
            let source = lanes[lane].source
            while true {
                try body(source)
                guard try source.advance() else {
                    remove(lane)
                    break
                }
                // At the time of the runner-up, device and digest decide.
                if let rival, isReversed ? source.time <= rival : source.time >= rival { break }
            }
        }
    }

    func close() {
        for lane in lanes { lane.source.close() }
    }
}
