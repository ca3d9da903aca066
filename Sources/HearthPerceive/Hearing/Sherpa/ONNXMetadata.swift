import Foundation

/// What the file of an ONNX model says about itself: the member `metadata_props` of `ModelProto` (onnx.proto). Weights are not
/// read: what is not wanted is skipped over.
enum ONNXMetadata {
    /// Why a file is no ONNX model; goes on after a colon.
    struct Unreadable: Error, Equatable {
        var reason: String
    }

    /// Members of the outermost message; models have some twenty.
    private static let mostMembers = 10_000
    /// Bytes of one entry. Those of Whisper list languages, those of SenseVoice the mean of each feature.
    private static let largestEntry: UInt64 = 1 << 20
    /// Field numbers of onnx.proto: `ModelProto.graph` and `.metadata_props`; `StringStringEntryProto.key` and `.value`.
    private static let (graph, entry, key, value) = (UInt64(7), UInt64(14), UInt64(1), UInt64(2))

    static func read(_ path: String) throws(Unreadable) -> [String: String] {
        guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else {
            throw Unreadable(reason: "it cannot be read")
        }
        defer { try? file.close() }
        var members = Members(size: size) { offset, count in
            try? file.seek(toOffset: offset)
            return (try? file.read(upToCount: count)).map { Array($0) } ?? []
        }
        var found: [String: String] = [:]
        var hasGraph = false
        for _ in 0..<mostMembers {
            guard let member = try members.next() else {
                guard hasGraph else { throw Unreadable(reason: "it holds no model") }
                return found
            }
            if member.field == graph { hasGraph = true }
            guard member.field == entry, let place = member.bytes else { continue }
            guard UInt64(place.count) <= largestEntry else { throw Unreadable(reason: "an entry is too long") }
            let (name, text) = try pair(members.read(place.lowerBound, place.count))
            if let name { found[name] = text ?? "" }
        }
        throw Unreadable(reason: "it has too many members")
    }

    private static func pair(_ bytes: [UInt8]) throws(Unreadable) -> (String?, String?) {
        var members = Members(size: UInt64(bytes.count)) { offset, count in
            Array(bytes.dropFirst(Int(offset)).prefix(count))
        }
        var (name, text): (String?, String?)
        while let member = try members.next() {
            guard let place = member.bytes else { continue }
            let said = String(decoding: bytes[Int(place.lowerBound)..<Int(place.upperBound)], as: UTF8.self)
            if member.field == key { name = said }
            if member.field == value { text = said }
        }
        return (name, text)
    }

    /// The members of a message in protocol buffers' binary form, one after the other.
    private struct Members {
        var size: UInt64
        var offset: UInt64 = 0
        /// Bytes from an offset on; fewer at the end.
        var read: (UInt64, Int) -> [UInt8]

        init(size: UInt64, read: @escaping (UInt64, Int) -> [UInt8]) {
            self.size = size
            self.read = read
        }

        /// Nil at the end. `bytes` is where the content of a member with a length is.
        mutating func next() throws(Unreadable) -> (field: UInt64, bytes: Range<UInt64>?)? {
            guard offset < size else { return nil }
            let tag = try number()
            guard tag >> 3 > 0 else { throw Unreadable(reason: "it is no ONNX file") }
            switch tag & 7 {
            case 0: _ = try number()
            case 1: try skip(8)
            case 5: try skip(4)
            case 2:
                let count = try number()
                let start = offset
                try skip(count)
                return (tag >> 3, start..<offset)
            default: throw Unreadable(reason: "it is no ONNX file")
            }
            return (tag >> 3, nil)
        }

        private mutating func skip(_ count: UInt64) throws(Unreadable) {
            guard count <= size - offset else { throw Unreadable(reason: "it is cut off, or no ONNX file") }
            offset += count
        }

        /// A base-128 number, at most ten bytes long.
        private mutating func number() throws(Unreadable) -> UInt64 {
            var result: UInt64 = 0
            for (index, byte) in read(offset, 10).enumerated() {
                result |= UInt64(byte & 0x7F) << UInt64(7 * index)
                if byte < 0x80 {
                    offset += UInt64(index + 1)
                    return result
                }
            }
            throw Unreadable(reason: "it is cut off, or no ONNX file")
        }
    }
}

extension Range<UInt64> {
    fileprivate var count: Int { Int(upperBound - lowerBound) }
}
