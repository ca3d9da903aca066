import HearthCore
import HearthSchema
import HearthStore
import HearthVault

/// A value as it is sealed: a byte that tells its kind, and the value.
enum PrivateValue {
    private static let text: UInt8 = 0
    private static let real: UInt8 = 1
    private static let integer: UInt8 = 2

    /// Nil where there is no value.
    static func bytes(of cell: Cell, in batch: ReadingBatch) -> [UInt8]? {
        switch cell {
        case .null: return nil
        case .integer(let value): return [integer] + withUnsafeBytes(of: value.littleEndian) { Array($0) }
        case .real(let value): return [real] + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        case .text(let offset, let length): return [text] + batch.text[Int(offset)..<Int(offset) + Int(length)]
        }
    }

    /// The cell that `bytes` were made of, its text at the end of `batch`.
    static func cell(of bytes: [UInt8], in batch: inout ReadingBatch) throws(HearthError) -> Cell {
        let value = bytes.dropFirst()
        switch bytes.first {
        case text: return value.withUnsafeBufferPointer { batch.textCell($0) }
        case real: return .real(Double(bitPattern: try word(value)))
        case integer: return .integer(Int64(bitPattern: try word(value)))
        default: throw damaged()
        }
    }

    /// As people see it.
    /// - Parameter isJSON: The field is of JSON, whose text is stored.
    static func json(of bytes: [UInt8], isJSON: Bool) throws(HearthError) -> JSONValue {
        let value = bytes.dropFirst()
        switch bytes.first {
        case text:
            let written = String(decoding: value, as: UTF8.self)
            if !isJSON { return .string(written) }
            do { return try JSONValue(parsing: written) } catch { throw damaged() }
        case real: return .real(Double(bitPattern: try word(value)))
        case integer: return .integer(Int64(bitPattern: try word(value)))
        default: throw damaged()
        }
    }

    private static func word(_ value: ArraySlice<UInt8>) throws(HearthError) -> UInt64 {
        guard value.count == 8 else { throw damaged() }
        return value.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func damaged() -> HearthError {
        HearthError(
            .storageFailed, "A value in the vault is of no known kind.",
            hint: "Restore vault.db and its keys from one backup.", disposition: .defect)
    }
}

extension ReadingBatch {
    /// The token in a cell, if it can be one.
    func token(_ row: Int, _ column: Int) -> VaultToken? {
        switch self[row, column] {
        case .null: return nil
        case .integer(let value): return VaultToken(bits: UInt64(bitPattern: value))
        case .real(let value): return VaultToken(bits: value.bitPattern)
        case .text(_, let length):
            // As JSON it stands in quotes.
            guard length == 20 || length == 22, var written = string(self[row, column]) else { return nil }
            if stream.fields[column].type == .json {
                guard length == 22, written.hasPrefix("\""), written.hasSuffix("\"") else { return nil }
                written = String(written.dropFirst().dropLast())
            }
            return VaultToken(text: written)
        }
    }

    /// Puts a token where its value was, in the form that the column has.
    mutating func place(_ token: VaultToken, _ row: Int, _ column: Int) {
        switch stream.fields[column].type {
        case .integer, .boolean: self[row, column] = .integer(token.integer)
        case .real: self[row, column] = .real(token.real)
        case .text: self[row, column] = textCell(token.text)
        case .json: self[row, column] = textCell("\"\(token.text)\"")
        }
    }

    /// Puts a token where its value was, in the form that people see.
    mutating func show(_ token: VaultToken, _ row: Int, _ column: Int) {
        self[row, column] = textCell(stream.fields[column].type == .json ? "\"\(token.text)\"" : token.text)
    }
}

extension Timestamp {
    /// Days since 1970.
    var day: Int32 { Int32(clamping: microseconds.floorDivided(by: 86_400_000_000)) }
}
