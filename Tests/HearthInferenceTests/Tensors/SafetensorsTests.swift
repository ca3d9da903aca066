import Foundation
import HearthCore
import HearthTesting
import Testing

@testable import HearthInference

@Suite struct SafetensorsTests {
    private func header(_ bytes: [UInt8]) throws -> SafetensorsHeader {
        try bytes.withUnsafeBytes { try SafetensorsHeader($0, name: "m") }
    }

    private func refusal(_ bytes: [UInt8]) -> String {
        do {
            _ = try header(bytes)
            return "accepted"
        } catch let error as HearthError {
            return error.code == .malformedModel ? error.message : "\(error)"
        } catch {
            return "\(error)"
        }
    }

    private func tensor(_ dtype: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0, 8]") -> String {
        #"{"dtype": "\#(dtype)", "shape": \#(shape), "data_offsets": \#(offsets)}"#
    }

    @Test func goodHeaderIsRead() throws {
        let text = #"{"__metadata__": {"a": "b"}, "x": \#(tensor()), "y": \#(tensor("I64", "[1, 1]", "[8, 16]"))}"#
        let header = try header(SafetensorsWriter.bytes(header: text, data: Array(repeating: 0, count: 16)))
        #expect(header.entries["x"] == .init(type: .float32, shape: [2], range: 0..<8))
        #expect(header.entries["y"] == .init(type: .int64, shape: [1, 1], range: 8..<16))
        #expect(header.dataStart == 8 + text.utf8.count)
    }

    @Test(arguments: [
        (#"{"x": {"dtype": "F31", "shape": [2], "data_offsets": [0, 8]}}"#, 8, "unknown dtype 'F31'"),
        (#"{"x": {"shape": [2], "data_offsets": [0, 8]}}"#, 8, "no dtype"),
        (#"{"x": {"dtype": "F32", "data_offsets": [0, 8]}}"#, 8, "no shape"),
        (#"{"x": {"dtype": "F32", "shape": [2]}}"#, 8, "no data_offsets"),
        (#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}"#, 8, "no data_offsets of two"),
        (#"{"x": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}"#, 8, "no count: -2"),
        (#"{"x": {"dtype": "F32", "shape": [2.5], "data_offsets": [0, 8]}}"#, 8, "no count: 2.5"),
        (#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 9]}}"#, 8, "lies at bytes 0 to 9 of 8"),
        (#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#, 8, "lies at bytes 8 to 0 of 8"),
        (#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}"#, 8, "lies at bytes -8 to 0 of 8"),
        (#"{"x": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}"#, 8, "needs 12 bytes for F32 [3] and has 8"),
        (#"{"x": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}}"#, 8, "any memory"),
        (#"{"x": {"dtype": "U8", "shape": [1,1,1,1,1,1,1,1,1], "data_offsets": [0, 1]}}"#, 1, "more than 8 dimensions"),
        (
            #"{"x": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "#
                + #""y": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}"#, 6, "overlaps another"
        ),
        (
            #"{"x": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}"#, 6,
            "2 bytes before tensor 'x' belong to none"
        ),
        (#"{"x": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}"#, 6, "2 bytes at its end belong to no tensor"),
        (#"{"x": 1, "x": 2}"#, 0, "stands twice"),
        (#"[]"#, 0, "not a JSON object"),
        (#"{"x""#, 0, "not valid JSON"),
    ]) func badHeaderIsNamed(_ text: String, _ size: Int, _ reason: String) {
        let refusal = refusal(SafetensorsWriter.bytes(header: text, data: Array(repeating: 0, count: size)))
        #expect(refusal.contains(reason), "\(refusal)")
    }

    @Test func lengthsAreCheckedBeforeAnythingIsRead() {
        #expect(refusal([1, 2, 3]).contains("it has 3 bytes"))
        #expect(
            refusal(SafetensorsWriter.bytes(header: "{}", declaredLength: 3)).contains("should have 3 bytes, and 2"))
        #expect(refusal(SafetensorsWriter.bytes(header: "{}", declaredLength: .max)).contains("the limit is"))
    }

    @Test func weightsOfEachTypeAreWidened() throws {
        let values: [Float] = [0, 1, -1.5, 0.25, 65_504, -6.103515625e-05, 5.9604645e-08, -0.0]
        for type in [TensorType.float32, .float16, .bfloat16] {
            let read = try SafetensorsWriter.withFile(SafetensorsWriter.bytes(["x": ([8], values)], type: type)) {
                try SafetensorsFile(path: $0).weights("x", shape: [8])
            }
            // bfloat16 keeps 8 bits of fraction and is cut here; the others keep these numbers exactly.
            for (value, expected) in zip(read, values) {
                #expect(abs(value - expected) <= (type == .bfloat16 ? abs(expected) / 128 : 0), "\(type)")
            }
        }
    }

    @Test func halvesOfEveryKindAreExact() {
        #expect(TensorType.float(half: 0x3c00) == 1)
        #expect(TensorType.float(half: 0xc000) == -2)
        #expect(TensorType.float(half: 0x7bff) == 65_504)
        #expect(TensorType.float(half: 0x0001) == 0x1p-24)
        #expect(TensorType.float(half: 0x03ff) == 1023 * 0x1p-24)
        #expect(TensorType.float(half: 0x0400) == 0x1p-14)
        #expect(TensorType.float(half: 0x7c00) == .infinity)
        #expect(TensorType.float(half: 0xfc00) == -.infinity)
        #expect(TensorType.float(half: 0x7e00).isNaN)
    }

    @Test func wrongShapesNamesAndValuesAreRefused() throws {
        func message(_ tensors: [String: (shape: [Int], values: [Float])], _ shape: [Int]) throws -> String {
            try SafetensorsWriter.withFile(SafetensorsWriter.bytes(tensors)) { path in
                let file = try SafetensorsFile(path: path)
                let error = #expect(throws: HearthError.self) { try file.weights("x", shape: shape) }
                return error?.message ?? ""
            }
        }
        #expect(try message(["x": ([2], [1, 2])], [3]).contains("has the shape [2], and [3] is needed"))
        #expect(try message(["y": ([2], [1, 2])], [2]).contains("has no tensor 'x'"))
        #expect(try message(["x": ([2], [1, .nan])], [2]).contains("is not finite"))
        let integers = SafetensorsWriter.bytes(
            header: #"{"x": \#(tensor("I64", "[1]"))}"#, data: Array(repeating: 0, count: 8))
        try SafetensorsWriter.withFile(integers) { path in
            let file = try SafetensorsFile(path: path)
            let error = #expect(throws: HearthError.self) { try file.weights("x", shape: [1]) }
            #expect(error?.code == .unsupportedModel)
        }
    }

    @Test func missingFileIsUnavailable() {
        let error = #expect(throws: HearthError.self) { try SafetensorsFile(path: "/nonexistent/model.safetensors") }
        #expect(error?.code == .modelUnavailable)
    }

    /// Whatever is changed in a file, reading it ends in a header whose tensors lie within it, or in an error of ours.
    @Test func fuzzedFilesAreReadOrRefused() throws {
        let seconds = Double(ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"] ?? "") ?? 0
        let deadline = ContinuousClock.now + .seconds(seconds)
        let good = SafetensorsWriter.bytes([
            "a": ([2, 3], [1, 2, 3, 4, 5, 6]), "b": ([1], [7]), "longer.name.weight": ([0, 4], []),
        ])
        let pieces = ["-1", "9223372036854775807", "1e9", "\"F16\"", "[", "]", "{", "}", "null", ",", "\"a\"", "0"].map
        { Array($0.utf8) }
        var random = SplitMix64(seed: 20)
        var accepted = 0
        var round = 0
        while round < 2_000 || ContinuousClock.now < deadline {
            round += 1
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1:
                    bytes.replaceSubrange(
                        at..<min(at + 2, bytes.count), with: pieces.randomElement(using: &random) ?? [])
                case 2: bytes.removeSubrange(at..<min(at + Int.random(in: 1...9, using: &random), bytes.count))
                default: bytes.insert(contentsOf: bytes[at..<min(at + 5, bytes.count)], at: at)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            do {
                let header = try header(bytes)
                accepted += 1
                for entry in header.entries.values {
                    #expect(header.dataStart + entry.range.upperBound <= bytes.count)
                    #expect(entry.range.count == entry.count * entry.type.bytes)
                }
            } catch let error as HearthError {
                #expect(error.code == .malformedModel)
            }
        }
        #expect(accepted > 0 && accepted < round, "the changes must hit and miss")
    }
}
