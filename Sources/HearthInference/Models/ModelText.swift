import Foundation
import HearthCore

/// Reads the small text files of a model folder, with a bound on their size.
enum ModelText {
    /// Bytes of a configuration file.
    static let largestConfiguration = 1 << 20

    static func read(_ file: URL, limit: Int) throws -> String {
        let data = try bytes(file, limit: limit)
        guard let text = String(validating: data, as: UTF8.self) else {
            throw HearthError(.malformedModel, "\(file.path) is not UTF-8 text.", hint: "Install the model again.")
        }
        return text
    }

    static func json(_ file: URL, limit: Int = largestConfiguration) throws -> JSONValue {
        let data = try bytes(file, limit: limit)
        do {
            return try JSONValue(parsing: data)
        } catch {
            throw HearthError(
                .malformedModel, "\(file.path) is not valid JSON: \(error).", hint: "Install the model again.")
        }
    }

    private static func bytes(_ file: URL, limit: Int) throws -> [UInt8] {
        let data: Data
        do {
            data = try Data(contentsOf: file, options: .alwaysMapped)
        } catch CocoaError.fileReadNoSuchFile {
            throw HearthError(.modelUnavailable, "\(file.path) is missing.", hint: "Install the model again.")
        } catch {
            throw HearthError(.storageFailed, "\(file.path) cannot be read.", cause: error)
        }
        guard data.count <= limit else {
            throw HearthError(.malformedModel, "\(file.path) is larger than \(limit) bytes.")
        }
        return Array(data)
    }
}
