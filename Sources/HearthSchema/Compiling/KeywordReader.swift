import HearthCore
import OrderedCollections

/// Reads the keywords of one schema object into rules. What they point to, it asks the compiler for.
struct KeywordReader {
    let members: OrderedDictionary<String, JSONValue>
    let dialect: Dialect
    let location: SchemaLibrary.Location
    let assertsFormat: Bool
    var compiler: SchemaCompilation

    init(
        _ members: OrderedDictionary<String, JSONValue>, dialect: Dialect, location: SchemaLibrary.Location,
        compiler: SchemaCompilation
    ) {
        self.members = members
        self.dialect = dialect
        self.location = location
        self.compiler = compiler
        assertsFormat = dialect.contains(.formatAssertion) || compiler.assertsFormat
    }

    /// A keyword's value, unless the dialect lacks its group.
    private func value(_ keyword: String) -> JSONValue? {
        // `nil` alone would be read as JSON's null.
        isSpoken(keyword) ? members[keyword] : JSONValue?.none
    }

    private func isSpoken(_ keyword: String) -> Bool {
        Dialect.group(of: keyword).map { !dialect.isDisjoint(with: $0) } ?? true
    }

    private func has(_ keyword: String) -> Bool { members.keys.contains(keyword) && isSpoken(keyword) }

    private func fault(_ keyword: String, _ message: String) -> HearthError {
        compiler.fault("\(keyword) \(message)", at: location.appending(keyword))
    }

    private func node(_ keyword: String, _ tokens: String...) throws(HearthError) -> Int {
        var place = location.appending(keyword)
        for token in tokens { place = place.appending(token) }
        return try compiler.node(at: place)
    }

    /// All rules of the schema, those that need the work of others last.
    func keywords() throws(HearthError) -> [Keyword] {
        var keywords: [Keyword] = []
        for (name, member) in members {
            guard isSpoken(name) else {
                keywords.append(Keyword(name: name, rule: .annotation(member)))
                continue
            }
            if let rule = try rule(name, member) { keywords.append(Keyword(name: name, rule: rule)) }
        }
        return keywords.filter { $0.rule.stage == 0 } + keywords.filter { $0.rule.stage == 1 }
    }

    private func rule(_ name: String, _ value: JSONValue) throws(HearthError) -> Rule? {
        switch name {
        case "$ref": return .reference(try compiler.reference(try string(name, value), from: location))
        case "$dynamicRef": return .reference(try compiler.dynamicReference(try string(name, value), from: location))
        case "$id", "$schema", "$anchor", "$dynamicAnchor", "$vocabulary", "$comment", "$defs", "definitions":
            return nil

        case "allOf": return .allOf(try nodes(name, value))
        case "anyOf": return .anyOf(try nodes(name, value))
        case "oneOf": return .oneOf(try nodes(name, value))
        case "not": return .not(try node(name))
        case "if":
            let then = has("then") ? try node("then") : nil
            let otherwise = has("else") ? try node("else") : nil
            return .conditional(condition: try node(name), then: then, otherwise: otherwise)
        case "then", "else":
            if !has("if") { _ = try node(name) }
            return nil
        case "dependentSchemas": return .dependentSchemas(try entries(name, value))
        case "dependencies": return try dependencies(value)

        case "type": return .type(try type(value))
        case "const": return .const(compiler.constant(value))
        case "enum":
            guard let values = value.array else { throw fault(name, "must be a list of values") }
            return .enumeration(values.map { compiler.constant($0) })
        case "minimum": return try bound(name, value, .lower, isExclusive: false)
        case "exclusiveMinimum": return try bound(name, value, .lower, isExclusive: true)
        case "maximum": return try bound(name, value, .upper, isExclusive: false)
        case "exclusiveMaximum": return try bound(name, value, .upper, isExclusive: true)
        case "multipleOf":
            guard let number = JSONNumber(value), let divisor = Divisor(number) else {
                throw fault(name, "must be a number above 0")
            }
            return .multipleOf(divisor, text: number.text)

        case "minLength": return .minLength(try count(name, value))
        case "maxLength": return .maxLength(try count(name, value))
        case "pattern": return .pattern(try pattern(try string(name, value), at: location.appending(name)))
        case "format":
            let text = try string(name, value)
            return .format(name: text, asserted: assertsFormat ? Format(rawName: text) : nil)
        case "contentEncoding", "contentMediaType":
            return .content(.string(try string(name, value)))
        case "contentSchema": return has("contentMediaType") ? .content(value) : nil

        default: return try containerRule(name, value)
        }
    }

