import HearthCore

/// What a page says about itself: in its head, in OpenGraph and in JSON-LD.
struct PageHead {
    var title = ""
    var author: String?
    var published: Timestamp?
    var language: String?
    var siteName: String?
    var description: String?
    /// What it says its own address is, when that is absolute. Any page can name that of another.
    var address: String?
    /// What links are relative to.
    var base: String?

    private static let articleTypes: Set<String> = [
        "Article", "NewsArticle", "BlogPosting", "Report", "ScholarlyArticle", "TechArticle", "WebPage",
        "ReportageNewsArticle", "OpinionNewsArticle", "Recipe",
    ]
    /// Elements of a JSON-LD block that are looked at.
    private static let maximumLinkedNodes = 1000

    init(_ tree: HTMLTree) {
        var names: [String: String] = [:]
        var heading: String?
        var pageTitle = ""
        var time: String?
        for node in tree.nodes.indices {
            switch tree.nodes[node].tag {
            case .html:
                if language == nil {
                    language = tree.attribute("lang", of: node) ?? tree.attribute("xml:lang", of: node)
                }
            case .title: if pageTitle.isEmpty { pageTitle = tree.plainText(of: node, limit: 1000) }
            case .h1: if heading == nil { heading = tree.plainText(of: node, limit: 1000) }
            case .base: if base == nil { base = tree.attribute("href", of: node) }
            case .time: if time == nil { time = tree.attribute("datetime", of: node) }
            case .link:
                if tree.attribute("rel", of: node)?.lowercased() == "canonical", names["canonical"] == nil {
                    names["canonical"] = tree.attribute("href", of: node)
                }
            case .meta:
                let name =
                    tree.attribute("property", of: node) ?? tree.attribute("name", of: node)
                    ?? tree.attribute("itemprop", of: node)
                if let name = name?.lowercased(), let content = tree.attribute("content", of: node), !content.isEmpty,
                    names[name] == nil
                {
                    names[name] = content
                }
            default: break
            }
        }
        readLinkedData(tree.linkedData)
        title = Self.title(
            shared: names["og:title"] ?? names["twitter:title"] ?? names["dc.title"], page: pageTitle,
            heading: heading ?? "")
        author = author ?? names["author"] ?? names["article:author"] ?? names["dc.creator"] ?? names["byl"]
        if author?.hasPrefix("http") == true { author = nil }
        siteName = names["og:site_name"]
        description = names["og:description"] ?? names["description"]
        address =
            [names["og:url"], names["canonical"]].lazy.compactMap(\.self)
            .compactMap { PageLinks.absolute($0, base: nil) }.first
        if published == nil {
            let dates = [
                "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "pubdate",
                "sailthru.date",
                "parsely-pub-date", "og:published_time", "publish-date", "article:modified_time",
            ]
            published =
                dates.lazy.compactMap { names[$0] }.compactMap(LooseDate.timestamp).first
                ?? time.flatMap(LooseDate.timestamp)
        }
    }

    /// The page's title often names the site too: the heading says which part is the article's.
    private static func title(shared: String?, page: String, heading: String) -> String {
        let shared = shared.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") } ?? ""
        if !heading.isEmpty, page.contains(heading) || shared.contains(heading) { return heading }
        if !shared.isEmpty { return shared }
        for separator in [" | ", " – ", " — ", " - ", " :: ", " » "] {
            let parts = page.components(split: separator)
            if parts.count > 1, let longest = parts.max(by: { $0.count < $1.count }) { return longest }
        }
        return page.isEmpty ? heading : page
    }

    private mutating func readLinkedData(_ blocks: [String]) {
        for block in blocks.prefix(16) {
            guard let value = try? JSONValue(parsing: block) else { continue }
            var queue = [value]
            var seen = 0
            while let next = queue.popLast(), seen < Self.maximumLinkedNodes {
                seen += 1
                if let elements = next.array {
                    queue += elements.reversed()
                    continue
                }
                if let graph = next["@graph"]?.array { queue += graph.reversed() }
                let types = next["@type"]?.array?.compactMap(\.string) ?? [next["@type"]?.string].compactMap(\.self)
                guard types.contains(where: Self.articleTypes.contains) else { continue }
                if published == nil { published = next["datePublished"]?.string.flatMap(LooseDate.timestamp) }
                if author == nil { author = Self.name(next["author"]) }
            }
        }
    }

    private static func name(_ value: JSONValue?) -> String? {
        guard let value else { return nil }
        if let text = value.string { return text.isEmpty ? nil : text }
        if let people = value.array {
            let names = people.prefix(10).compactMap { Self.name($0.array == nil ? $0 : nil) }
            return names.isEmpty ? nil : names.joined(separator: ", ")
        }
        return value["name"]?.string
    }
}

extension String {
    func components(split separator: String) -> [String] {
        split(separator: separator).map(String.init)
    }
}
