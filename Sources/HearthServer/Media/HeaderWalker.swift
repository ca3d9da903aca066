/// What a parser of file headers wants to see next.
enum HeaderStep: Equatable {
    /// The next so many bytes in one piece.
    case gather(Int)
    /// Nothing of the next so many bytes, then the next `gather` in one piece.
    case skip(Int, gather: Int)
    /// Nothing any more.
    case done
}

/// Reads what a file says of itself block by block. A parser must bound what it gathers; that is all the memory it costs.
protocol HeaderParser: Sendable {
    /// The first block it wants.
    static var start: HeaderStep { get }
    mutating func take(_ block: ArraySlice<UInt8>) -> HeaderStep
}

/// Feeds a parser while the bytes stream by, so that no file is held or read a second time.
struct HeaderWalker<Parser: HeaderParser>: Sendable {
    private(set) var parser: Parser
    private var gathered: [UInt8] = []
    private var wanted = 0
    private var skipping = 0
    private(set) var isDone = false

    init(_ parser: Parser) {
        self.parser = parser
        follow(Parser.start)
    }

    private mutating func follow(_ step: HeaderStep) {
        gathered.removeAll(keepingCapacity: true)
        switch step {
        case .gather(let count): wanted = count
        case .skip(let skipped, let count): (skipping, wanted) = (skipped, count)
        case .done: isDone = true
        }
    }

    mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !isDone, !rest.isEmpty {
            if skipping > 0 {
                let count = min(skipping, rest.count)
                skipping -= count
                rest = rest.dropFirst(count)
                continue
            }
            let count = min(wanted - gathered.count, rest.count)
            gathered.append(contentsOf: rest.prefix(count))
            rest = rest.dropFirst(count)
            if gathered.count == wanted { follow(parser.take(gathered[...])) }
        }
    }
}
