import HearthCore

/// Applies a schema keyword by keyword and keeps what every one of them says: for errors and annotations, where
/// `SchemaProgram` only decides. Both agree on what is valid; the tests hold them against each other.
struct SchemaEvaluation {
    /// What came of one schema and one value.
    struct Verdict {
        var isValid = true
        /// Members and elements evaluated, by their position on the tape.
        var evaluated: Set<UInt32> = []
        /// Faults of an invalid value, annotations of a valid one.
        var units: [OutputUnit] = []
    }

    let nodes: [SchemaNode]
    let program: SchemaProgram
    let limits: SchemaLimits
    let collectsAnnotations: Bool
    var run: ProgramRun
    var keywordPath = JSONPointer.root
    private var instancePath = JSONPointer.root

    init(_ schema: CompiledSchema, collectsAnnotations: Bool) {
        nodes = schema.nodes
        program = schema.program
        limits = schema.limits
        self.collectsAnnotations = collectsAnnotations
        run = ProgramRun(limits: schema.limits)
    }

    /// The unit of the whole schema; nil when the value is valid and nothing is to be told of it.
    mutating func result(of value: JSONReference) -> OutputUnit? {
        var verdict = evaluate(0, value)
        if let abortion = run.abortion {
            // Told whatever the schema made of it: `not` must not turn "too long" into "valid".
            verdict.isValid = false
            verdict.units = [unit(isValid: false, absolute: nodes[0].location, message: abortion.message)]
        }
        return verdict.units.isEmpty ? nil : wrapping(verdict, node: 0)
    }

    // MARK: Schemas

    mutating func evaluate(_ index: Int, _ value: JSONReference) -> Verdict {
        guard run.stepsLeft > 0, run.depthLeft > 0 else {
            run.abort(run.depthLeft > 0 ? .work : .depth)
            return Verdict(isValid: false)
        }
        run.stepsLeft -= 1
        run.depthLeft -= 1
        defer { run.depthLeft += 1 }

        let node = nodes[index]
        if let constant = node.constant {
            guard !constant else { return Verdict() }
            return Verdict(
                isValid: false,
                units: [unit(isValid: false, absolute: node.location, message: "is not allowed here")])
        }
        var verdict = Verdict()
        var faults: [OutputUnit] = []
        for keyword in node.keywords {
            let outer = keywordPath
            keywordPath = keywordPath.appending(keyword.name)
            var finding = apply(keyword, of: node, to: value, evaluated: verdict.evaluated)
            keywordPath = outer
            if finding.isValid {
                verdict.evaluated.formUnion(finding.evaluated)
                verdict.units += finding.units
            } else {
                verdict.isValid = false
                if finding.units.isEmpty { finding.units = [fault(of: keyword, node)] }
                faults += finding.units
            }
        }
        if !verdict.isValid {
            verdict.units = faults
            verdict.evaluated = []
        }
        return verdict
    }

    /// Evaluates a subschema that stands under `tokens` of the current keyword.
    mutating func evaluate(_ index: Int, _ value: JSONReference, under tokens: [String]) -> Verdict {
        let outer = keywordPath
        for token in tokens { keywordPath = keywordPath.appending(token) }
        defer { keywordPath = outer }
        var verdict = evaluate(index, value)
        if !verdict.units.isEmpty { verdict.units = [wrapping(verdict, node: index)] }
        return verdict
    }

    mutating func evaluate(
        _ index: Int, member value: JSONReference, named name: String, under tokens: [String] = []
    ) -> Verdict {
        let outer = (keywordPath, instancePath)
        for token in tokens { keywordPath = keywordPath.appending(token) }
        instancePath = instancePath.appending(name)
        defer { (keywordPath, instancePath) = outer }
        var verdict = evaluate(index, value)
        if !verdict.units.isEmpty { verdict.units = [wrapping(verdict, node: index)] }
        return verdict
    }

    /// One unit for a subschema that found several things.
    private func wrapping(_ verdict: Verdict, node index: Int) -> OutputUnit {
        var unit = unit(isValid: verdict.isValid, absolute: nodes[index].location, message: nil)
        unit.role = .conjunction
        unit.children = verdict.units
        return unit
    }

    // MARK: Units

    private func unit(isValid: Bool, absolute: String, message: String?) -> OutputUnit {
        OutputUnit(
            isValid: isValid, keywordLocation: keywordPath.text, absoluteKeywordLocation: absolute,
            instanceLocation: instancePath.text, message: message)
    }

    /// The fault of the keyword that is being applied.
    func fault(
        _ message: String, _ keyword: Keyword, _ node: SchemaNode, role: OutputUnit.Role = .assertion,
        missing: [String] = [], children: [OutputUnit] = []
    ) -> Verdict {
        var unit = unit(isValid: false, absolute: absoluteLocation(keyword.name, node), message: message)
        unit.role = role
        unit.isShape = keyword.rule.isShape
        unit.missing = missing
        unit.children = children
        return Verdict(isValid: false, units: [unit])
    }

    /// What an aborted keyword leaves; its message is replaced by that of the abortion.
    private func fault(of keyword: Keyword, _ node: SchemaNode) -> OutputUnit {
        unit(isValid: false, absolute: absoluteLocation(keyword.name, node), message: "could not be checked")
    }

    /// A valid keyword: what it evaluated, what its subschemas noted, and its own annotation.
    func success(
        _ keyword: Keyword, _ node: SchemaNode, evaluated: Set<UInt32> = [], notes: [OutputUnit] = [],
        annotation: @autoclosure () -> JSONValue? = nil
    ) -> Verdict {
        var verdict = Verdict(evaluated: evaluated)
        guard collectsAnnotations else { return verdict }
        let own = annotation()
        if own != nil || !notes.isEmpty {
            var unit = unit(isValid: true, absolute: absoluteLocation(keyword.name, node), message: nil)
            unit.annotation = own
            unit.children = notes
            verdict.units = [unit]
        }
        return verdict
    }

    /// Applies what a neighbour of the current keyword says.
    mutating func sibling(
        _ name: String, _ keyword: Keyword, _ body: (inout SchemaEvaluation, Keyword) -> Verdict
    ) -> Verdict {
        let own = keywordPath
        defer { keywordPath = own }
        keywordPath = JSONPointer(String(own.text.dropLast(JSONPointer.root.appending(keyword.name).text.count)))
            .appending(name)
        return body(&self, Keyword(name: name, rule: keyword.rule))
    }

    private func absoluteLocation(_ keyword: String, _ node: SchemaNode) -> String {
        let token = JSONPointer.root.appending(keyword).text
        return node.location + URIReference.fragmentEncoded(token[...])
    }
}

extension Rule {
    fileprivate var isShape: Bool {
        switch self {
        case .type, .const, .enumeration: true
        default: false
        }
    }
}
