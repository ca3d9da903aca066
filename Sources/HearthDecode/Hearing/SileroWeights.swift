import Foundation
import HearthCore
import HearthMedia

/// The tensors of Silero VAD for 16 kHz, as its package ships them (`silero_vad_16k.safetensors`).
final class SileroWeights {
    static let fileName = "silero_vad_16k.safetensors"
    static let remedy = "make models"
    /// The file has 1.2 MB.
    private static let largestFile = 16 * 1024 * 1024

    let tensors: [String: [Float]]

    /// Every tensor and the number of its values.
    static let shapes: [String: Int] = [
        "stft_conv.weight": 258 * 256, "conv1.weight": 128 * 129 * 3, "conv1.bias": 128, "conv2.weight": 64 * 128 * 3,
        "conv2.bias": 64, "conv3.weight": 64 * 64 * 3, "conv3.bias": 64, "conv4.weight": 128 * 64 * 3,
        "conv4.bias": 128, "lstm_cell.weight_ih": 512 * 128, "lstm_cell.weight_hh": 512 * 128,
        "lstm_cell.bias_ih": 512, "lstm_cell.bias_hh": 512, "final_conv.weight": 128, "final_conv.bias": 1,
    ]

    /// - Throws: `capability-missing`.
    init(folder: String) throws {
        let path = folder + "/" + Self.fileName
        guard let data = FileManager.default.contents(atPath: path) else {
            throw HearthError(
                .capabilityMissing, "The model that finds speech is not installed: \(path).",
                hint: "`\(Self.remedy)` in a clone of Hearth installs it.", disposition: .retry)
        }
        guard data.count <= Self.largestFile, let tensors = Self.parse([UInt8](data)) else {
            throw HearthError(
                .capabilityMissing, "The model that finds speech is damaged: \(path).",
                hint: "`\(Self.remedy)` in a clone of Hearth installs it.", disposition: .retry)
        }
        self.tensors = tensors
    }

    /// safetensors: the length of the header (8 bytes, little-endian), the header as JSON, the values.
    private static func parse(_ bytes: [UInt8]) -> [String: [Float]]? {
        guard bytes.count > 8 else { return nil }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(bytes.count - 8), let header = try? JSONValue(parsing: Array(bytes[8..<8 + Int(length)]))
        else { return nil }
        let values = bytes[(8 + Int(length))...]
        var tensors: [String: [Float]] = [:]
        for (name, count) in shapes {
            guard let entry = header[name], entry["dtype"]?.string == "F32",
                let first = entry["data_offsets"]?[0]?.int64, let last = entry["data_offsets"]?[1]?.int64,
                first >= 0, last >= first, last <= Int64(values.count), last - first == Int64(count * 4)
            else { return nil }
            tensors[name] = values.dropFirst(Int(first)).prefix(count * 4).withUnsafeBytes { raw in
                (0..<count).map {
                    Float(bitPattern: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self).littleEndian)
                }
            }
        }
        return tensors
    }
}
