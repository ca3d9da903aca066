import CXML2

/// Reads a page into a tree with libxml2's HTML parser, which mends what is not closed or nested wrongly. It stops at the
/// limits of the tree and says so.
struct HTMLReader {
    /// Bytes fed to the parser at once; limits are looked at in between.
    private static let chunk = 32 * 1024
    /// The same deep inside a page, where the end of what is not open costs the parser a look at everything that is.
    private static let deepChunk = 512

    /// - Parameter bytes: UTF-8; what is not is replaced already.
    static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, timeLimit: Duration = HTMLTree.maximumTime
    ) -> HTMLTree {
        let started = ContinuousClock.now
        let builder = HTMLTreeBuilder()
        var handler = htmlSAXHandler()
        handler.startElement = { context, name, attributes in
            HTMLTreeBuilder.from(context)?.start(name, attributes)
        }
        handler.endElement = { context, name in HTMLTreeBuilder.from(context)?.finish(name) }
        handler.characters = { context, text, count in HTMLTreeBuilder.from(context)?.add(text, Int(count)) }
        handler.ignorableWhitespace = { context, text, count in HTMLTreeBuilder.from(context)?.add(text, Int(count)) }
        handler.cdataBlock = { context, text, count in HTMLTreeBuilder.from(context)?.add(text, Int(count)) }
        withExtendedLifetime(builder) {
            let context = Unmanaged.passUnretained(builder).toOpaque()
            guard
                let parser = htmlCreatePushParserCtxt(&handler, context, nil, 0, nil, XML_CHAR_ENCODING_UTF8)
            else {
                builder.isFull = true
                return
            }
            defer { htmlFreeParserCtxt(parser) }
            let options =
                HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
                | HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
            htmlCtxtUseOptions(parser, Int32(options))
            builder.stop = { xmlStopParser(parser) }
            var offset = 0
            while offset < bytes.count, !builder.isFull {
                guard ContinuousClock.now - started < timeLimit else {
                    builder.isFull = true
                    break
                }
                let count = min(builder.isDeep ? deepChunk : chunk, bytes.count - offset)
                bytes.baseAddress?.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    _ = htmlParseChunk(parser, $0 + offset, Int32(count), 0)
                }
                offset += count
            }
            if !builder.isFull { htmlParseChunk(parser, nil, 0, 1) }
            builder.stop = nil
        }
        return builder.result()
    }
}

/// What the parser's calls make.
private final class HTMLTreeBuilder {
    private var tree = HTMLTree()
    private var open: [Int] = []
    private var linkedData: [UInt8]?
    /// Elements open below the deepest that is kept.
    private var depthBelow = 0
    /// `depthBelow` inside the outermost element of these that nobody reads.
    private var hushedAt: Int?
    /// A line ended since the last text.
    private var isBroken = false
    /// The parser keeps one copy of each name, so that its address stands for it.
    private var tags: [UnsafePointer<xmlChar>: HTMLTag] = [:]
    var isFull = false
    var stop: (() -> Void)?

    var isDeep: Bool { depthBelow > 0 }

