import HearthCore

/// Lays schema nodes out as a program: keywords gathered by the type of value they speak of, references to references
/// shortened, schemas that allow everything recognised.
struct ProgramBuilder {
    private(set) var nodes: [ProgramNode] = []
    private(set) var numbers: [NumberPlan] = []
    private(set) var texts: [TextPlan] = []
    private(set) var arrays: [ArrayPlan] = []
    private(set) var objects: [ObjectPlan] = []
    private(set) var steps: [ProgramStep] = []
    private(set) var lists: [UInt32] = []
    private(set) var slots: [MemberTable.Slot] = []
    private(set) var headers: [MemberTable.Header] = []
    private(set) var divisors: [Divisor] = []
    private(set) var names: [TableRange] = []
    private(set) var text: [UInt8] = []
    let constants: [JSONValue]
    let expressions: [RegularExpression]
    private(set) var root: UInt32 = 0

    private let source: [SchemaNode]
    /// Where each schema node went.
    private var indexes: [UInt32] = []
    /// The place of each schema that has one of its own.
    private var ownIndexes: [UInt32] = []
    private var nameNumbers: [MemberName: UInt32] = [:]

    init(_ source: [SchemaNode], constants: [JSONValue], patterns: [RegularExpression]) {
        self.source = source
        // The constants are in the order in which the keywords name them, so an `enum` is a range.
        self.constants = constants
        expressions = patterns
        var everything = ProgramNode()
        everything.kinds = ProgramNode.allKinds
        var nothing = ProgramNode()
        nothing.kinds = 0
        nodes = [everything, nothing]
        place()
        for index in source.indices where indexes[index] == ownIndexes[index] { build(index) }
        root = indexes[0]
    }

    /// Gives every schema its place: its own, or that of the schema it merely stands for.
    private mutating func place() {
        ownIndexes = [UInt32](repeating: ProgramNode.none, count: source.count)
        indexes = [UInt32](repeating: ProgramNode.none, count: source.count)
        for index in source.indices {
            // References form no loops, which the compiler has seen to.
            var end = index
            var passed: [Int] = []
            while indexes[end] == ProgramNode.none, let next = standsFor(end) {
                passed.append(end)
                end = next
            }
            if indexes[end] == ProgramNode.none { indexes[end] = ownPlace(end) }
            for step in passed { indexes[step] = indexes[end] }
        }
    }

    private mutating func ownPlace(_ index: Int) -> UInt32 {
        let node = source[index]
        if let constant = node.constant { return constant ? ProgramNode.anything : ProgramNode.nothing }
        if demands(node).isEmpty { return ProgramNode.anything }
        nodes.append(ProgramNode())
        ownIndexes[index] = UInt32(nodes.count - 1)
        return ownIndexes[index]
    }

    /// Keywords that can make a value invalid or evaluate parts of it.
    private func demands(_ node: SchemaNode) -> [Keyword] {
        node.keywords.filter {
            switch $0.rule {
            case .annotation, .content, .format(_, asserted: nil): false
            default: true
            }
        }
    }

    private func standsFor(_ index: Int) -> Int? {
        let demands = demands(source[index])
        guard demands.count == 1 else { return nil }
        switch demands[0].rule {
        case .reference(let node): return node
        case .allOf(let nodes) where nodes.count == 1: return nodes[0]
        default: return nil
        }
    }

    // MARK: One node

