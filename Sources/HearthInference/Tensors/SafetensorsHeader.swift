import HearthCore
import OrderedCollections

/// The header of a safetensors file: which tensors it holds, and where. The format is
/// `length: UInt64 (little-endian) | header: JSON | data`, with every byte of data belonging to exactly one tensor.
struct SafetensorsHeader: Sendable {
    struct Entry: Sendable, Equatable {
        var type: TensorType
        var shape: [Int]
        /// Bytes within the data.
        var range: Range<Int>

        /// Number of elements.
        var count: Int { shape.reduce(1, *) }
    }

    var entries: [String: Entry]
    /// Byte of the file where the data begins.
    var dataStart: Int

    /// Bytes of JSON. The models this is for need some tens of thousands.
    static let longestHeader = 8 << 20
    static let mostTensors = 65_536
    static let mostDimensions = 8

    /// Reads the header of a file whose bytes are `file`. `name` is how errors call it.
    init(_ file: UnsafeRawBufferPointer, name: String) throws {
        func malformed(_ why: String) -> HearthError {
            HearthError(
                .malformedModel, "\(name) is no safetensors file that Hearth reads: \(why).",
                hint:
                    "The file may have been cut short. Delete it with its folder and install the model again: `make models`."
            )
        }
        guard file.count >= 8 else { throw malformed("it has \(file.count) bytes, and its length alone takes 8") }
        let declared = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard declared <= UInt64(Self.longestHeader) else {
            throw malformed("its header says that it is \(declared) bytes long; the limit is \(Self.longestHeader)")
        }
        let length = Int(declared)
        guard length <= file.count - 8 else {
            throw malformed("its header should have \(length) bytes, and \(file.count - 8) follow")
        }
        dataStart = 8 + length
        let dataSize = file.count - dataStart
        let members: OrderedDictionary<String, JSONValue>
        switch Self.parse(Array(file[8..<dataStart])) {
        case .success(let json):
            guard let object = json.object else { throw malformed("its header is not a JSON object") }
            members = object
        case .failure(let error): throw malformed("its header is not valid JSON: \(error)")
        }
        guard members.count <= Self.mostTensors else { throw malformed("it has more than \(Self.mostTensors) tensors") }

        entries = [:]
        for (tensor, value) in members where tensor != "__metadata__" {
            switch Self.entry(value, dataSize: dataSize) {
            case .success(let entry): entries[tensor] = entry
            case .failure(let fault): throw malformed("tensor '\(tensor)' \(fault.why)")
            }
        }
        var end = 0
        let ordered = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < (
                $1.value.range.lowerBound, $1.value.range.upperBound
            )
        }
        for (tensor, entry) in ordered {
            guard entry.range.lowerBound >= end else { throw malformed("tensor '\(tensor)' overlaps another") }
            guard entry.range.lowerBound == end else {
                throw malformed("\(entry.range.lowerBound - end) bytes before tensor '\(tensor)' belong to none")
            }
            end = entry.range.upperBound
        }
        guard end == dataSize else { throw malformed("\(dataSize - end) bytes at its end belong to no tensor") }
    }

    private static func parse(_ bytes: [UInt8]) -> Result<JSONValue, JSONError> {
        Result { () throws(JSONError) in
            try JSONValue(parsing: bytes, options: JSONOptions(maximumDepth: 8, rejectsDuplicateKeys: true))
        }
    }

    private struct Fault: Error {
        var why: String
    }

    private static func entry(_ value: JSONValue, dataSize: Int) -> Result<Entry, Fault> {
        guard let name = value["dtype"]?.string else { return .failure(Fault(why: "has no dtype")) }
        guard let type = TensorType(rawValue: name) else {
            return .failure(Fault(why: "has the unknown dtype '\(name)'"))
        }
        guard let shape = value["shape"]?.array else { return .failure(Fault(why: "has no shape")) }
        guard shape.count <= mostDimensions else {
            return .failure(Fault(why: "has more than \(mostDimensions) dimensions"))
        }
        var sizes: [Int] = []
        var bytes = type.bytes
        for dimension in shape {
            guard case .integer(let size) = dimension, size >= 0 else {
                return .failure(Fault(why: "has a dimension that is no count: \(dimension.text)"))
            }
            let (product, overflows) = bytes.multipliedReportingOverflow(by: Int(size))
            guard !overflows else { return .failure(Fault(why: "is larger than any memory")) }
            bytes = product
            sizes.append(Int(size))
        }
        guard let offsets = value["data_offsets"]?.array, offsets.count == 2,
            case .integer(let begin) = offsets[0], case .integer(let end) = offsets[1]
        else { return .failure(Fault(why: "has no data_offsets of two numbers")) }
        guard begin >= 0, begin <= end, end <= Int64(dataSize) else {
            return .failure(Fault(why: "lies at bytes \(begin) to \(end) of \(dataSize)"))
        }
        guard Int(end - begin) == bytes else {
            return .failure(Fault(why: "needs \(bytes) bytes for \(name) \(sizes) and has \(end - begin)"))
        }
        return .success(Entry(type: type, shape: sizes, range: Int(begin)..<Int(end)))
    }
}
