/// Leaves out what stands inside the article's element and is not its text.
struct ArticleFilter {
    let tree: HTMLTree
    let title: String

    func kept(_ blocks: [TextBlock]) -> [TextBlock] {
        var kept: [TextBlock] = []
        let folded = Self.fold(title)
        for (index, block) in blocks.enumerated() where isKept(block, folded) && !isLinkList(index, blocks) {
            kept.append(block)
        }
        // The article begins and ends with good text; a heading before it or a list behind it stays.
        while let last = kept.last, last.kind == .heading || isWeak(last) { kept.removeLast() }
        while let first = kept.first, isWeak(first) { kept.removeFirst() }
        return kept
    }

    private func isKept(_ block: TextBlock, _ title: String) -> Bool {
        if block.isFurniture { return false }
        let element = tree.nodes[block.element].tag
        if element == .h1 { return false }
        if block.kind == .heading, block.linkDensity > 0.6 { return false }
        if block.characters < 200, !title.isEmpty, Self.fold(block.text) == title { return false }
        switch block.kind {
        case .caption: return false
        case .preformatted, .row: return true
        case .heading: return true
        case .item, .paragraph: break
        }
        if block.linkDensity > 0.6, block.characters < 300 { return false }
        if block.characters < 120, Self.isPhrase(block.text) { return false }
        return true
    }

    /// An item among others that are links.
    private func isLinkList(_ index: Int, _ blocks: [TextBlock]) -> Bool {
        guard blocks[index].kind == .item, let list = list(of: blocks[index].element) else { return false }
        var characters = 0
        var linked = 0
        for block in blocks[max(0, index - 40)..<min(blocks.count, index + 40)] where tree.isInside(block.element, list)
        {
            characters += block.characters
            linked += block.linked
        }
        return Double(linked) > Double(characters) * 0.5
    }

    private func list(of element: Int) -> Int? {
        var node = element
        for _ in 0..<4 {
            node = Int(tree.nodes[node].parent)
            if node <= 0 { return nil }
            if [.ul, .ol, .dl].contains(tree.nodes[node].tag) { return node }
        }
        return nil
    }

    private func isWeak(_ block: TextBlock) -> Bool {
        switch block.kind {
        case .heading, .preformatted, .row: false
        case .item, .paragraph, .caption:
            block.characters < 100 && !block.endsSentence && (block.linked > 0 || block.characters < 40)
        }
    }

    /// Letters and digits in lower case.
    static func fold(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars.prefix(500)
        where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
            folded.append(scalar)
        }
        return String(folded)
    }

    /// What sites write between paragraphs.
    private static func isPhrase(_ text: String) -> Bool {
        let line = fold(text)
        if line.isEmpty { return true }
        return phrases.contains { line.hasPrefix($0) }
    }

    private static let phrases = [
        "advertisement", "readmore", "readalso", "alsoread", "seealso", "relatedarticle", "relatedstor",
        "relatedcoverage",
        "sharethis", "shareon", "sharevia", "followus", "followhim", "signup", "subscribe", "clickhere",
        "continuereading",
        "storycontinues", "moreon", "morefrom", "watchvideo", "watchnow", "photoby", "imagecredit", "copyright",
        "allrightsreserved", "loading", "skipto", "leaveacomment", "filedunder", "postedin", "tagged", "tags",
        "sponsored",
        "recommended", "trending", "downloadour", "getour", "joinour", "likeuson", "printthis", "emailthis",
        "mehrzumthema",
        "anzeige", "werbung", "publicité", "liresuite", "lireaussi", "publicidad", "leermás", "compartir", "teilen",
    ]
}
