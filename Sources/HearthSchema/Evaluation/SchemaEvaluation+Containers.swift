import HearthCore

/// Verdicts of a container's parts; enough failures end the walk.
private struct Parts {
    var verdicts: [SchemaEvaluation.Verdict] = []
    var evaluated: Set<UInt32> = []
    /// Names of members or positions of elements that are valid.
    var names: [JSONValue] = []
    private var failures = 0

    /// Returns whether to go on.
    mutating func add(_ verdict: SchemaEvaluation.Verdict, _ part: JSONReference, name: JSONValue, limit: Int) -> Bool {
        if verdict.isValid {
            evaluated.insert(part.index)
            names.append(name)
            // What was evaluated within the part is of no interest to keywords at this level.
            verdicts.append(SchemaEvaluation.Verdict(units: verdict.units))
        } else {
            verdicts.append(verdict)
            failures += 1
        }
        return failures < limit
    }
}

/// Keywords that speak of the parts of arrays and objects.
extension SchemaEvaluation {
    private func verdict(_ parts: Parts, _ keyword: Keyword, _ node: SchemaNode, annotation: JSONValue?) -> Verdict {
        let verdict = conjunction(parts.verdicts, keyword, node, "has parts that are not valid")
        guard verdict.isValid else { return verdict }
        return success(
            keyword, node, evaluated: parts.evaluated, notes: parts.verdicts.flatMap(\.units), annotation: annotation)
    }

    // MARK: Arrays

    mutating func applyToArray(
        _ keyword: Keyword, of node: SchemaNode, to value: JSONReference, evaluated: Set<UInt32>
    ) -> Verdict {
        switch keyword.rule {
        case .prefixItems(let targets): prefixItems(targets, value, keyword, node)
        case .items(let target, let first):
            elements(of: value, keyword, node, target) { index, _ in index >= first }
        case .unevaluatedItems(let target):
            elements(of: value, keyword, node, target) { _, element in !evaluated.contains(element.index) }
        case .contains(let target, let minimum, let maximum):
            contains(target, minimum, maximum, value, keyword, node)
        default: checkArray(keyword, of: node, on: value)
        }
    }

    private func checkArray(_ keyword: Keyword, of node: SchemaNode, on value: JSONReference) -> Verdict {
        switch keyword.rule {
        case .minItems(let count) where value.count < count:
            return fault("must have at least \(Wording.count(count, "item"))", keyword, node)
        case .maxItems(let count) where value.count > count:
            return fault("must have at most \(Wording.count(count, "item"))", keyword, node)
        case .uniqueItems:
            guard let (first, second) = value.equalElements() else { return success(keyword, node) }
            return fault("must have no two equal items; items \(first) and \(second) are equal", keyword, node)
        default: return success(keyword, node)
        }
    }

    private mutating func prefixItems(
        _ targets: [Int], _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var parts = Parts()
        for (index, (element, target)) in zip(value.elements, targets).enumerated() {
            let verdict = evaluate(target, member: element, named: String(index), under: [String(index)])
            if !parts.add(verdict, element, name: .integer(Int64(index)), limit: limits.failuresPerContainer) { break }
        }
        let annotation: JSONValue = value.count <= targets.count ? true : .integer(Int64(targets.count - 1))
        return verdict(parts, keyword, node, annotation: value.count == 0 ? JSONValue?.none : annotation)
    }

    private mutating func elements(
        of value: JSONReference, _ keyword: Keyword, _ node: SchemaNode, _ target: Int,
        where isMeant: (Int, JSONReference) -> Bool
    ) -> Verdict {
        var parts = Parts()
        for (index, element) in value.elements.enumerated() where isMeant(index, element) {
            let verdict = evaluate(target, member: element, named: String(index))
            if !parts.add(verdict, element, name: .integer(Int64(index)), limit: limits.failuresPerContainer) { break }
        }
        return verdict(parts, keyword, node, annotation: parts.names.isEmpty ? JSONValue?.none : true)
    }

    private mutating func contains(
        _ target: Int, _ minimum: Int, _ maximum: Int, _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var parts = Parts()
        for (index, element) in value.elements.enumerated() {
            let verdict = evaluate(target, member: element, named: String(index))
            guard verdict.isValid else { continue }
            _ = parts.add(verdict, element, name: .integer(Int64(index)), limit: .max)
        }
        let count = parts.names.count
        if count < minimum || count > maximum {
            return wrongCount(minimum, maximum, tooFew: count < minimum, keyword, node)
        }
        let isAll = count == value.count && count > 0
        return verdict(parts, keyword, node, annotation: isAll ? true : .array(parts.names))
    }

    private mutating func wrongCount(
        _ minimum: Int, _ maximum: Int, tooFew: Bool, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        let name = tooFew ? (minimum == 1 ? keyword.name : "minContains") : "maxContains"
        let bound = tooFew ? minimum : maximum
        let items = "\(Wording.count(bound, "item")) that \(bound == 1 ? "fits" : "fit")"
        return sibling(name, keyword) { evaluation, sibling in
            evaluation.fault("must have at \(tooFew ? "least" : "most") \(items)", sibling, node)
        }
    }