    private func containerRule(_ name: String, _ value: JSONValue) throws(HearthError) -> Rule? {
        switch name {
        case "prefixItems": return .prefixItems(try nodes(name, value))
        case "items": return .items(try node(name), after: self.value("prefixItems")?.array?.count ?? 0)
        case "contains":
            let minimum = try self.value("minContains").map { value throws(HearthError) in
                try count("minContains", value)
            }
            let maximum = try self.value("maxContains").map { value throws(HearthError) in
                try count("maxContains", value)
            }
            return .contains(try node(name), minimum: minimum ?? 1, maximum: maximum ?? .max)
        case "minContains", "maxContains":
            _ = try count(name, value)
            return nil
        case "minItems": return .minItems(try count(name, value))
        case "maxItems": return .maxItems(try count(name, value))
        case "uniqueItems":
            guard let isUnique = value.bool else { throw fault(name, "must be true or false") }
            return isUnique ? .uniqueItems : nil
        case "unevaluatedItems": return .unevaluatedItems(try node(name))

        case "properties": return .properties(try entries(name, value))
        case "patternProperties": return .patternProperties(try patterns(value))
        case "additionalProperties":
            let names = self.value("properties")?.object?.keys.map(MemberName.init)
            let patterns = try self.value("patternProperties").map { value throws(HearthError) in
                try self.patterns(value)
            }
            return .additionalProperties(
                try node(name), names: Set(names ?? []), patterns: (patterns ?? []).map(\.pattern))
        case "propertyNames": return .propertyNames(try node(name))
        case "minProperties": return .minProperties(try count(name, value))
        case "maxProperties": return .maxProperties(try count(name, value))
        case "required": return .required(try names(name, value))
        case "dependentRequired":
            guard let entries = value.object else { throw fault(name, "must be an object of lists of names") }
            var rules: [(name: MemberName, needs: [MemberName])] = []
            for (key, needs) in entries { rules.append((MemberName(key), try names(name, needs))) }
            return .dependentRequired(rules)
        case "unevaluatedProperties": return .unevaluatedProperties(try node(name))
        default: return .annotation(value)
        }
    }

    // MARK: Values

    private func string(_ keyword: String, _ value: JSONValue) throws(HearthError) -> String {
        guard let text = value.string else { throw fault(keyword, "must be a string") }
        return text
    }

    private func names(_ keyword: String, _ value: JSONValue) throws(HearthError) -> [MemberName] {
        guard let elements = value.array else { throw fault(keyword, "must be a list of names") }
        var names: [MemberName] = []
        var seen: Set<MemberName> = []
        for element in elements {
            guard let text = element.string else { throw fault(keyword, "must be a list of names") }
            let name = MemberName(text)
            guard seen.insert(name).inserted else { throw fault(keyword, "has \"\(text)\" twice") }
            names.append(name)
        }
        return names
    }

    private func count(_ keyword: String, _ value: JSONValue) throws(HearthError) -> Int {
        if let count = value.int64, count >= 0 { return Int(count) }
        // Whole, but beyond what any document could hold.
        if case .real(let count) = value, count >= 0x1p63 { return .max }
        throw fault(keyword, "must be a whole number, at least 0")
    }

    private func type(_ value: JSONValue) throws(HearthError) -> TypeSet {
        var types: TypeSet = []
        for name in value.array ?? [value] {
            guard let name = name.string, let type = TypeSet(name: name) else {
                throw fault("type", "must be null, boolean, integer, number, string, array, object or a list of them")
            }
            types.formUnion(type)
        }
        guard !types.isEmpty else { throw fault("type", "must name at least one type") }
        return types
    }

    private func bound(
        _ keyword: String, _ value: JSONValue, _ side: NumberBound.Side, isExclusive: Bool
    ) throws(HearthError) -> Rule {
        guard let limit = JSONNumber(value) else { throw fault(keyword, "must be a number") }
        return .bound(NumberBound(side: side, isExclusive: isExclusive, limit: limit))
    }

    private func pattern(_ text: String, at place: SchemaLibrary.Location) throws(HearthError) -> Int {
        do throws(ECMAPattern.Fault) {
            return try compiler.pattern(text)
        } catch {
            throw compiler.fault(
                "\"\(text)\" is not a regular expression: \(error) at character \(error.offset)", at: place)
        }
    }

    private func patterns(_ value: JSONValue) throws(HearthError) -> [(pattern: Int, node: Int)] {
        guard let members = value.object else { throw fault("patternProperties", "must be an object of schemas") }
        var rules: [(pattern: Int, node: Int)] = []
        for text in members.keys {
            let place = location.appending("patternProperties", text)
            rules.append((try pattern(text, at: place), try node("patternProperties", text)))
        }
        return rules
    }

    private func nodes(_ keyword: String, _ value: JSONValue) throws(HearthError) -> [Int] {
        guard let elements = value.array, !elements.isEmpty else {
            throw fault(keyword, "must be a list of at least one schema")
        }
        var nodes: [Int] = []
        for index in elements.indices { nodes.append(try node(keyword, String(index))) }
        return nodes
    }

    private func entries(_ keyword: String, _ value: JSONValue) throws(HearthError) -> [(name: MemberName, node: Int)] {
        guard let members = value.object else { throw fault(keyword, "must be an object of schemas") }
        var entries: [(name: MemberName, node: Int)] = []
        for name in members.keys { entries.append((MemberName(name), try node(keyword, name))) }
        return entries
    }

    /// The keyword of earlier drafts that 2020-12 split in two; each of its members is a list of names or a schema.
    private func dependencies(_ value: JSONValue) throws(HearthError) -> Rule {
        guard let members = value.object else { throw fault("dependencies", "must be an object") }
        var entries: [(name: MemberName, node: Int)] = []
        for (name, member) in members {
            guard case .array = member else {
                entries.append((MemberName(name), try node("dependencies", name)))
                continue
            }
            let rule = Rule.required(try names("dependencies", member))
            let place = location.appending("dependencies", name)
            entries.append(
                (MemberName(name), try compiler.node(of: [Keyword(name: "required", rule: rule)], at: place)))
        }
        return .dependentSchemas(entries)
    }
}
