import HearthCore
import OrderedCollections

/// One run of the compiler: follows every reference from the root and makes one node per schema and dynamic scope.
///
/// A `$dynamicRef` leads to the outermost resource on the path of evaluation that has its anchor. That path is known
/// while compiling up to repetition, so a schema is compiled once for every set of outermost anchors it can be reached
/// with, and nothing is left to look up while validating. Without dynamic anchors there is one such set, the empty one.
final class SchemaCompilation {
    /// The outermost place of each dynamic anchor passed so far.
    private typealias DynamicScope = [String: SchemaLibrary.Location]

    private struct Key: Hashable {
        var location: SchemaLibrary.Location
        var scope: Int
    }

    private struct Pending {
        var node: Int
        var location: SchemaLibrary.Location
        var resource: Int
        var scope: Int
    }

    let limits: SchemaLimits
    let assertsFormat: Bool
    private var library: SchemaLibrary
    private(set) var nodes: [SchemaNode] = []
    private(set) var constants: [JSONValue] = []
    private(set) var patterns: [RegularExpression] = []

    private var scopes: [DynamicScope] = [[:]]
    private var scopeNumbers: [DynamicScope: Int] = [[:]: 0]
    private var known: [Key: Int] = [:]
    private var pending: [Pending] = []
    private var patternNumbers: [String: Int] = [:]
    /// The schema that is being read.
    private var currentResource = 0
    private var currentScope = 0

    init(
        limits: SchemaLimits, assertsFormat: Bool, fetch: @escaping (String) throws(HearthError) -> JSONValue?
    ) {
        self.limits = limits
        self.assertsFormat = assertsFormat
        library = SchemaLibrary(limits: limits, fetch: fetch)
    }

    /// Compiles a document and all it refers to. The root is node 0.
    func compile(_ schema: JSONValue, uri: String) throws(HearthError) {
        let root = try library.add(schema, uri: uri)
        _ = try node(at: root)
        while let next = pending.popLast() { try read(next) }
        try refuseLoops()
    }

    private func read(_ next: Pending) throws(HearthError) {
        currentResource = next.resource
        currentScope = next.scope
        switch library.value(at: next.location) {
        case .bool(let value): nodes[next.node].constant = value
        case .object(let members):
            let reader = KeywordReader(
                members, dialect: library.resources[next.resource].dialect, location: next.location, compiler: self)
            nodes[next.node].keywords = try reader.keywords()
        default: throw fault("a schema must be an object, true or false", at: next.location)
        }
    }

    func fault(
        _ message: String, at location: SchemaLibrary.Location, hint: String? = nil, code: ErrorCode = .invalidSchema
    ) -> HearthError {
        .schema(message, at: location.pointer, of: library.uri(ofDocument: location.document), hint: hint, code: code)
    }

    // MARK: Nodes

    /// The node of a schema that is reached from the one being read.
    func node(at location: SchemaLibrary.Location) throws(HearthError) -> Int {
        let resource = library.resource(at: location)
        let scope = entering(resource)
        let key = Key(location: location, scope: scope)
        if let node = known[key] { return node }
        let node = try add(SchemaNode(location: library.absoluteLocation(location)), at: location)
        known[key] = node
        pending.append(Pending(node: node, location: location, resource: resource, scope: scope))
        return node
    }

    /// A node of rules that no schema object of its own states.
    func node(of keywords: [Keyword], at location: SchemaLibrary.Location) throws(HearthError) -> Int {
        try add(SchemaNode(location: library.absoluteLocation(location), keywords: keywords), at: location)
    }

    private func add(_ node: SchemaNode, at location: SchemaLibrary.Location) throws(HearthError) -> Int {
        guard nodes.count < limits.nodes else { throw fault("it has more than \(limits.nodes) schemas", at: location) }
        nodes.append(node)
        return nodes.count - 1
    }

    /// The dynamic scope behind the current one when `resource` is entered.
    private func entering(_ resource: Int) -> Int {
        let anchors = library.resources[resource].dynamicAnchors
        let scope = scopes[currentScope]
        guard anchors.keys.contains(where: { scope[$0] == nil }) else { return currentScope }
        let larger = scope.merging(anchors) { outer, _ in outer }
        if let number = scopeNumbers[larger] { return number }
        scopes.append(larger)
        scopeNumbers[larger] = scopes.count - 1
        return scopes.count - 1
    }

    // MARK: References

    func reference(_ text: String, from location: SchemaLibrary.Location) throws(HearthError) -> Int {
        try node(at: try target(text, keyword: "$ref", from: location))
    }

    /// Section 8.2.3.2: an anchor that is not dynamic, or no anchor at all, makes a plain reference.
    func dynamicReference(_ text: String, from location: SchemaLibrary.Location) throws(HearthError) -> Int {
        let target = try target(text, keyword: "$dynamicRef", from: location)
        if let name = URIReference(text).fragment,
            library.resources[library.resource(at: target)].dynamicAnchors[name] == target,
            let outermost = scopes[currentScope][name]
        {
            return try node(at: outermost)
        }
        return try node(at: target)
    }

    private func target(
        _ text: String, keyword: String, from location: SchemaLibrary.Location
    ) throws(HearthError) -> SchemaLibrary.Location {
        if let target = try library.resolve(text, from: currentResource) { return target }
        throw fault(
            "\(keyword) \"\(text)\" leads nowhere", at: location.appending(keyword),
            hint: "Schemas are never fetched from a network; name a schema of the same file or one that is loaded.",
            code: .unresolvedReference)
    }

    // MARK: Constants and patterns

    func constant(_ value: JSONValue) -> Int {
        constants.append(value)
        return constants.count - 1
    }

    func pattern(_ text: String) throws(ECMAPattern.Fault) -> Int {
        if let number = patternNumbers[text] { return number }
        patterns.append(try RegularExpression(text, limits: limits))
        patternNumbers[text] = patterns.count - 1
        return patterns.count - 1
    }

    // MARK: Loops

    /// A schema that leads back to itself without moving on to a part of the value would be applied forever.
    private func refuseLoops() throws(HearthError) {
        enum State { case unseen, open, done }
        var states = [State](repeating: .unseen, count: nodes.count)
        for start in nodes.indices where states[start] == .unseen {
            // Depth first with a stack of our own: chains of references may be long.
            var stack = [(node: start, next: inPlaceNodes(start)[...])]
            states[start] = .open
            while let top = stack.indices.last {
                guard let node = stack[top].next.popFirst() else {
                    states[stack[top].node] = .done
                    stack.removeLast()
                    continue
                }
                switch states[node] {
                case .done: continue
                case .open:
                    throw HearthError(
                        .invalidSchema,
                        "schema \(nodes[node].location) is not usable: it applies itself to the same value for ever.",
                        hint: "Let the reference stand under a keyword that leads into the value, such as properties.")
                case .unseen:
                    states[node] = .open
                    stack.append((node, inPlaceNodes(node)[...]))
                }
            }
        }
    }

    private func inPlaceNodes(_ node: Int) -> [Int] { nodes[node].keywords.flatMap(\.rule.inPlaceNodes) }
}
