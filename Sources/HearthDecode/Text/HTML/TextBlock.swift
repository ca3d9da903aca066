/// A paragraph, heading, list item or table row of a page.
struct TextBlock {
    enum Kind { case paragraph, heading, item, row, preformatted, caption }

    /// The innermost block element around it.
    var element: Int
    var kind: Kind
    var text: String
    /// Characters, and those of them inside links.
    var characters: Int
    var linked: Int
    /// Stands inside an element whose name says that it is not the article's text.
    var isFurniture: Bool

    var linkDensity: Double { characters == 0 ? 0 : Double(linked) / Double(characters) }

    var endsSentence: Bool {
        guard let last = text.unicodeScalars.last(where: { !"\"'”’)]»*".unicodeScalars.contains($0) }) else {
            return false
        }
        return ".!?…。！？:؟।".unicodeScalars.contains(last)
    }

    var commas: Int { text.utf8.count { $0 == 0x2c } }
}

/// Cuts a page into blocks, leaving out what is never read, hidden, or named as something around the article.
struct TextBlocks {
    /// Of one block, in bytes; more is cut off. A page without blocks is one block.
    private static let maximumBlock = 4 << 20

    private struct Frame {
        var node: Int
        var end: Int
        var isBlock: Bool
        var isLink: Bool
        var isPreformatted: Bool
        var isFurniture: Bool
    }

    private let tree: HTMLTree
    private let isLeftOut: (Int) -> Bool
    private let isFurniture: (Int) -> Bool
    private var frames: [Frame] = []
    private var blocks: [TextBlock] = []
    private var text = ""
    private var linked = 0
    private var characters = 0
    private var breaks = 0
    private var rowElement: Int?
    private var cells = 0

    private init(_ tree: HTMLTree, leftOut: @escaping (Int) -> Bool, furniture: @escaping (Int) -> Bool) {
        self.tree = tree
        isLeftOut = leftOut
        isFurniture = furniture
    }

    static func blocks(
        of tree: HTMLTree, leftOut: @escaping (Int) -> Bool, furniture: @escaping (Int) -> Bool
    ) -> [TextBlock] {
        var walk = TextBlocks(tree, leftOut: leftOut, furniture: furniture)
        walk.walk()
        return walk.blocks
    }

    private mutating func walk() {
        var node = 0
        while node < tree.nodes.count {
            while let frame = frames.last, frame.end <= node { leave(frame) }
            let element = tree.nodes[node]
            if element.tag == .text {
                add(tree.string(of: node))
                node += 1
            } else if element.tag == .br {
                breaks += 1
                node += 1
            } else if element.tag.isNeverRead || isLeftOut(node) {
                if element.tag.isBlock { flush() }
                node = Int(element.end)
            } else {
                enter(node)
                node += 1
            }
        }
        while let frame = frames.last { leave(frame) }
        flush()
    }

    private mutating func enter(_ node: Int) {
        let tag = tree.nodes[node].tag
        let isCell = tag == .td || tag == .th
        // Cells of a row of data are one block.
        if tag.isBlock, !(isCell && isDataRow) { flush() }
        if isCell, isDataRow, cells > 0, !text.isEmpty { text += " | " }
        if tag == .tr {
            rowElement = isShortRow(node) ? node : nil
            cells = 0
        }
        if isCell { cells += 1 }
        let outer = frames.last
        frames.append(
            Frame(
                node: node, end: Int(tree.nodes[node].end), isBlock: tag.isBlock && !(isCell && isDataRow),
                isLink: outer?.isLink == true || tag == .a,
                isPreformatted: outer?.isPreformatted == true || tag == .pre,
                isFurniture: outer?.isFurniture == true || isFurniture(node)))
    }

    private mutating func leave(_ frame: Frame) {
        if frame.isBlock { flush() }
        if tree.nodes[frame.node].tag == .tr { rowElement = nil }
        frames.removeLast()
    }

    private var isDataRow: Bool { rowElement != nil }

    /// Rows of tables that lay out a page hold paragraphs; rows of data hold short cells.
    private func isShortRow(_ row: Int) -> Bool {
        var bytes = 0
        var cells = 0
        for node in row..<Int(tree.nodes[row].end) {
            switch tree.nodes[node].tag {
            case .text: bytes += Int(tree.nodes[node].textEnd - tree.nodes[node].textStart)
            case .td, .th: cells += 1
            case .p, .div, .table, .ul, .h1, .h2, .h3: return false
            default: break
            }
            if bytes > 2000 { return false }
        }
        return cells > 1
    }

    private mutating func add(_ piece: String) {
        guard text.utf8.count < Self.maximumBlock else { return }
        guard let frame = frames.last else { return }
        if frame.isPreformatted {
            text += piece
            characters += piece.unicodeScalars.count
            return
        }
        let words = piece.split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty else {
            if !piece.isEmpty, !text.isEmpty, text.last != " ", text.last != "\n" { text += " " }
            return
        }
        if breaks > 0 {
            // Two line breaks are what old pages part paragraphs with.
            if breaks > 1 { flush() } else if !text.isEmpty { text += "\n" }
            breaks = 0
        }
        if piece.first?.isWhitespace == true, !text.isEmpty, text.last != " ", text.last != "\n" { text += " " }
        var length = 0
        for (index, word) in words.enumerated() {
            if index > 0 { text += " " }
            text += word
            length += word.unicodeScalars.count + 1
        }
        if piece.last?.isWhitespace == true { text += " " }
        characters += length
        if frame.isLink { linked += length }
    }

    private mutating func flush() {
        defer {
            text = ""
            linked = 0
            characters = 0
            breaks = 0
        }
        let isPreformatted = frames.last?.isPreformatted == true
        let trimmed = isPreformatted ? Self.trimLines(text) : Self.trim(text)
        guard !trimmed.isEmpty, let frame = frames.last(where: \.isBlock) ?? frames.last else { return }
        blocks.append(
            TextBlock(
                element: rowElement ?? frame.node, kind: kind(of: frame.node, isPreformatted: isPreformatted),
                text: trimmed, characters: characters, linked: linked, isFurniture: frames.last?.isFurniture == true))
    }

    private func kind(of element: Int, isPreformatted: Bool) -> TextBlock.Kind {
        if isPreformatted { return .preformatted }
        if rowElement != nil { return .row }
        // A paragraph inside a list item is still one; other blocks count by themselves.
        var node = element
        for _ in 0..<3 {
            let tag = tree.nodes[node].tag
            if tag.isHeading { return .heading }
            switch tag {
            case .li, .dd, .dt: return .item
            case .figcaption, .caption: return .caption
            case .p, .span, .div: break
            default: return .paragraph
            }
            let parent = Int(tree.nodes[node].parent)
            guard parent > 0 else { return .paragraph }
            node = parent
        }
        return .paragraph
    }

    private static func trim(_ text: String) -> String {
        var view = Substring(text)
        while view.first?.isWhitespace == true { view.removeFirst() }
        while view.last?.isWhitespace == true { view.removeLast() }
        return String(view).replacing(" \n", with: "\n")
    }

    private static func trimLines(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.first?.allSatisfy(\.isWhitespace) == true { lines.removeFirst() }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
