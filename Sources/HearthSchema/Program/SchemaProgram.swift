import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A schema compiled to flat tables, for deciding quickly whether a value is valid.
///
/// Validating allocates nothing for ordinary schemas: it walks the value's tape once and reads plain structs.
/// Allocation is left to `uniqueItems` of long arrays, `unevaluated…` of containers beyond some thousand parts, the
/// formats `regex` and `idn-…`, and bytes from MessagePack.
final class SchemaProgram: @unchecked Sendable {  // The tables never change once filled.
    let nodes: UnsafeMutableBufferPointer<ProgramNode>
    let numbers: UnsafeMutableBufferPointer<NumberPlan>
    let texts: UnsafeMutableBufferPointer<TextPlan>
    let arrays: UnsafeMutableBufferPointer<ArrayPlan>
    let objects: UnsafeMutableBufferPointer<ObjectPlan>
    let steps: UnsafeMutableBufferPointer<ProgramStep>
    let lists: UnsafeMutableBufferPointer<UInt32>
    let slots: UnsafeMutableBufferPointer<MemberTable.Slot>
    let headers: UnsafeMutableBufferPointer<MemberTable.Header>
    let divisors: UnsafeMutableBufferPointer<Divisor>
    /// Names in `text`.
    let names: UnsafeMutableBufferPointer<TableRange>
    let text: UnsafeMutableBufferPointer<UInt8>
    /// The regular expressions; `expressions` keeps their code alive.
    let patterns: UnsafeMutableBufferPointer<PatternPlan>
    /// The elements of `constantsDocument`, which keeps them alive.
    let constants: UnsafeMutableBufferPointer<JSONReference>
    let root: UInt32
    let limits: SchemaLimits
    private let expressions: [RegularExpression]
    private let constantsDocument: JSONDocument

    init(_ parts: ProgramBuilder, root: UInt32, limits: SchemaLimits) throws(HearthError) {
        do throws(JSONError) {
            constantsDocument = try JSONDocument(.array(parts.constants))
        } catch {
            throw HearthError(.invalidSchema, "The schema's constants are not usable: \(error).")
        }
        constants = constantsDocument.withRoot { Self.table(Array($0.elements)) }
        nodes = Self.table(parts.nodes)
        numbers = Self.table(parts.numbers)
        texts = Self.table(parts.texts)
        arrays = Self.table(parts.arrays)
        objects = Self.table(parts.objects)
        steps = Self.table(parts.steps)
        lists = Self.table(parts.lists)
        slots = Self.table(parts.slots)
        headers = Self.table(parts.headers)
        divisors = Self.table(parts.divisors)
        names = Self.table(parts.names)
        text = Self.table(parts.text)
        expressions = parts.expressions
        patterns = Self.table(expressions.map { PatternPlan(code: $0.code, run: $0.run) })
        self.root = root
        self.limits = limits
    }

    deinit {
        nodes.deallocate()
        numbers.deallocate()
        texts.deallocate()
        arrays.deallocate()
        objects.deallocate()
        steps.deallocate()
        lists.deallocate()
        slots.deallocate()
        headers.deallocate()
        divisors.deallocate()
        names.deallocate()
        text.deallocate()
        patterns.deallocate()
        constants.deallocate()
    }

    /// Elements are plain values: nothing has to be released with the table.
    private static func table<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let table = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = table.initialize(from: elements)
        return table
    }

    func source(ofPattern index: Int) -> String { expressions[index].source }

    func validate(_ value: JSONReference) -> Bool {
        var run = ProgramRun(limits: limits)
        return check(root, value, nil, &run) && run.abortion == nil
    }
}

/// Why validation stopped before it was decided.
enum Abortion {
    /// A regular expression reached its limits.
    case pattern
    /// Schemas were entered too deep within one another.
    case depth
    /// Too many schemas were applied.
    case work

    var message: String {
        switch self {
        case .pattern: "the pattern took too long to match"
        case .depth: "the value is nested too deeply for its schema"
        case .work: "checking the value took too long"
        }
    }
}

/// What one validation counts.
struct ProgramRun {
    /// Ended by an abortion, so that every schema entered afterwards fails at once.
    var stepsLeft: Int
    var depthLeft: Int
    var abortion: Abortion?
    private var scratch: MatchScratch?
    private var matchCount = 0
    /// Of the monotonic clock, in nanoseconds; set at the first look.
    private var deadline: UInt64?
    private let limits: SchemaLimits

    /// How many matches pass between looks at the clock.
    private static let matchesPerLook = 64

    init(limits: SchemaLimits) {
        self.limits = limits
        stepsLeft = limits.evaluationSteps
        depthLeft = limits.evaluationDepth
    }

    @inline(never)
    mutating func abort(_ reason: Abortion) {
        if abortion == nil { abortion = reason }
        stepsLeft = 0
    }

    /// The monotonic clock. `ContinuousClock.Instant` would cost every validation calls into the runtime to copy it.
    private func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    mutating func matches(_ pattern: PatternPlan, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if let run = pattern.run { return run.matches(text) }
        return matches(pattern.code, text)
    }

    @inline(never)
    private mutating func matches(_ code: OpaquePointer, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let scratch = self.scratch ?? .ofThread(limits: limits)
        self.scratch = scratch
        matchCount += 1
        if matchCount % Self.matchesPerLook == 0 {
            let now = monotonicNanoseconds()
            if let deadline {
                if now > deadline { abort(.pattern) }
            } else {
                deadline = now + limits.patternMilliseconds * 1_000_000
            }
        }
        switch RegularExpression.match(code, text, scratch: scratch) {
        case .matched: return true
        case .unmatched: return false
        case .exhausted:
            abort(.pattern)
            return false
        }
    }
}
