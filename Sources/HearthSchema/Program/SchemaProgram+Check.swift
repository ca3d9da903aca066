import HearthCore

/// One bit per member or element of a container: set when a keyword has evaluated it.
typealias EvaluationMarks = UnsafeMutablePointer<UInt64>

extension SchemaProgram {
    /// Whether `value` satisfies the schema `index`.
    /// - Parameter marks: where the container's evaluated parts are noted; nil when nobody asks.
    @inline(__always)
    func check(_ index: UInt32, _ value: JSONReference, _ marks: EvaluationMarks?, _ run: inout ProgramRun) -> Bool {
        let node = nodes.baseAddress.unsafelyUnwrapped + Int(index)
        let kind = value.kind
        let kinds = node.pointee.kinds
        if kinds & (1 << UInt16(kind.rawValue)) == 0 {
            guard kind == .real, kinds & ProgramNode.wholeReals != 0, value.isWhole else { return false }
        }
        guard node.pointee.isPlain else { return checkDeeply(node, value, kind, marks, &run) }
        // Most members of readings are plain: decided here, without a call.
        switch kind {
        case .integer, .real:
            return node.pointee.number == ProgramNode.none || checkNumber(node.pointee.number, value, kind)
        case .string: return node.pointee.text == ProgramNode.none || checkText(node.pointee.text, value.utf8, &run)
        case .binary: return node.pointee.text == ProgramNode.none || checkBytes(node.pointee.text, value, &run)
        case .null, .true, .false, .array, .object: return true
        }
    }

    /// Schemas that enter others are counted, so that neither depth nor work is without bound.
    @inline(never)
    private func checkDeeply(
        _ node: UnsafePointer<ProgramNode>, _ value: JSONReference, _ kind: JSONKind, _ marks: EvaluationMarks?,
        _ run: inout ProgramRun
    ) -> Bool {
        guard run.stepsLeft > 0, run.depthLeft > 0 else {
            run.abort(run.depthLeft > 0 ? .work : .depth)
            return false
        }
        run.stepsLeft &-= 1
        run.depthLeft &-= 1
        defer { run.depthLeft &+= 1 }
        if node.pointee.tracksProperties && kind == .object || node.pointee.tracksItems && kind == .array {
            return checkTracking(node, value, marks, &run)
        }
        return checkStated(node, value, kind, marks, &run)
    }

    /// All that a schema demands but for what is left unevaluated.
    @inline(__always)
    func checkStated(
        _ node: UnsafePointer<ProgramNode>, _ value: JSONReference, _ kind: JSONKind, _ marks: EvaluationMarks?,
        _ run: inout ProgramRun
    ) -> Bool {
        switch kind {
        case .integer, .real:
            if node.pointee.number != ProgramNode.none, !checkNumber(node.pointee.number, value, kind) { return false }
        case .string:
            if node.pointee.text != ProgramNode.none, !checkText(node.pointee.text, value.utf8, &run) { return false }
        case .binary:
            if node.pointee.text != ProgramNode.none, !checkBytes(node.pointee.text, value, &run) { return false }
        case .array:
            if node.pointee.array != ProgramNode.none, !checkArray(node.pointee.array, value, marks, &run) {
                return false
            }
        case .object:
            if node.pointee.object != ProgramNode.none, !checkObject(node.pointee.object, value, marks, &run) {
                return false
            }
        case .null, .true, .false: break
        }
        return node.pointee.steps.count == 0 || checkSteps(node.pointee.steps, value, marks, &run)
    }

    // MARK: Numbers and text

    @inline(__always)
    private func checkNumber(_ index: UInt32, _ value: JSONReference, _ kind: JSONKind) -> Bool {
        let plan = numbers.baseAddress.unsafelyUnwrapped + Int(index)
        if kind == .integer {
            let number = value.int64.unsafelyUnwrapped
            guard number >= plan.pointee.range.lowestInteger, number <= plan.pointee.range.highestInteger else {
                return false
            }
        } else {
            let number = value.double.unsafelyUnwrapped
            guard number >= plan.pointee.range.lowestReal, number <= plan.pointee.range.highestReal else {
                return false
            }
        }
        return plan.pointee.divisors.count == 0 || checkDivisors(plan.pointee.divisors, value)
    }

