import Foundation
import HearthCore
import HearthTesting

/// The cases of a file in `Fixtures`.
enum Fixture {
    static func read(_ name: String) throws -> JSONValue {
        let file = TestData.repository.appending(path: "Tests/HearthInferenceTests/Fixtures/\(name).json")
        return try JSONValue(parsing: Array(try Data(contentsOf: file)))
    }

    /// Little-endian floats in base64.
    static func floats(_ value: JSONValue?) -> [Float] {
        guard let data = Data(base64Encoded: value?.string ?? "") else { return [] }
        return data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - 3, by: 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
            }
        }
    }
}
