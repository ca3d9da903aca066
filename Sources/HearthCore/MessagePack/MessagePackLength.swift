/// Where a MessagePack value ends, found by walking over heads alone: nothing is copied or made.
enum MessagePackLength {
    /// Bytes of the first value in `source`. Nesting and text are not judged here; the parser does that.
    static func ofFirstValue(in source: UnsafeRawBufferPointer) throws(JSONError) -> Int {
        var position = 0
        /// Values that must still follow.
        var due = 1

        func unsigned(_ width: Int) throws(JSONError) -> Int {
            guard width <= source.count - position else { throw JSONError(.unexpectedEnd, at: source.count) }
            var value = 0
            for index in position..<position + width { value = value << 8 | Int(source[index]) }
            position += width
            return value
        }

        while due > 0 {
            // Every value takes a byte at least, which also keeps a hostile count from overflowing `due`.
            guard due <= source.count - position else { throw JSONError(.unexpectedEnd, at: source.count) }
            due -= 1
            let head = source[position]
            position += 1
            let content: Int
            switch head {
            case 0x00...0x7f, 0xc0, 0xc2, 0xc3, 0xe0...0xff: content = 0
            case 0x80...0x8f: (content, due) = (0, due + Int(head & 15) * 2)
            case 0x90...0x9f: (content, due) = (0, due + Int(head & 15))
            case 0xa0...0xbf: content = Int(head & 31)
            case 0xc4, 0xd9: content = try unsigned(1)
            case 0xc5, 0xda: content = try unsigned(2)
            case 0xc6, 0xdb: content = try unsigned(4)
            // One more byte for the type of an extension.
            case 0xc7: content = try unsigned(1) + 1
            case 0xc8: content = try unsigned(2) + 1
            case 0xc9: content = try unsigned(4) + 1
            case 0xcc, 0xd0: content = 1
            case 0xcd, 0xd1: content = 2
            case 0xca, 0xce, 0xd2: content = 4
            case 0xcb, 0xcf, 0xd3: content = 8
            case 0xd4...0xd8: content = 1 << Int(head - 0xd4) + 1
            case 0xdc: (content, due) = (0, due + (try unsigned(2)))
            case 0xdd: (content, due) = (0, due + (try unsigned(4)))
            case 0xde: (content, due) = (0, due + (try unsigned(2)) * 2)
            case 0xdf: (content, due) = (0, due + (try unsigned(4)) * 2)
            default: throw JSONError(.unsupported("0xc1 is not a MessagePack type"), at: position - 1)
            }
            guard content <= source.count - position else { throw JSONError(.unexpectedEnd, at: source.count) }
            position += content
        }
        return position
    }
}