    private mutating func build(_ index: Int) {
        let place = Int(indexes[index])
        var node = ProgramNode()
        var number: NumberPlan?
        var text: TextPlan?
        var array: ArrayPlan?
        var object: ObjectPlan?
        var own: [ProgramStep] = []
        for keyword in source[index].keywords {
            switch keyword.rule {
            case .type(let types): node.kinds &= ProgramNode.kinds(types)
            case .bound(let bound): with(&number, NumberPlan()) { $0.range.apply(bound) }
            case .multipleOf(let divisor, _):
                divisors.append(divisor)
                let range = TableRange(start: UInt32(divisors.count - 1), count: 1)
                with(&number, NumberPlan()) { $0.divisors = range }
            case .minLength(let count): with(&text, TextPlan()) { $0.minimum = min(count, Int.max / 4) }
            case .maxLength(let count): with(&text, TextPlan()) { $0.maximum = count }
            case .pattern(let pattern): with(&text, TextPlan()) { $0.pattern = UInt32(pattern) }
            case .format(_, let format):
                if let format { with(&text, TextPlan()) { $0.format = format } }
            case .prefixItems, .items, .contains, .minItems, .maxItems, .uniqueItems:
                var plan = array ?? ArrayPlan()
                build(keyword.rule, &plan)
                array = plan
            case .properties, .patternProperties, .additionalProperties, .propertyNames, .minProperties, .maxProperties,
                .required:
                if object == nil { object = objectPlan(source[index].keywords) }
            case .unevaluatedItems(let left):
                node.tracksItems = true
                node.unevaluatedItems = indexes[left]
            case .unevaluatedProperties(let left):
                node.tracksProperties = true
                node.unevaluatedProperties = indexes[left]
            case .annotation, .content: break
            default: append(keyword.rule, to: &own)
            }
        }
        if node.kinds & ProgramNode.bit(.real) != 0 { node.kinds &= ~ProgramNode.wholeReals }
        node.number = add(number, to: \.numbers)
        node.text = add(text, to: \.texts)
        node.array = add(array, to: \.arrays)
        node.object = add(object, to: \.objects)
        node.steps = TableRange(start: UInt32(steps.count), count: UInt32(own.count))
        steps += own
        node.isPlain =
            own.isEmpty && node.array == ProgramNode.none && node.object == ProgramNode.none && !node.tracksItems
            && !node.tracksProperties
        nodes[place] = node
    }

    private func with<Plan>(_ plan: inout Plan?, _ initial: Plan, _ change: (inout Plan) -> Void) {
        var value = plan ?? initial
        change(&value)
        plan = value
    }

    private mutating func add<Plan>(_ plan: Plan?, to table: WritableKeyPath<ProgramBuilder, [Plan]>) -> UInt32 {
        guard let plan else { return ProgramNode.none }
        self[keyPath: table].append(plan)
        return UInt32(self[keyPath: table].count - 1)
    }

    private mutating func list(_ elements: [UInt32]) -> TableRange {
        let range = TableRange(start: UInt32(lists.count), count: UInt32(elements.count))
        lists += elements
        return range
    }

    private mutating func append(_ rule: Rule, to own: inout [ProgramStep]) {
        switch rule {
        case .reference(let node): own.append(ProgramStep(operation: .apply, a: indexes[node]))
        case .allOf(let nodes):
            for node in nodes where indexes[node] != ProgramNode.anything {
                own.append(ProgramStep(operation: .apply, a: indexes[node]))
            }
        case .anyOf(let nodes), .oneOf(let nodes):
            let range = list(nodes.map { indexes[$0] })
            var operation = ProgramStep.Operation.anyOf
            if case .oneOf = rule { operation = .oneOf }
            own.append(ProgramStep(operation: operation, a: range.start, b: range.count))
        case .not(let node): own.append(ProgramStep(operation: .not, a: indexes[node]))
        case .conditional(let condition, let then, let otherwise):
            own.append(
                ProgramStep(
                    operation: .conditional, a: indexes[condition], b: then.map { indexes[$0] } ?? ProgramNode.anything,
                    c: otherwise.map { indexes[$0] } ?? ProgramNode.anything))
        case .dependentSchemas(let entries):
            for entry in entries {
                own.append(ProgramStep(operation: .dependentNode, a: number(of: entry.name), b: indexes[entry.node]))
            }
        case .dependentRequired(let entries):
            for entry in entries {
                let needs = entry.needs.map { range(of: $0) }
                let start = UInt32(names.count)
                names += needs
                own.append(
                    ProgramStep(operation: .dependentNames, a: number(of: entry.name), b: start, c: UInt32(needs.count))
                )
            }
        case .const(let constant): own.insert(enumeration([constant]), at: 0)
        case .enumeration(let constants): own.insert(enumeration(constants), at: 0)
        default: break
        }
    }

