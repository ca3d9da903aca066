/// Where a MessagePack value ends, found by walking over heads alone: nothing is copied or made. It goes on where it was
/// when more of the value has come, so that a value in many pieces is walked over once.
package struct MessagePackLength {
    /// Bytes walked over; may lie behind what there is yet.
    private var position = 0
    /// Values that must still follow.
    private var due = 1

    package init() {}

    /// Bytes that the value has at least, as far as is known.
    package var atLeast: Int { position + due }

    /// Bytes of the first value in `source`. Nesting and text are not judged here; the parser does that.
    static func ofFirstValue(in source: UnsafeRawBufferPointer) throws(JSONError) -> Int {
        var length = MessagePackLength()
        guard let end = try length.advance(in: source) else { throw JSONError(.unexpectedEnd, at: source.count) }
        return end
    }

    /// Walks on.
    /// - Parameter source: Begins with the value; what was there in an earlier call is still there.
    /// - Returns: bytes of the value; nil when there is not all of it.
    package mutating func advance(in source: UnsafeRawBufferPointer) throws(JSONError) -> Int? {
        var (position, due) = (position, due)
        defer { (self.position, self.due) = (position, due) }
        while due > 0 {
            guard position < source.count else { return nil }
            let head = source[position]
            let width = Self.countWidth(head)
            // A head that is not all there is looked at again.
            guard width < source.count - position else { return nil }
            var count = 0
            for index in position + 1..<position + 1 + width { count = count << 8 | Int(source[index]) }
            let content: Int
            var more = 0
            switch head {
            case 0x00...0x7f, 0xc0, 0xc2, 0xc3, 0xe0...0xff: content = 0
            case 0x80...0x8f: (content, more) = (0, Int(head & 15) * 2)
            case 0x90...0x9f: (content, more) = (0, Int(head & 15))
            case 0xa0...0xbf: content = Int(head & 31)
            case 0xc4...0xc6, 0xd9...0xdb: content = count
            // One more byte for the type of an extension.
            case 0xc7...0xc9: content = count + 1
            case 0xcc, 0xd0: content = 1
            case 0xcd, 0xd1: content = 2
            case 0xca, 0xce, 0xd2: content = 4
            case 0xcb, 0xcf, 0xd3: content = 8
            case 0xd4...0xd8: content = 1 << Int(head - 0xd4) + 1
            case 0xdc, 0xdd: (content, more) = (0, count)
            case 0xde, 0xdf: (content, more) = (0, count * 2)
            default: throw JSONError(.unsupported("0xc1 is not a MessagePack type"), at: position)
            }
            due += more - 1
            position += 1 + width + content
        }
        return position <= source.count ? position : nil
    }

    /// Bytes of the count that follows a head.
    @inline(__always)
    private static func countWidth(_ head: UInt8) -> Int {
        switch head {
        case 0xc4, 0xc7, 0xd9: 1
        case 0xc5, 0xc8, 0xda, 0xdc, 0xde: 2
        case 0xc6, 0xc9, 0xdb, 0xdd, 0xdf: 4
        default: 0
        }
    }
}
