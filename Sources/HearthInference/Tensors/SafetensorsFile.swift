import CHearthKernels
import HearthCore

/// The weights of a model, mapped from a safetensors file and checked whole before the first is used.
final class SafetensorsFile: Sendable {
    let path: String
    let header: SafetensorsHeader
    private let file: MappedFile

    init(path: String) throws {
        self.path = path
        file = try MappedFile(path: path)
        header = try SafetensorsHeader(file.bytes, name: path)
    }

    func has(_ name: String) -> Bool { header.entries[name] != nil }

    /// The tensor as floats, after a check of its shape. Every value is finite.
    func weights(_ name: String, shape: [Int]) throws -> [Float] {
        let matrix = try tensor(name, shape: shape)
        let count = matrix.entry.count
        let floats = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            if let target = buffer.baseAddress { matrix.entry.type.widen(matrix.start, count: count, to: target) }
            filled = count
        }
        guard hearth_is_finite(floats, floats.count) != 0 else {
            throw HearthError(
                .malformedModel, "\(path): tensor '\(name)' holds a value that is not finite.",
                hint: "Delete its folder and install the model again: `make models`.")
        }
        return floats
    }

    /// Rows of a matrix that stay in the file until they are read.
    func rows(_ name: String, shape: [Int]) throws -> TensorRows {
        let matrix = try tensor(name, shape: shape)
        return TensorRows(start: matrix.start, type: matrix.entry.type, count: shape[0], width: shape[1], file: self)
    }

    /// Gives the pages read so far back to the system.
    func release() { file.release() }

    private func tensor(_ name: String, shape: [Int]) throws -> (
        entry: SafetensorsHeader.Entry, start: UnsafeRawPointer
    ) {
        guard let entry = header.entries[name] else {
            throw HearthError(
                .malformedModel, "\(path) has no tensor '\(name)'.",
                hint: "Is it a model of the kind its config.json says?")
        }
        guard entry.type.isWeight else {
            throw HearthError(
                .unsupportedModel, "\(path): tensor '\(name)' is of type \(entry.type.rawValue).",
                hint: "Hearth reads F32, F16 and BF16 weights.")
        }
        guard entry.shape == shape else {
            throw HearthError(
                .malformedModel, "\(path): tensor '\(name)' has the shape \(entry.shape), and \(shape) is needed.",
                hint: "Is it a model of the kind its config.json says?")
        }
        // The file has a header, so it has bytes.
        let start = file.bytes.baseAddress! + header.dataStart + entry.range.lowerBound
        return (entry, start)
    }
}

/// A matrix of which single rows are read, such as the vectors of a vocabulary.
struct TensorRows: @unchecked Sendable {  // It points into the file that it keeps; that never changes.
    fileprivate let start: UnsafeRawPointer
    fileprivate let type: TensorType
    let count: Int
    let width: Int
    /// Keeps the mapping.
    private let file: SafetensorsFile

    fileprivate init(start: UnsafeRawPointer, type: TensorType, count: Int, width: Int, file: SafetensorsFile) {
        self.start = start
        self.type = type
        self.count = count
        self.width = width
        self.file = file
    }

    /// Copies row `index` to `target`, which holds `width` floats.
    func copy(_ index: Int, to target: UnsafeMutablePointer<Float>) {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        type.widen(start + index * width * type.bytes, count: width, to: target)
    }
}