    // MARK: Objects

    mutating func applyToObject(
        _ keyword: Keyword, of node: SchemaNode, to value: JSONReference, evaluated: Set<UInt32>
    ) -> Verdict {
        switch keyword.rule {
        case .properties(let entries): properties(entries, value, keyword, node)
        case .patternProperties(let entries): patternProperties(entries, value, keyword, node)
        case .additionalProperties(let target, let names, let patterns):
            members(of: value, keyword, node, target) { evaluation, key, _ in
                !names.contains(MemberName(key.string ?? "")) && !patterns.contains { evaluation.matches($0, key) }
            }
        case .unevaluatedProperties(let target):
            members(of: value, keyword, node, target) { _, _, member in !evaluated.contains(member.index) }
        case .propertyNames(let target): propertyNames(target, value, keyword, node)
        default: checkObject(keyword, of: node, on: value)
        }
    }

    private func checkObject(_ keyword: Keyword, of node: SchemaNode, on value: JSONReference) -> Verdict {
        switch keyword.rule {
        case .minProperties(let count) where value.count < count:
            return fault("must have at least \(Wording.count(count, "member"))", keyword, node)
        case .maxProperties(let count) where value.count > count:
            return fault("must have at most \(Wording.count(count, "member"))", keyword, node)
        case .required(let names):
            let missing = names.filter { !value.hasMember($0) }
            guard !missing.isEmpty else { return success(keyword, node) }
            return fault(Wording.missing(missing.map(\.text)), keyword, node, missing: missing.map(\.text))
        case .dependentRequired(let entries):
            for entry in entries where value.hasMember(entry.name) {
                let missing = entry.needs.filter { !value.hasMember($0) }
                guard !missing.isEmpty else { continue }
                return fault(
                    "\(Wording.missing(missing.map(\.text))), which \(Wording.quoted(entry.name.text)) needs", keyword,
                    node)
            }
            return success(keyword, node)
        default: return success(keyword, node)
        }
    }

    /// Walked in the schema's order, so that errors come in it; a member that stands twice is looked at twice.
    private mutating func properties(
        _ entries: [(name: MemberName, node: Int)], _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var parts = Parts()
        walk: for entry in entries {
            for (key, member) in value.members where entry.name.bytes.withUnsafeBufferPointer({ key.equals($0) }) {
                let name = entry.name.text
                let verdict = evaluate(entry.node, member: member, named: name, under: [name])
                if !parts.add(verdict, member, name: .string(name), limit: limits.failuresPerContainer) { break walk }
            }
        }
        return verdict(parts, keyword, node, annotation: .array(parts.names))
    }

    private mutating func patternProperties(
        _ entries: [(pattern: Int, node: Int)], _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var parts = Parts()
        walk: for entry in entries {
            let pattern = program.source(ofPattern: entry.pattern)
            for (key, member) in value.members where matches(entry.pattern, key) {
                let name = key.string ?? ""
                let verdict = evaluate(entry.node, member: member, named: name, under: [pattern])
                if !parts.add(verdict, member, name: .string(name), limit: limits.failuresPerContainer) { break walk }
            }
        }
        return verdict(parts, keyword, node, annotation: .array(parts.names))
    }

    private mutating func propertyNames(
        _ target: Int, _ value: JSONReference, _ keyword: Keyword, _ node: SchemaNode
    ) -> Verdict {
        var failed: [Verdict] = []
        for (key, _) in value.members where failed.count < limits.failuresPerContainer {
            let verdict = evaluate(target, member: key, named: key.string ?? "")
            if !verdict.isValid { failed.append(verdict) }
        }
        // Annotations of a name are none of the member's.
        return failed.isEmpty
            ? success(keyword, node) : conjunction(failed, keyword, node, "has members with names that are not valid")
    }

    private mutating func members(
        of value: JSONReference, _ keyword: Keyword, _ node: SchemaNode, _ target: Int,
        where isMeant: (inout SchemaEvaluation, JSONReference, JSONReference) -> Bool
    ) -> Verdict {
        var parts = Parts()
        for (key, member) in value.members where isMeant(&self, key, member) {
            let name = key.string ?? ""
            var verdict = evaluate(target, member: member, named: name)
            if nodes[target].constant == false, !verdict.isValid {
                verdict.units = verdict.units.map { $0.saying("is not a member that is known here") }
            }
            if !parts.add(verdict, member, name: .string(name), limit: limits.failuresPerContainer) { break }
        }
        return verdict(parts, keyword, node, annotation: .array(parts.names))
    }
}

extension OutputUnit {
    /// The same unit with another message at its leaf.
    fileprivate func saying(_ message: String) -> OutputUnit {
        var copy = self
        if copy.message != nil { copy.message = message }
        copy.children = copy.children.map { $0.saying(message) }
        return copy
    }
}