    private mutating func enumeration(_ members: [Int]) -> ProgramStep {
        let words = members.compactMap { constants[$0].string.map(MemberName.init) }
        if !members.isEmpty, words.count == members.count {
            headers.append(table(Set(words).map { ($0, ProgramNode.none, 64) }))
            return ProgramStep(operation: .enumeratedText, a: UInt32(headers.count - 1))
        }
        return ProgramStep(operation: .enumeration, a: UInt32(members.first ?? 0), b: UInt32(members.count))
    }

    // MARK: Names

    private mutating func range(of name: MemberName) -> TableRange {
        let range = TableRange(start: UInt32(text.count), count: UInt32(name.bytes.count))
        text += name.bytes
        return range
    }

    private mutating func number(of name: MemberName) -> UInt32 {
        if let number = nameNumbers[name] { return number }
        names.append(range(of: name))
        let number = UInt32(names.count - 1)
        nameNumbers[name] = number
        return number
    }

    private mutating func table(_ entries: [(name: MemberName, node: UInt32, requirement: UInt32)])
        -> MemberTable.Header
    {
        let rows = entries.map { entry in
            (
                bytes: entry.name.bytes, offset: range(of: entry.name).start, node: entry.node,
                requirement: entry.requirement
            )
        }
        let new = MemberTable.slots(rows)
        let header = MemberTable.Header(start: UInt32(slots.count), mask: UInt32(new.count - 1))
        slots += new
        return header
    }

    // MARK: Containers

    private mutating func build(_ rule: Rule, _ plan: inout ArrayPlan) {
        switch rule {
        case .prefixItems(let nodes):
            plan.prefix = list(nodes.map { indexes[$0] })
            plan.walks = true
        case .items(let node, _):
            plan.hasItems = true
            plan.items = indexes[node]
            plan.walks = true
        case .contains(let node, let minimum, let maximum):
            plan.contains = indexes[node]
            plan.minimumContained = minimum
            plan.maximumContained = maximum
            plan.walks = true
        case .minItems(let count): plan.minimum = count
        case .maxItems(let count): plan.maximum = count
        case .uniqueItems: plan.isUnique = true
        default: break
        }
    }

    private mutating func objectPlan(_ keywords: [Keyword]) -> ObjectPlan {
        var plan = ObjectPlan()
        var entries: [(name: MemberName, node: UInt32, requirement: UInt32)] = []
        var required: [MemberName] = []
        for keyword in keywords {
            switch keyword.rule {
            case .properties(let members):
                entries = members.map { ($0.name, indexes[$0.node], 64) }
                plan.walks = true
            case .patternProperties(let members):
                plan.patterns = list(members.flatMap { [UInt32($0.pattern), indexes[$0.node]] })
                plan.patterns.count /= 2
                plan.walks = true
            case .additionalProperties(let node, _, _):
                plan.hasAdditional = true
                plan.additional = indexes[node]
                plan.walks = true
            case .propertyNames(let node):
                plan.propertyNames = indexes[node]
                if plan.propertyNames != ProgramNode.anything { plan.walks = true }
            case .minProperties(let count): plan.minimum = count
            case .maxProperties(let count): plan.maximum = count
            case .required(let names): required = names
            default: break
            }
        }
        let positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
        for (number, name) in required.prefix(64).enumerated() {
            if let position = positions[name] {
                entries[position].requirement = UInt32(number)
            } else {
                entries.append((name, ProgramNode.none, UInt32(number)))
            }
            plan.required |= 1 << UInt64(number)
        }
        if required.count > 64 {
            let ranges = required.dropFirst(64).map { range(of: $0) }
            plan.alsoRequired = TableRange(start: UInt32(names.count), count: UInt32(ranges.count))
            names += ranges
        }
        if !required.isEmpty {
            plan.walks = true
            plan.minimum = max(plan.minimum, required.count)
        }
        if !entries.isEmpty { plan.names = table(entries) }
        return plan
    }
}