    @inline(never)
    private func checkDivisors(_ range: TableRange, _ value: JSONReference) -> Bool {
        guard let number = JSONNumber(value) else { return true }
        for index in 0..<Int(range.count) where !divisors[Int(range.start) + index].divides(number) { return false }
        return true
    }

    @inline(never)
    private func checkBytes(_ index: UInt32, _ value: JSONReference, _ run: inout ProgramRun) -> Bool {
        value.withText { checkText(index, $0, &run) }
    }

    private func checkText(_ index: UInt32, _ text: UnsafeBufferPointer<UInt8>, _ run: inout ProgramRun) -> Bool {
        let plan = texts.baseAddress.unsafelyUnwrapped + Int(index)
        let count = text.count
        // A scalar takes one to four bytes, so that most strings need no counting.
        if count > plan.pointee.maximum || count < plan.pointee.minimum &* 4 {
            if count < plan.pointee.minimum { return false }
            let length = text.scalarCount
            guard length >= plan.pointee.minimum, length <= plan.pointee.maximum else { return false }
        }
        if let format = plan.pointee.format, !format.accepts(text) { return false }
        if plan.pointee.pattern == ProgramNode.none { return true }
        return run.matches(patterns[Int(plan.pointee.pattern)], text)
    }

    // MARK: Containers

    private func checkArray(
        _ index: UInt32, _ value: JSONReference, _ marks: EvaluationMarks?, _ run: inout ProgramRun
    ) -> Bool {
        let plan = arrays.baseAddress.unsafelyUnwrapped + Int(index)
        let count = value.count
        guard count >= plan.pointee.minimum, count <= plan.pointee.maximum else { return false }
        if plan.pointee.walks {
            let prefix = plan.pointee.prefix
            let contains = plan.pointee.contains
            var position = 0
            var contained = 0
            for element in value.elements {
                var isEvaluated = true
                if position < Int(prefix.count) {
                    if !check(lists[Int(prefix.start) &+ position], element, nil, &run) { return false }
                } else if plan.pointee.hasItems {
                    if !check(plan.pointee.items, element, nil, &run) { return false }
                } else {
                    isEvaluated = false
                }
                if contains != ProgramNode.none, check(contains, element, nil, &run) {
                    contained &+= 1
                    isEvaluated = true
                }
                if isEvaluated, let marks { marks[position >> 6] |= 1 << UInt64(position & 63) }
                position &+= 1
            }
            if contains != ProgramNode.none {
                guard contained >= plan.pointee.minimumContained, contained <= plan.pointee.maximumContained else {
                    return false
                }
            }
        }
        return !plan.pointee.isUnique || value.equalElements() == nil
    }

    private func checkObject(
        _ index: UInt32, _ value: JSONReference, _ marks: EvaluationMarks?, _ run: inout ProgramRun
    ) -> Bool {
        let plan = objects.baseAddress.unsafelyUnwrapped + Int(index)
        let count = value.count
        guard count >= plan.pointee.minimum, count <= plan.pointee.maximum else { return false }
        guard plan.pointee.walks else { return true }
        var seen: UInt64 = 0
        var ordinal = 0
        for (key, member) in value.members {
            var isEvaluated = false
            if let slot = find(key.utf8, in: plan.pointee.names) {
                if slot.pointee.requirement < 64 { seen |= 1 << UInt64(slot.pointee.requirement) }
                let node = slot.pointee.node
                if node != ProgramNode.none {
                    if node != ProgramNode.anything, !check(node, member, nil, &run) { return false }
                    isEvaluated = true
                }
            }
            if plan.pointee.patterns.count > 0,
                !checkPatterns(plan.pointee.patterns, key, member, &isEvaluated, &run)
            {
                return false
            }
            if !isEvaluated && plan.pointee.hasAdditional {
                if plan.pointee.additional != ProgramNode.anything, !check(plan.pointee.additional, member, nil, &run) {
                    return false
                }
                isEvaluated = true
            }
            if plan.pointee.propertyNames != ProgramNode.anything,
                !check(plan.pointee.propertyNames, key, nil, &run)
            {
                return false
            }
            if isEvaluated, let marks { marks[ordinal >> 6] |= 1 << UInt64(ordinal & 63) }
            ordinal &+= 1
        }
        guard seen == plan.pointee.required else { return false }
        let also = plan.pointee.alsoRequired
        for index in 0..<Int(also.count) where value[utf8: name(Int(also.start) + index)] == nil { return false }
        return true
    }

