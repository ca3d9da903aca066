/// Bounds the attributes of elements before a page is parsed. libxml2 parses a whole start tag at once and compares each
/// attribute with all before it, so that one element with half a million of them takes minutes.
enum HTMLAttributes {
    private enum State {
        case text
        /// Behind `<` and a letter, up to the end of the name.
        case name
        /// Between attributes.
        case between
        case attribute
        /// Behind the equals sign.
        case equals
        case value
        case quoted(UInt8)
    }

    /// Overwrites the attributes of each element that are more than `HTMLTree.maximumAttributes` with blanks.
    /// - Returns: whether there were any.
    static func trim(_ page: inout [UInt8]) -> Bool {
        var state = State.text
        var isTrimmed = false
        var count = 0
        var nameStart = 0
        var index = 0
        while index < page.count {
            let byte = page[index]
            if case .text = state {
                guard byte == UInt8(ascii: "<"), index + 1 < page.count else {
                    index += 1
                    continue
                }
                if page[index...].starts(with: "<!--".utf8) {
                    index = find("-->", in: page, from: index + 4)
                } else if isLetter(page[index + 1]) {
                    (state, count, nameStart) = (.name, 0, index + 1)
                    index += 2
                } else {
                    index += 1
                }
                continue
            }
            let isEnd = byte == UInt8(ascii: ">")
            switch state {
            case .text: break
            case .quoted(let quote): if byte == quote { state = .between }
            case _ where isEnd:
                state = .text
                // What stands in these is no markup.
                let name = String(decoding: page[nameStart..<min(nameStart + 6, index)], as: UTF8.self).lowercased()
                for raw in ["script", "style"] where name.hasPrefix(raw) {
                    index = find("</" + raw, in: page, from: index)
                }
                index += 1
                continue
            case .name: if isBlank(byte) { state = .between }
            case .between where isBlank(byte): break
            case .between, .attribute:
                if byte == UInt8(ascii: "=") {
                    state = .equals
                } else if isBlank(byte) {
                    state = .between
                } else if case .between = state {
                    (state, count) = (.attribute, count + 1)
                }
            case .equals:
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    state = .quoted(byte)
                } else if byte > 0x20 {
                    state = .value
                }
            // Slashes belong to a value without quotes.
            case .value: if byte <= 0x20 { state = .between }
            }
            if count > HTMLTree.maximumAttributes {
                page[index] = UInt8(ascii: " ")
                isTrimmed = true
            }
            index += 1
        }
        return isTrimmed
    }

    /// Where the text begins, in small letters, whatever letters the page has; the page's end when it does not.
    private static func find(_ text: String, in page: [UInt8], from start: Int) -> Int {
        let wanted = Array(text.utf8)
        var index = start
        while index + wanted.count <= page.count {
            var length = 0
            while length < wanted.count, page[index + length] | (isLetter(wanted[length]) ? 0x20 : 0) == wanted[length]
            {
                length += 1
            }
            if length == wanted.count { return index }
            index += 1
        }
        return page.count
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: "/") }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
}
