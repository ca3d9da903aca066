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

    /// Appends one cell; `column` nil means a column that did not exist then.
    @inline(__always)
    func appendCell(_ column: Int?, row: Int, type: StreamDefinition.FieldType, to batch: inout ReadingBatch) {
        guard let column else { return batch.cells.append(.null) }
        switch columns[column] {
        case .absent: batch.cells.append(.null)
        case .reals(let values): batch.cells.append(values[row].isNaN ? .null : .real(values[row]))
        case .integers(let values, let isPresent):
            batch.cells.append(isPresent?[row] ?? true ? .integer(values[row]) : .null)
        case .texts(let bytes, let ends, let isPresent):
            guard isPresent?[row] ?? true else { return batch.cells.append(.null) }
            let start = row == 0 ? 0 : Int(ends[row - 1])
            bytes.withUnsafeBufferPointer { bytes in
                let cell = batch.textCell(UnsafeBufferPointer(rebasing: bytes[start..<Int(ends[row])]))
                batch.cells.append(cell)
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

    /// The readings from `rows` with all columns of the definition they were written under.
    func batch(
        _ rows: some Sequence<Int>, of definition: StreamDefinition, person: UniqueID, device: UniqueID
    ) -> ReadingBatch {
        var batch = ReadingBatch(stream: definition)
        for row in rows {
            batch.heads.append(head(row, person: person, device: device))
            for column in 0..<definition.columnCount {
                let type = column < definition.fields.count ? definition.fields[column].type : .json
                appendCell(column, row: row, type: type, to: &batch)
            }
        }
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