    @inline(__always)
    private func find(
        _ name: UnsafeBufferPointer<UInt8>, in header: MemberTable.Header
    ) -> UnsafePointer<MemberTable.Slot>? {
        guard header.mask > 0, let bytes = name.baseAddress else { return nil }
        let count = name.count
        let (first, last) = MemberTable.key(bytes, count)
        let table = UnsafePointer(slots.baseAddress.unsafelyUnwrapped) + Int(header.start)
        var index = MemberTable.hash(first, last, count) & header.mask
        while true {
            let slot = table + Int(index)
            if slot.pointee.length == MemberTable.Slot.emptyLength { return nil }
            if slot.pointee.first == first, slot.pointee.last == last, Int(slot.pointee.length) == count,
                count <= 16 || hasSameMiddle(slot, bytes, count)
            {
                return slot
            }
            index = (index &+ 1) & header.mask
        }
    }

    @inline(never)
    private func hasSameMiddle(
        _ slot: UnsafePointer<MemberTable.Slot>, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        let known = text.baseAddress.unsafelyUnwrapped + Int(slot.pointee.offset)
        for index in 8..<count - 8 where known[index] != bytes[index] { return false }
        return true
    }

    @inline(never)
    private func checkPatterns(
        _ range: TableRange, _ key: JSONReference, _ member: JSONReference, _ isEvaluated: inout Bool,
        _ run: inout ProgramRun
    ) -> Bool {
        for pair in 0..<Int(range.count) {
            let index = Int(range.start) + pair * 2
            guard run.matches(patterns[Int(lists[index])], key.utf8) else { continue }
            isEvaluated = true
            if !check(lists[index + 1], member, nil, &run) { return false }
        }
        return true
    }

    func name(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let range = names[index]
        return UnsafeBufferPointer(rebasing: text[Int(range.start)..<Int(range.start + range.count)])
    }

    // MARK: Steps

    private func checkSteps(
        _ range: TableRange, _ value: JSONReference, _ marks: EvaluationMarks?, _ run: inout ProgramRun
    ) -> Bool {
        for index in 0..<Int(range.count) {
            let step = steps[Int(range.start) &+ index]
            switch step.operation {
            case .apply:
                if !check(step.a, value, marks, &run) { return false }
            case .anyOf:
                if !checkAlternatives(step, value, marks, &run, atMost: .max) { return false }
            case .oneOf:
                if !checkAlternatives(step, value, marks, &run, atMost: 1) { return false }
            case .not:
                if check(step.a, value, nil, &run) { return false }
            case .conditional:
                let holds = checkBranch(step.a, value, marks, &run)
                if !check(holds ? step.b : step.c, value, marks, &run) { return false }
            case .enumeration:
                if !isConstant(TableRange(start: step.a, count: step.b), value) { return false }
            case .enumeratedText:
                guard value.kind == .string || value.kind == .binary,
                    value.withText({ find($0, in: headers[Int(step.a)]) }) != nil
                else { return false }
            case .dependentNames:
                guard value.kind == .object, value[utf8: name(Int(step.a))] != nil else { continue }
                for needed in Int(step.b)..<Int(step.b + step.c) where value[utf8: name(needed)] == nil { return false }
            case .dependentNode:
                guard value.kind == .object, value[utf8: name(Int(step.a))] != nil else { continue }
                if !check(step.b, value, marks, &run) { return false }
            }
        }
        return true
    }

    private func isConstant(_ range: TableRange, _ value: JSONReference) -> Bool {
        for index in Int(range.start)..<Int(range.start + range.count) where constants[index].isEqual(to: value) {
            return true
        }
        return false
    }

    private func checkAlternatives(
        _ step: ProgramStep, _ value: JSONReference, _ marks: EvaluationMarks?, _ run: inout ProgramRun, atMost: Int
    ) -> Bool {
        var holding = 0
        for index in Int(step.a)..<Int(step.a + step.b) where checkBranch(lists[index], value, marks, &run) {
            holding += 1
            if holding > atMost { return false }
            if atMost == .max && marks == nil { return true }
        }
        return holding > 0
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The number of Unicode scalars in valid UTF-8.
    var scalarCount: Int {
        var count = 0
        for byte in self where byte & 0xc0 != 0x80 { count &+= 1 }
        return count
    }
}
