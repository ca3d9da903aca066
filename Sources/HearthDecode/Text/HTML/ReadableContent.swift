/// Finds the text that a page is there for, and leaves out menus, teasers, comments and advertisements around it.
///
/// The page is cut into blocks. A block is good when it is long or ends like a sentence and is not mostly links. The
/// article is the element that holds most of the good text and little else (the best F-measure of the two), with what the
/// page itself names its body preferred. Within it, blocks that are links, captions of the page's machinery, or stand
/// outside the first and last good block, are left out.
struct ReadableContent {
    let tree: HTMLTree
    private let texts: [Int32]
    private let bodyText: Int

    init(_ tree: HTMLTree) {
        self.tree = tree
        texts = Self.characters(tree)
        bodyText = Int(texts.first ?? 0)
    }

    /// Characters below which names are not believed and the page is looked at again without them.
    private static let shortestArticle = 250

    /// Blocks of the article, in order. Empty: the page holds no text.
    func article(title: String) -> [TextBlock] {
        let strict = article(title, leftOut: isAround)
        let found = strict.reduce(0) { $0 + $1.characters }
        if found >= Self.shortestArticle { return strict }
        let relaxed = article(title, leftOut: isNavigation)
        return relaxed.reduce(0) { $0 + $1.characters } > 2 * found ? relaxed : strict
    }

    private func article(_ title: String, leftOut: @escaping (Int) -> Bool) -> [TextBlock] {
        let blocks = TextBlocks.blocks(of: tree, leftOut: leftOut, furniture: isFurniture)
        guard !blocks.isEmpty else { return [] }
        let container = container(of: blocks)
        return ArticleFilter(tree: tree, title: title).kept(blocks.filter { tree.isInside($0.element, container) })
    }

    /// Everything a reader sees, for pages that have no article.
    func everything() -> [TextBlock] {
        TextBlocks.blocks(of: tree, leftOut: isHidden, furniture: { _ in false })
    }

    static func isGood(_ block: TextBlock) -> Bool {
        if block.isFurniture || block.linkDensity > 0.4 { return false }
        switch block.kind {
        case .heading, .caption: return false
        case .preformatted: return true
        case .row: return false
        case .item: return block.characters >= 60 && block.endsSentence
        case .paragraph: return block.characters >= 80 || (block.characters >= 30 && block.endsSentence)
        }
    }

    // MARK: The element that holds the article

    private func container(of blocks: [TextBlock]) -> Int {
        // Sums over blocks in order; an element's blocks stand in a row.
        var good = [0], all = [0]
        for block in blocks {
            good.append(good[good.count - 1] + (Self.isGood(block) ? block.characters : 0))
            all.append(all[all.count - 1] + block.characters)
        }
        let total = good[good.count - 1]
        guard total > 0 else { return 0 }
        func range(_ node: Int) -> Range<Int> {
            let first = blocks.partitioningIndex { $0.element >= node }
            return first..<max(first, blocks.partitioningIndex { $0.element >= Int(tree.nodes[node].end) })
        }
        var best = 0
        var bestScore = -1.0
        for node in tree.nodes.indices where tree.nodes[node].tag.isBlock || tree.nodes[node].tag == .other {
            guard texts[node] > 0 else { continue }
            let range = range(node)
            let goodInside = good[range.upperBound] - good[range.lowerBound]
            guard goodInside * 4 >= total else { continue }
            let allInside = all[range.upperBound] - all[range.lowerBound]
            let precision = Double(goodInside) / Double(max(1, allInside))
            let recall = Double(goodInside) / Double(total)
            let score = 2 * precision * recall / (precision + recall) * bonus(node)
            // Of equal ones the innermost.
            if score >= bestScore {
                best = node
                bestScore = score
            }
        }
        return best
    }

    private func bonus(_ node: Int) -> Double {
        if tree.attribute("itemprop", of: node)?.lowercased().contains("articlebody") == true { return 1.3 }
        switch tree.nodes[node].tag {
        case .article: return 1.1
        case .main: return 1.05
        default: break
        }
        let words = words(of: node)
        if words.contains(where: ContentSignals.content.contains) { return 1.08 }
        return 1
    }

    // MARK: What is left out

    private func isHidden(_ node: Int) -> Bool {
        let element = tree.nodes[node]
        guard element.attributeEnd > element.attributeStart else { return false }
        if tree.attribute("hidden", of: node) != nil { return true }
        if tree.attribute("aria-hidden", of: node) == "true" { return true }
        if let style = tree.attribute("style", of: node)?.lowercased() {
            let plain = style.filter { $0 != " " }
            if plain.contains("display:none") || plain.contains("visibility:hidden") { return true }
        }
        return false
    }

    /// By its element or role.
    private func isNavigation(_ node: Int) -> Bool {
        if isHidden(node) { return true }
        switch tree.nodes[node].tag {
        case .nav, .footer, .menu, .aside: return share(node) < 0.5
        case .html, .body, .main, .root: return false
        default: break
        }
        guard let role = tree.attribute("role", of: node)?.lowercased() else { return false }
        return Self.rolesAround.contains(role) && share(node) < 0.5
    }

    private static let rolesAround: Set<String> = [
        "navigation", "banner", "contentinfo", "search", "complementary", "dialog", "menu", "menubar", "alert",
    ]

    /// By its element, role or name.
    private func isAround(_ node: Int) -> Bool {
        if isNavigation(node) { return true }
        switch tree.nodes[node].tag {
        case .html, .body, .main, .article, .p, .h1, .root, .blockquote, .pre: return false
        default: return words(of: node).contains(where: ContentSignals.around.contains) && share(node) < 0.4
        }
    }

    private func isFurniture(_ node: Int) -> Bool {
        switch tree.nodes[node].tag {
        case .figcaption, .time, .address: return true
        case .html, .body, .main, .article, .root: return false
        default: break
        }
        guard texts[node] < 400 else { return false }
        return words(of: node).contains(where: ContentSignals.furniture.contains)
    }

    private func words(of node: Int) -> [String] {
        let element = tree.nodes[node]
        guard element.attributeEnd > element.attributeStart else { return [] }
        var words: [String] = []
        if let name = tree.attribute("class", of: node) { words += ContentSignals.words(in: name) }
        if let name = tree.attribute("id", of: node) { words += ContentSignals.words(in: name) }
        return words
    }

    /// Of the page's text.
    private func share(_ node: Int) -> Double { bodyText == 0 ? 0 : Double(texts[node]) / Double(bodyText) }

    /// Bytes of text below each node, without blanks and scripts.
    private static func characters(_ tree: HTMLTree) -> [Int32] {
        var sums = [Int32](repeating: 0, count: tree.nodes.count)
        for node in tree.nodes.indices.reversed() {
            let element = tree.nodes[node]
            if element.tag == .text {
                sums[node] = Int32(
                    tree.text[Int(element.textStart)..<Int(element.textEnd)].count { $0 > 0x20 })
            }
            if element.parent >= 0, !element.tag.isNeverRead { sums[Int(element.parent)] += sums[node] }
        }
        return sums
    }
}

extension Array {
    /// The first index whose element satisfies `belongs`, where all behind it do too.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
