import HearthCore
import OrderedCollections

/// The documents of one compilation and what can be named in them: resources (`$id`), anchors and places.
struct SchemaLibrary {
    /// A place in a document.
    struct Location: Hashable {
        var document: Int
        /// JSON Pointer from the document's root.
        var pointer: String

        func appending(_ tokens: String...) -> Location {
            var place = JSONPointer(pointer)
            for token in tokens { place = place.appending(token) }
            return Location(document: document, pointer: place.text)
        }
    }

    /// A schema with a URI of its own, and what stands in it outside of embedded resources.
    struct Resource {
        var location: Location
        var uri: URIReference
        var dialect: Dialect
        var anchors: [String: Location] = [:]
        var dynamicAnchors: [String: Location] = [:]
    }

    private struct Document {
        var root: JSONValue
        var uri: String
        /// Resources by the pointer of their root.
        var resources: [String: Int] = [:]
        var valueCount = 0
    }

    let limits: SchemaLimits
    /// Finds a document that the library does not hold yet, by absolute URI without fragment.
    let fetch: (String) throws(HearthError) -> JSONValue?
    private var documents: [Document] = []
    private(set) var resources: [Resource] = []
    private var resourcesByURI: [String: Int] = [:]
    private var dialects: [String: Dialect] = [Dialect.standardURI: .standard]

    init(limits: SchemaLimits, fetch: @escaping (String) throws(HearthError) -> JSONValue?) {
        self.limits = limits
        self.fetch = fetch
    }

    // MARK: Adding

    /// Takes a document in and finds its resources and anchors.
    mutating func add(_ root: JSONValue, uri: String) throws(HearthError) -> Location {
        guard documents.count < limits.documents else {
            throw .schema("it pulls in more than \(limits.documents) documents", at: "", of: uri)
        }
        let index = documents.count
        documents.append(Document(root: root, uri: uri))
        let location = Location(document: index, pointer: "")
        let base = URIReference(uri).withoutFragment
        resources.append(Resource(location: location, uri: base, dialect: .standard))
        let resource = resources.count - 1
        documents[index].resources[""] = resource
        if resourcesByURI[base.description] == nil { resourcesByURI[base.description] = resource }
        try walk(root, at: location, resource: resource, depth: 0)
        return location
    }

    private mutating func walk(
        _ value: JSONValue, at location: Location, resource parent: Int, depth: Int
    ) throws(HearthError) {
        guard case .object(let members) = value else { return }
        let uri = documents[location.document].uri
        guard depth <= limits.schemaDepth else {
            throw .schema("it is nested deeper than \(limits.schemaDepth) levels", at: location.pointer, of: uri)
        }
        documents[location.document].valueCount += members.count
        guard documents[location.document].valueCount <= limits.schemaValues else {
            throw .schema("it has more than \(limits.schemaValues) values", at: location.pointer, of: uri)
        }
        var resource = parent
        if let id = members["$id"] { resource = try enter(id, at: location, of: parent) }
        if let dialect = members["$schema"], resources[resource].location == location {
            guard let name = dialect.string else {
                throw .schema("$schema must be a URI", at: location.appending("$schema").pointer, of: uri)
            }
            resources[resource].dialect = try self.dialect(name, of: location)
        }
        try note("$anchor", in: members["$anchor"], at: location, resource: resource)
        try note("$dynamicAnchor", in: members["$dynamicAnchor"], at: location, resource: resource)

        for (key, member) in members {
            let place = location.appending(key)
            if SchemaPlaces.single.contains(key) {
                try walk(member, at: place, resource: resource, depth: depth + 1)
            } else if SchemaPlaces.list.contains(key), case .array(let elements) = member {
                for (index, element) in elements.enumerated() {
                    try walk(element, at: place.appending(String(index)), resource: resource, depth: depth + 1)
                }
            } else if SchemaPlaces.map.contains(key), case .object(let entries) = member {
                for (name, entry) in entries {
                    try walk(entry, at: place.appending(name), resource: resource, depth: depth + 1)
                }
            }
        }
    }

    private mutating func enter(_ id: JSONValue, at location: Location, of parent: Int) throws(HearthError) -> Int {
        let place = location.appending("$id").pointer
        let document = documents[location.document].uri
        guard let text = id.string else { throw .schema("$id must be a URI reference", at: place, of: document) }
        let reference = URIReference(text)
        guard (reference.fragment ?? "").isEmpty else {
            throw .schema("$id must not have a fragment; use $anchor", at: place, of: document)
        }
        let uri = reference.withoutFragment.resolved(against: resources[parent].uri)
        let index: Int
        if location.pointer.isEmpty {
            // The document's own resource: its `$id` takes the place of the URI it was found under.
            index = parent
            resources[index].uri = uri
        } else {
            index = resources.count
            resources.append(Resource(location: location, uri: uri, dialect: resources[parent].dialect))
            documents[location.document].resources[location.pointer] = index
        }
        let name = uri.description
        if let other = resourcesByURI[name], other != index {
            guard resources[other].location.document != location.document else {
                throw .schema("two schemas have the $id \(name)", at: place, of: document)
            }
        } else {
            resourcesByURI[name] = index
        }
        return index
    }

