import HearthCore
import HearthSchema
import HearthStore

/// Readings of one device as columns, in order of (time, digest): a decoded chunk.
struct ReadingColumns: Sendable {
    enum Column: Sendable {
        /// No reading has a value, or the column was not asked for.
        case absent
        /// NaN where there is no value.
        case reals([Double])
        case integers([Int64], isPresent: [Bool]?)
        case texts(bytes: [UInt8], ends: [Int64], isPresent: [Bool]?)
    }

    var times: [Int64]
    var sequences: [Int64]
    var received: [Int64]
    var flags: [UInt8]
    /// Empty when not asked for.
    var digests: [Int64] = []
    /// By column of the definition it was written under.
    var columns: [Column]

    var count: Int { times.count }

    /// Memory it takes, roughly.
    var byteCount: Int {
        var bytes = count * 33 + 256
        for column in columns {
            switch column {
            case .absent: break
            case .reals(let values): bytes += values.count * 8
            case .integers(let values, let isPresent): bytes += values.count * 8 + (isPresent?.count ?? 0)
            case .texts(let text, let ends, let isPresent):
                bytes += text.count + ends.count * 8 + (isPresent?.count ?? 0)
            }
        }
        return bytes
    }

    /// Appends `count` readings from `row` on, by column, which is many times faster than by row.
    /// - Parameters:
    ///   - step: 1 forwards, -1 backwards.
    ///   - sources: By column of the batch the column here, or nil for one that did not exist then.
    func append(
        _ row: Int, step: Int = 1, count: Int, sources: [Int?], person: UniqueID, device: UniqueID,
        to batch: inout ReadingBatch
    ) {
        for index in 0..<count {
            batch.heads.append(head(row + index * step, person: person, device: device))
        }
        let width = sources.count
        var target = batch.cells.count
        batch.cells.append(contentsOf: repeatElement(.null, count: count * width))
        for source in sources {
            if let source { fill(source, row, step, count, target, width, &batch) }
            target += 1
        }
    }

    private func fill(
        _ source: Int, _ row: Int, _ step: Int, _ count: Int, _ target: Int, _ width: Int, _ batch: inout ReadingBatch
    ) {
        switch columns[source] {
        case .absent: break
        case .reals(let values):
            for index in 0..<count {
                let value = values[row + index * step]
                if !value.isNaN { batch.cells[target + index * width] = .real(value) }
            }
        case .integers(let values, let isPresent):
            for index in 0..<count where isPresent?[row + index * step] ?? true {
                batch.cells[target + index * width] = .integer(values[row + index * step])
            }
        case .texts(let bytes, let ends, let isPresent):
            bytes.withUnsafeBufferPointer { bytes in
                for index in 0..<count where isPresent?[row + index * step] ?? true {
                    let place = row + index * step
                    let start = place == 0 ? 0 : Int(ends[place - 1])
                    let text = UnsafeBufferPointer(rebasing: bytes[start..<Int(ends[place])])
                    batch.cells[target + index * width] = batch.textCell(text)
                }
            }
        }
    }

    /// A value as a number, NaN where there is none.
    @inline(__always)
    func number(_ column: Int?, row: Int) -> Double {
        guard let column else { return .nan }
        switch columns[column] {
        case .reals(let values): return values[row]
        case .integers(let values, let isPresent): return isPresent?[row] ?? true ? Double(values[row]) : .nan
        case .absent, .texts: return .nan
        }
    }

    func text(_ column: Int, row: Int) -> String? {
        guard case .texts(let bytes, let ends, let isPresent) = columns[column], isPresent?[row] ?? true else {
            return nil
        }
        let start = row == 0 ? 0 : Int(ends[row - 1])
        return String(decoding: bytes[start..<Int(ends[row])], as: UTF8.self)
    }

    /// All readings with all columns of the definition they were written under.
    func batch(of definition: StreamDefinition, person: UniqueID, device: UniqueID) -> ReadingBatch {
        var batch = ReadingBatch(stream: definition, minimumCapacity: count)
        append(
            0, count: count, sources: Array(0..<definition.columnCount), person: person, device: device, to: &batch)
        return batch
    }

    func head(_ row: Int, person: UniqueID, device: UniqueID) -> ReadingHead {
        ReadingHead(
            person: person, device: device, timestamp: Timestamp(microseconds: times[row]),
            digest: digests.isEmpty ? 0 : UInt64(bitPattern: digests[row]),
            received: Timestamp(microseconds: received[row]), flags: ReadingFlags(rawValue: flags[row]))
    }

    /// The first row that is not before (time, digest).
    func firstRow(notBefore time: Int64, digest: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if (times[middle], digests[middle]) < (time, digest) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
