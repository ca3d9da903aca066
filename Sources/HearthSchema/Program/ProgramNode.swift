import HearthCore

/// A run of entries in one of a program's tables.
struct TableRange {
    var start: UInt32 = 0
    var count: UInt32 = 0
}

/// One schema of a program: what it allows by type, then what it demands of every value.
struct ProgramNode {
    /// Says of a plan that the schema has none.
    static let none = UInt32.max
    /// The schema that allows everything, and the one that allows nothing.
    static let anything: UInt32 = 0
    static let nothing: UInt32 = 1

    /// One bit per `JSONKind`, and `wholeReals`.
    var kinds: UInt16 = allKinds
    /// Whether `unevaluatedItems` or `unevaluatedProperties` look at what the rest has left.
    var tracksItems = false
    var tracksProperties = false
    /// Whether the schema speaks of nothing but type, number and text, so that it enters no other schema.
    var isPlain = false
    var number = none
    var text = none
    var array = none
    var object = none
    /// The schema of what is left unevaluated.
    var unevaluatedItems = anything
    var unevaluatedProperties = anything
    var steps = TableRange()

    static let allKinds: UInt16 = 0x3ff
    /// Reals without a fraction are integers.
    static let wholeReals: UInt16 = 1 << 9

    static func bit(_ kind: JSONKind) -> UInt16 { 1 << UInt16(kind.rawValue) }

    static func kinds(_ types: TypeSet) -> UInt16 {
        var kinds: UInt16 = 0
        if types.contains(.null) { kinds |= bit(.null) }
        if types.contains(.boolean) { kinds |= bit(.true) | bit(.false) }
        if types.contains(.integer) { kinds |= bit(.integer) | wholeReals }
        if types.contains(.number) { kinds |= bit(.integer) | bit(.real) }
        if types.contains(.string) { kinds |= bit(.string) | bit(.binary) }
        if types.contains(.array) { kinds |= bit(.array) }
        if types.contains(.object) { kinds |= bit(.object) }
        return kinds
    }
}

struct NumberPlan {
    var range = NumberRange()
    /// Divisors in the program's table.
    var divisors = TableRange()
}

struct TextPlan {
    /// In Unicode scalars.
    var minimum = 0
    var maximum = Int.max
    var pattern = ProgramNode.none
    var format: Format?
}

struct PatternPlan {
    let code: OpaquePointer
    /// Decides instead, where there is one.
    let run: CharacterRun?
}

struct ArrayPlan {
    var minimum = 0
    var maximum = Int.max
    var isUnique = false
    /// Whether the elements have to be looked at.
    var walks = false
    /// Nodes in the program's list table.
    var prefix = TableRange()
    /// Whether `items` is stated, and so evaluates all elements behind the prefix.
    var hasItems = false
    var items = ProgramNode.anything
    var contains = ProgramNode.none
    var minimumContained = 1
    var maximumContained = Int.max
}

struct ObjectPlan {
    var minimum = 0
    var maximum = Int.max
    var walks = false
    /// Names that have a schema or are required.
    var names = MemberTable.Header()
    /// Bits of the required names that have one; the rest stands in `alsoRequired`.
    var required: UInt64 = 0
    /// Names in the program's text table.
    var alsoRequired = TableRange()
    /// Pairs of pattern and node in the program's list table.
    var patterns = TableRange()
    var hasAdditional = false
    var additional = ProgramNode.anything
    var propertyNames = ProgramNode.anything
}

/// Something demanded of a value of any type.
struct ProgramStep {
    enum Operation: UInt8 {
        /// `a` holds.
        case apply
        /// One of the nodes `a ..< a + b` of the list table holds; all are applied where evaluation is tracked.
        case anyOf
        case oneOf
        /// `a` does not hold.
        case not
        /// If `a` holds then `b`, else `c`.
        case conditional
        /// Equal to one of the constants `a ..< a + b`.
        case enumeration
        /// A string of the name table with header `a`.
        case enumeratedText
        /// If there is a member named by text `a`, then members named by the texts `b ..< b + c`.
        case dependentNames
        /// If there is a member named by text `a`, then `b` holds.
        case dependentNode
    }

    var operation: Operation
    var a: UInt32 = 0
    var b: UInt32 = 0
    var c: UInt32 = 0
}
