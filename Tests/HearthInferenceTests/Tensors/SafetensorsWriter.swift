import Foundation
import HearthCore

@testable import HearthInference

/// Makes safetensors files, good ones from tensors and bad ones from any header.
enum SafetensorsWriter {
    static func bytes(header: String, data: [UInt8] = [], declaredLength: UInt64? = nil) -> [UInt8] {
        let length = declaredLength ?? UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(header.utf8) + data
    }

    static func bytes(
        _ tensors: [String: (shape: [Int], values: [Float])], type: TensorType = .float32, prefix: String = ""
    ) -> [UInt8] {
        var data: [UInt8] = []
        var members: [String] = [#""__metadata__": {"format": "pt"}"#]
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = data.count
            for value in tensor.values {
                switch type {
                case .bfloat16: data += little(UInt16(value.bitPattern >> 16))
                case .float16: data += little(half(value))
                default: data += little(value.bitPattern)
                }
            }
            let shape = tensor.shape.map(String.init).joined(separator: ", ")
            members.append(
                #""\#(prefix + name)": {"dtype": "\#(type.rawValue)", "shape": [\#(shape)], "#
                    + #""data_offsets": [\#(start), \#(data.count)]}"#)
        }
        return bytes(header: "{" + members.joined(separator: ", ") + "}", data: data)
    }

    /// A file in a folder that goes when `body` ends.
    static func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID().uuidString).safetensors")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// By search: the nearest below among all positive halves.
    static func half(_ value: Float) -> UInt16 {
        var (low, high): (UInt16, UInt16) = (0, 0x7bff)
        while low < high {
            let middle = low + (high - low + 1) / 2
            if TensorType.float(half: middle) <= abs(value) { low = middle } else { high = middle - 1 }
        }
        return low | (value < 0 ? 0x8000 : 0)
    }
}
