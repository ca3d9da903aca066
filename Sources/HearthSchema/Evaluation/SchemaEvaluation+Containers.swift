import HearthCore

/// Keywords that speak of the parts of arrays and objects.
extension SchemaEvaluation {
    /// Verdicts of a container's parts; enough failures end the walk.
    private struct Parts {
        var verdicts: [Verdict] = []
        var evaluated: Set<UInt32> = []
        var names: [JSONValue] = []
        private var failures = 0

        /// Returns whether to go on.
        mutating func add(_ verdict: Verdict, _ part: JSONReference, name: JSONValue, limit: Int) -> Bool {
            if verdict.isValid {
                evaluated.insert(part.index)
                names.append(name)
                // What lies within the part is of no interest to keywords at this level.
                verdicts.append(Verdict(units: verdict.units))
            } else {
                verdicts.append(verdict)
                failures += 1
            }
            return failures < limit
        }
    }

    private func verdict(_ parts: Parts, _ keyword: Keyword, _ node: SchemaNode, annotation: JSONValue?) -> Verdict {
        var verdict = conjunction(parts.verdicts, keyword, node, "has parts that are not valid")
        guard verdict.isValid else { return verdict }
        verdict = success(
            keyword, node, evaluated: parts.evaluated, notes: parts.verdicts.flatMap(\.units), annotation: annotation)
        return verdict
    }

    // MARK: Arrays

    mutating func applyToArray(
        _ keyword: Keyword, of node: SchemaNode, to value: JSONReference, evaluated: Set<UInt32>
    ) -> Verdict {
        switch keyword.rule {
        case .prefixItems(let targets):
            var parts = Parts()
            for (index, (element, target)) in zip(value.elements, targets).enumerated() {
                let verdict = evaluate(target, member: element, named: String(index), under: [String(index)])
                if !parts.add(verdict, element, name: .integer(Int64(index)), limit: limits.failuresPerContainer) {
                    break
                }
            }
            let annotation: JSONValue? = value.count <= targets.count ? .bool(true) : .integer(Int64(targets.count - 1))
            return verdict(parts, keyword, node, annotation: value.count == 0 ? JSONValue?.none : annotation)
        case .items(let target, let first):
            return elements(of: value, keyword, node, target) { index, _ in index >= first }
        case .unevaluatedItems(let target):
            return elements(of: value, keyword, node, target) { _, element in !evaluated.contains(element.index) }
        case .contains(let target, let minimum, let maximum):
            return contains(target, minimum, maximum, value, keyword, node)
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

    private mutating func elements(
        of value: JSONReference, _ keyword: Keyword, _ node: SchemaNode, _ target: Int,
        where isMeant: (Int, JSONReference) -> Bool
    ) -> Verdict {
        var parts = Parts()
        for (index, element) in value.elements.enumerated() where isMeant(index, element) {
            let verdict = evaluate(target, member: element, named: String(index))
            if !parts.add(verdict, element, name: .integer(Int64(index)), limit: limits.failuresPerContainer) { break }
        }
        return verdict(parts, keyword, node, annotation: parts.names.isEmpty ? JSONValue?.none : .bool(true))
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
        if parts.names.count < minimum {
            let word = minimum == 1 ? keyword.name : "minContains"
            return sibling(word, keyword) { evaluation, sibling in
                evaluation.fault("must have at least \(Wording.count(minimum, "item")) that fits", sibling, node)
            }
        }
        if parts.names.count > maximum {
            return sibling("maxContains", keyword) { evaluation, sibling in
                evaluation.fault("must have at most \(Wording.count(maximum, "item")) that fits", sibling, node)
            }
        }
        let isAll = parts.names.count == value.count && value.count > 0
        return verdict(parts, keyword, node, annotation: isAll ? .bool(true) : .array(parts.names))
    }

    // MARK: Objects

    mutating func applyToObject(
        _ keyword: Keyword, of node: SchemaNode, to value: JSONReference, evaluated: Set<UInt32>
    ) -> Verdict {
        switch keyword.rule {
        case .properties(let entries):
            var parts = Parts()
            // Walked by the schema's order, so that errors come in it; a member that stands twice is looked at twice.
            walk: for entry in entries {
                for (key, member) in value.members
                where entry.name.bytes.withUnsafeBufferPointer({ key.equals($0) }) {
                    let name = entry.name.text
                    let verdict = evaluate(entry.node, member: member, named: name, under: [name])
                    guard parts.add(verdict, member, name: .string(name), limit: limits.failuresPerContainer) else {
                        break walk
                    }
                }
            }
            return verdict(parts, keyword, node, annotation: .array(parts.names))
        case .patternProperties(let entries):
            var parts = Parts()
            walk: for entry in entries {
                for (key, member) in value.members where matches(entry.pattern, key) {
                    let name = key.string ?? ""
                    let verdict = evaluate(
                        entry.node, member: member, named: name, under: [program.source(ofPattern: entry.pattern)])
                    guard parts.add(verdict, member, name: .string(name), limit: limits.failuresPerContainer) else {
                        break walk
                    }
                }
            }
            return verdict(parts, keyword, node, annotation: .array(parts.names))
        case .additionalProperties(let target, let names, let patterns):
            return members(of: value, keyword, node, target) { evaluation, key, _ in
                !names.contains(MemberName(key.string ?? ""))
                    && !patterns.contains { evaluation.matches($0, key) }
            }
        case .unevaluatedProperties(let target):
            return members(of: value, keyword, node, target) { _, _, member in !evaluated.contains(member.index) }
        case .propertyNames(let target):
            var verdicts: [Verdict] = []
            for (key, _) in value.members where verdicts.count < limits.failuresPerContainer {
                let verdict = evaluate(target, member: key, named: key.string ?? "")
                if !verdict.isValid { verdicts.append(verdict) }
            }
            return verdicts.isEmpty
                ? success(keyword, node)
                : conjunction(verdicts, keyword, node, "has members with names that are not valid")
        case .minProperties(let count) where value.count < count:
            return fault("must have at least \(Wording.count(count, "member"))", keyword, node)
        case .maxProperties(let count) where value.count > count:
            return fault("must have at most \(Wording.count(count, "member"))", keyword, node)
        case .required(let names):
            let missing = names.filter { !value.hasMember($0) }
            guard !missing.isEmpty else { return success(keyword, node) }
            return fault(Wording.missing(missing.map(\.text)), keyword, node)
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
            guard parts.add(verdict, member, name: .string(name), limit: limits.failuresPerContainer) else { break }
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