    private mutating func note(
        _ keyword: String, in value: JSONValue?, at location: Location, resource: Int
    ) throws(HearthError) {
        guard let value else { return }
        let place = location.appending(keyword).pointer
        let document = documents[location.document].uri
        guard let name = value.string, !name.isEmpty else {
            throw .schema("\(keyword) must be a name", at: place, of: document)
        }
        if let other = resources[resource].anchors[name], other != location {
            throw .schema("the anchor \(name) stands twice", at: place, of: document)
        }
        resources[resource].anchors[name] = location
        if keyword == "$dynamicAnchor" { resources[resource].dynamicAnchors[name] = location }
    }

    // MARK: Finding

    func value(at location: Location) -> JSONValue? {
        guard let tokens = JSONPointer(location.pointer).tokens else { return nil }
        var value = documents[location.document].root
        for token in tokens {
            switch value {
            case .object(let members):
                guard let member = members[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Int(token), String(index) == token, elements.indices.contains(index) else {
                    return nil
                }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// The resource in which a place stands: that of the nearest `$id` above it.
    func resource(at location: Location) -> Int {
        let roots = documents[location.document].resources
        var pointer = Substring(location.pointer)
        while true {
            if let index = roots[String(pointer)] { return index }
            guard let slash = pointer.lastIndex(of: "/") else { return roots[""] ?? 0 }
            pointer = pointer[..<slash]
        }
    }

    func uri(ofDocument index: Int) -> String { documents[index].uri }

    /// The absolute place of a schema: its resource's URI and a pointer from there.
    func absoluteLocation(_ location: Location) -> String {
        let resource = resources[self.resource(at: location)]
        let pointer = location.pointer.dropFirst(resource.location.pointer.count)
        return resource.uri.description + "#" + URIReference.fragmentEncoded(pointer)
    }

    /// Where a reference leads, loading documents on the way; nil when it leads nowhere.
    mutating func resolve(_ text: String, from resource: Int) throws(HearthError) -> Location? {
        let target = URIReference(text).resolved(against: resources[resource].uri)
        let name = target.withoutFragment.description
        var found = resourcesByURI[name]
        if found == nil, let document = try fetch(name) {
            let location = try add(document, uri: name)
            found = resourcesByURI[name] ?? self.resource(at: location)
        }
        guard let found, let fragment = URIReference.percentDecoded(target.fragment ?? "") else { return nil }
        let root = resources[found].location
        if fragment.isEmpty { return root }
        guard fragment.hasPrefix("/") else { return resources[found].anchors[fragment] }
        let location = Location(document: root.document, pointer: root.pointer + fragment)
        guard value(at: location) != JSONValue?.none else { return nil }
        return location
    }

    /// The keyword groups of the metaschema named `uri`.
    private mutating func dialect(_ uri: String, of location: Location) throws(HearthError) -> Dialect {
        let name = URIReference(uri).withoutFragment.description
        if let known = dialects[name] { return known }
        let document = documents[location.document].uri
        let place = location.appending("$schema").pointer
        // A metaschema may describe itself; while it is read it speaks the standard dialect.
        dialects[name] = .standard
        guard let metaschema = try fetch(name) else {
            dialects[name] = nil
            throw .schema(
                "the dialect \(uri) is not known", at: place, of: document,
                hint: "Hearth reads JSON Schema 2020-12: \(Dialect.standardURI)")
        }
        var dialect = Dialect.standard
        if case .object(let vocabularies) = metaschema["$vocabulary"] {
            dialect = []
            for (vocabulary, isRequired) in vocabularies {
                if let group = Dialect.vocabulary(vocabulary) {
                    dialect.formUnion(group)
                } else if isRequired.bool != false {
                    throw .schema("the required vocabulary \(vocabulary) is not known", at: place, of: document)
                }
            }
        }
        dialects[name] = dialect
        return dialect
    }
}

extension URIReference {
    /// A pointer as it may stand in a fragment (RFC 3986, section 3.5).
    static func fragmentEncoded(_ text: Substring) -> String {
        let isPlain: (UInt8) -> Bool = {
            $0.isASCIILetter || $0.isASCIIDigit || "-._~!$&'()*+,;=:@/?".utf8.contains($0)
        }
        guard !text.utf8.allSatisfy(isPlain) else { return String(text) }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