    init() {
        tree.nodes.append(
            HTMLTree.Node(
                tag: .root, parent: -1, end: 0, textStart: 0, textEnd: 0, attributeStart: 0, attributeEnd: 0))
        open.append(0)
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> HTMLTreeBuilder? {
        context.map { Unmanaged<HTMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    func start(
        _ name: UnsafePointer<xmlChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        guard !isFull, let name else { return }
        let tag = tag(named: name)
        guard open.count <= HTMLTree.maximumDepth else { return startBelow(tag) }
        // The parser opens body and html again where a page has several.
        guard append(tag) else { return }
        let node = tree.nodes.count - 1
        open.append(node)
        var position = 0
        while let attributes, let key = attributes[position] {
            let attribute = String(cString: key)
            if position < 128, Self.kept.contains(attribute) {
                let value = attributes[position + 1].map { String(cString: $0) } ?? ""
                if value.utf8.count <= HTMLTree.maximumAttributeBytes { tree.attributes.append((attribute, value)) }
            }
            position += 2
        }
        tree.nodes[node].attributeEnd = Int32(tree.attributes.count)
        if tag == .script, tree.attribute("type", of: node)?.lowercased() == "application/ld+json" { linkedData = [] }
    }

    private func tag(named name: UnsafePointer<xmlChar>) -> HTMLTag {
        if let known = tags[name] { return known }
        let tag = HTMLTag(rawValue: String(cString: name)) ?? .other
        tags[name] = tag
        return tag
    }

    /// An element that is not kept begins; its text goes to the deepest that is.
    private func startBelow(_ tag: HTMLTag) {
        tree.isFlattened = true
        depthBelow += 1
        if tag.isNeverRead, hushedAt == nil { hushedAt = depthBelow }
        if tag.isBlock || tag == .br { isBroken = true }
    }

    private func finishBelow(_ tag: HTMLTag) {
        if hushedAt == depthBelow { hushedAt = nil }
        depthBelow -= 1
        if tag.isBlock { isBroken = true }
    }

    func finish(_ name: UnsafePointer<xmlChar>?) {
        guard !isFull, let name else { return }
        let tag = tag(named: name)
        guard depthBelow == 0 else { return finishBelow(tag) }
        if tag == .script, let bytes = linkedData {
            tree.linkedData.append(String(decoding: bytes, as: UTF8.self))
            linkedData = nil
        }
        // The parser closes in the order of opening; an end of what is not open is none.
        guard let position = open.lastIndex(where: { tree.nodes[$0].tag == tag }), position > 0 else { return }
        while open.count > position { close() }
    }

    func add(_ bytes: UnsafePointer<xmlChar>?, _ count: Int) {
        guard !isFull, let bytes, count > 0, let parent = open.last else { return }
        let piece = UnsafeBufferPointer(start: bytes, count: count)
        if linkedData != nil {
            linkedData?.append(contentsOf: piece)
            return
        }
        let tag = tree.nodes[parent].tag
        if tag == .script || tag == .style || hushedAt != nil { return }
        let start = tree.text.count
        if isBroken { tree.text.append(UInt8(ascii: " ")) }
        isBroken = false
        tree.text.append(contentsOf: piece)
        let last = tree.nodes.count - 1
        if tree.nodes[last].tag == .text, tree.nodes[last].parent == Int32(parent) {
            tree.nodes[last].textEnd = Int32(tree.text.count)
            return
        }
        guard append(.text) else { return }
        tree.nodes[tree.nodes.count - 1].textStart = Int32(start)
        tree.nodes[tree.nodes.count - 1].textEnd = Int32(tree.text.count)
    }

    func result() -> HTMLTree {
        while !open.isEmpty { close() }
        tree.isCutOff = isFull
        return tree
    }

    private func append(_ tag: HTMLTag) -> Bool {
        guard tree.nodes.count < HTMLTree.maximumNodes else {
            full()
            return false
        }
        let place = Int32(tree.text.count)
        let attribute = Int32(tree.attributes.count)
        tree.nodes.append(
            HTMLTree.Node(
                tag: tag, parent: Int32(open.last ?? 0), end: Int32(tree.nodes.count + 1), textStart: place,
                textEnd: place, attributeStart: attribute, attributeEnd: attribute))
        return true
    }

    private func close() {
        guard let node = open.popLast() else { return }
        tree.nodes[node].end = Int32(tree.nodes.count)
    }

    private func full() {
        isFull = true
        stop?()
    }

    private static let kept: Set<String> = [
        "class", "id", "href", "src", "rel", "property", "name", "content", "itemprop", "datetime", "lang", "role",
        "style",
        "hidden", "aria-hidden", "type", "alt", "title", "itemtype", "start", "colspan", "xml:lang", "data-testid",
        "pubdate",
    ]
}
