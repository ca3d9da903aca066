/// A page as a tree in flat arrays: what readability walks many times. Nodes stand in the order of the page, so that every
/// descendant of a node lies between it and the end of its range.
struct HTMLTree {
    /// Nodes that are read of a page; what comes after is left out.
    static let maximumNodes = 1_000_000
    /// Nesting that is kept; the text of what is nested deeper is kept without its structure.
    static let maximumDepth = 400
    /// Time that a page is parsed.
    static let maximumTime = Duration.seconds(20)
    /// Attributes of one element that are parsed: the parser compares each with all before it.
    static let maximumAttributes = 256
    /// Bytes of one attribute's value that are kept.
    static let maximumAttributeBytes = 64 * 1024

    struct Node {
        var tag: HTMLTag
        var parent: Int32
        /// Past the last descendant.
        var end: Int32
        /// Of a text node, in `text`.
        var textStart: Int32
        var textEnd: Int32
        /// In `attributes`.
        var attributeStart: Int32
        var attributeEnd: Int32
    }

    var nodes: [Node] = []
    var text: [UInt8] = []
    var attributes: [(name: String, value: String)] = []
    /// Contents of <script type="application/ld+json">.
    var linkedData: [String] = []
    /// The page went on where reading stopped.
    var isCutOff = false
    /// Attributes of an element were left out.
    var isTrimmed = false
    /// Some of it was nested too deep to keep its structure.
    var isFlattened = false

    /// Why the page's text may not be all there is, or not as it was laid out; nil: it is.
    var doubt: String? {
        if isCutOff {
            return "The page has more than \(Self.maximumNodes) elements or takes longer than "
                + "\(Self.maximumTime.components.seconds) seconds to read; what comes after is left out."
        }
        if isTrimmed {
            return "An element of the page has more than \(Self.maximumAttributes) attributes; the others are left out."
        }
        guard isFlattened else { return nil }
        return "The page is nested deeper than \(Self.maximumDepth); what lies deeper is kept without its structure."
    }

    func attribute(_ name: String, of node: Int) -> String? {
        let element = nodes[node]
        for index in Int(element.attributeStart)..<Int(element.attributeEnd) where attributes[index].name == name {
            return attributes[index].value
        }
        return nil
    }

    func string(of node: Int) -> String {
        String(decoding: text[Int(nodes[node].textStart)..<Int(nodes[node].textEnd)], as: UTF8.self)
    }

    /// All text below a node, with blanks folded.
    func plainText(of node: Int, limit: Int = .max) -> String {
        var result = ""
        for index in node..<Int(nodes[node].end) where nodes[index].tag == .text {
            for word in string(of: index).split(whereSeparator: \.isWhitespace) {
                if !result.isEmpty { result += " " }
                result += word
            }
            if result.utf8.count > limit { break }
        }
        return result
    }

    func isInside(_ node: Int, _ ancestor: Int) -> Bool { node >= ancestor && node < Int(nodes[ancestor].end) }
}
