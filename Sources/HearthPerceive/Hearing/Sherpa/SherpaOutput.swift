import HearthCore

/// The results on the output of `sherpa-onnx-offline`: one object in curly brackets per sound. Its strings are escaped by
/// C++'s `std::quoted`, so control characters stay, and a token may be a part of a character.
enum SherpaOutput {
    /// Why an output is no result; goes on after a colon.
    struct Unreadable: Error, Equatable {
        var reason: String
    }

    /// The objects, one after the other.
    static func objects(_ output: [UInt8]) throws(Unreadable) -> [JSONValue] {
        var found: [JSONValue] = []
        var rest = output[...]
        while let start = rest.firstIndex(where: { !isSpace($0) }) {
            guard rest[start] == UInt8(ascii: "{") else {
                throw Unreadable(reason: "it says “\(excerpt(rest[start...]))”, which is no result")
            }
            guard let end = end(of: rest[start...]) else { throw Unreadable(reason: "its last result is cut off") }
            do {
                found.append(try JSONValue(parsing: mended(rest[start..<end])))
            } catch {
                throw Unreadable(reason: "a result is not JSON (\(error))")
            }
            rest = rest[end...]
        }
        return found
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0x0A }.prefix(80), as: UTF8.self)
    }

    /// Behind the bracket that closes the first one.
    private static func end(of bytes: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        var (isQuoted, isEscaped) = (false, false)
        for (index, byte) in zip(bytes.indices, bytes) {
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }

    /// With a space for each control character, and `<0xE4>` for each byte that is no part of a whole character, which is how
    /// sherpa-onnx itself writes tokens of a single byte.
    static func mended(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte < 0x80 {
                result.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte)
                index += 1
                continue
            }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
            let character = bytes[index..<min(index + length, bytes.endIndex)]
            if String(validating: character, as: UTF8.self)?.unicodeScalars.count == 1 {
                result += character
                index += character.count
            } else {
                result += SherpaTokens.escaped(byte).utf8
                index += 1
            }
        }
        return result
    }
}
