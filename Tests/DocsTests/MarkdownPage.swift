import Foundation

/// A Markdown page, taken apart as far as its checks need it.
struct MarkdownPage {
    /// Relative to the repository's root.
    var path: String
    /// Lines outside fenced code, with the contents of code spans removed.
    private(set) var prose: [String] = []
    /// Lines of fenced code and contents of code spans.
    private(set) var code: [String] = []
    private(set) var headings: [String] = []
    /// The first word in code of each table row's first cell, in the order of the rows.
    private(set) var rowKeys: [String] = []

    init(_ file: SourceFile) {
        path = file.path
        var isFenced = false
        for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isFenced.toggle()
            } else if isFenced {
                code.append(String(line))
            } else {
                if let heading = line.wholeMatch(of: /#{1,6} +(.*)/) { headings.append(String(heading.1)) }
                if let key = line.firstMatch(of: /^\| *`([A-Za-z0-9_.-]+)/) { rowKeys.append(String(key.1)) }
                code.append(contentsOf: line.matches(of: /`([^`]+)`/).map { String($0.1) })
                prose.append(String(line).replacing(/`[^`]+`/, with: "``"))
            }
        }
    }

    var tableKeys: Set<String> { Set(rowKeys) }

    /// Every word that stands in code: letters, digits, `_`, `-` and `.`.
    var codeWords: Set<String> { Self.words(of: code) }

    /// The words of each shown command line that begins with `program`.
    func words(ofCommand program: String) -> Set<String> {
        let lines = code.map { $0.trimmingPrefix(/[\s$]+/) }
        return Self.words(of: lines.filter { $0 == program || $0.hasPrefix(program + " ") }.map(String.init))
    }

    private static func words(of lines: [String]) -> Set<String> {
        Set(lines.flatMap { $0.matches(of: /[A-Za-z0-9_.-]+/).map { String($0.0) } })
    }

    /// Targets of links and images that point into the repository.
    var relativeLinks: [String] {
        prose.flatMap { line in
            line.matches(of: /\]\(\s*<?([^)\s>]+)>?[^)]*\)/).map { String($0.1) }
                + line.matches(of: /^\s*\[[^\]]+\]:\s+(\S+)/).map { String($0.1) }
        }.filter { $0.firstMatch(of: /^[a-z][a-z0-9+.-]*:/) == nil }
    }

    /// What a link's `#…` may name: headings in lower case, without punctuation, with hyphens for spaces; a repeated
    /// heading gets a number.
    var anchors: Set<String> {
        var seen: [String: Int] = [:]
        return Set(
            headings.map { heading in
                let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                let slug = kept.replacing(" ", with: "-")
                let count = seen[slug, default: 0]
                seen[slug] = count + 1
                return count == 0 ? slug : "\(slug)-\(count)"
            })
    }

    /// The links that lead nowhere. `page` gives the text of a file of the repository, nil where there is none; a folder
    /// has an empty text.
    func brokenLinks(page: (String) -> String?) -> [String] {
        var anchorsByPage: [String: Set<String>] = [:]
        return relativeLinks.filter { link in
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target = parts[0].isEmpty ? path : Self.resolve(parts[0], from: path)
            guard let text = page(target) else { return true }
            guard parts.count == 2, target.hasSuffix(".md") else { return false }
            let anchors = anchorsByPage[target] ?? MarkdownPage(SourceFile(path: target, text: text)).anchors
            anchorsByPage[target] = anchors
            return !anchors.contains(parts[1])
        }
    }

    /// `link` as seen from the folder of `path`, relative to the root.
    private static func resolve(_ link: String, from path: String) -> String {
        var parts = link.hasPrefix("/") ? [] : path.split(separator: "/").dropLast().map(String.init)
        for part in (link.removingPercentEncoding ?? link).split(separator: "/") where part != "." {
            if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
