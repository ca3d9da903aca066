/// Cuts a text of JSON values into the texts of single items, without understanding more than strings and brackets: the
/// elements of a top-level array, or values one after the other. What lies between is left to the parser of each item.
///
/// Feed it bytes in any portions; memory is bounded by the largest item.
struct JSONSplitter {
    struct Item: Equatable {
        var text: [UInt8]
        /// Line that it begins on, counted from one.
        var line: Int
    }

    private enum Level { case outside, array }

    private(set) var items: [Item] = []
    private var level = Level.outside
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var current: [UInt8] = []
    private var line = 1
    private var start = 1

    /// Bytes of the item that is not complete yet.
    var pendingCount: Int { current.count }

    /// Takes the items that are complete.
    mutating func take() -> [Item] {
        defer { items.removeAll(keepingCapacity: true) }
        return items
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isInString {
                inString(byte)
            } else {
                outsideString(byte)
            }
        }
    }

    private mutating func inString(_ byte: UInt8) {
        current.append(byte)
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            if depth == 0, level == .outside { emit() }
        }
    }

    private mutating func outsideString(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            if depth == 0, level == .outside { emit() } else if !current.isEmpty { current.append(byte) }
        case UInt8(ascii: "[") where level == .outside && depth == 0 && current.isEmpty:
            level = .array
        case UInt8(ascii: "]") where level == .array && depth == 0:
            emit()
            level = .outside
        case UInt8(ascii: ",") where level == .array && depth == 0:
            emit()
        case UInt8(ascii: "\""):
            append(byte)
            isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            append(byte)
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            append(byte)
            if depth > 0 { depth -= 1 }
            if depth == 0, level == .outside { emit() }
        default:
            append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) {
        if current.isEmpty { start = line }
        current.append(byte)
    }

    private mutating func emit() {
        guard !current.isEmpty else { return }
        while let last = current.last, last <= 0x20 { current.removeLast() }
        items.append(Item(text: current, line: start))
        current = []
    }

    /// Says that no more bytes come. What is left over becomes an item, which its parser will refuse.
    mutating func finish() { emit() }
}
