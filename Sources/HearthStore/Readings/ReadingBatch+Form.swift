package import HearthCore
import HearthSchema

extension ReadingBatch {
    /// Brings the cells into the form in which stores keep them: real columns hold reals, and no negative zero. Throws
    /// `.internalError` where a cell cannot stand in its column, because admission let it through.
    package mutating func normalize() throws {
        let fields = stream.fields
        for row in 0..<count {
            for column in 0..<width {
                let index = row * width + column
                switch cells[index] {
                case .null:
                    if column < fields.count, fields[column].isRequired { throw misfit(row, column) }
                case .integer(let value):
                    guard column < fields.count else { throw misfit(row, column) }
                    switch fields[column].type {
                    case .integer, .boolean: break
                    case .real: cells[index] = .real(Double(value))
                    default: throw misfit(row, column)
                    }
                case .real(let value):
                    guard column < fields.count, fields[column].type == .real, value.isFinite else {
                        throw misfit(row, column)
                    }
                    if value == 0 { cells[index] = .real(0) }
                case .text:
                    if column < fields.count {
                        switch fields[column].type {
                        case .text, .json: break
                        default: throw misfit(row, column)
                        }
                    }
                }
            }
        }
    }

    /// What a store throws for a cell that does not fit its column.
    package func misfit(_ row: Int, _ column: Int) -> HearthError {
        let name = column < stream.fields.count ? stream.fields[column].name : "extra"
        return HearthError(
            .internalError, "Row \(row) of stream \(stream.name) does not fit its table in the column \(name).",
            disposition: .defect)
    }
}
