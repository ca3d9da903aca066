import HearthCore

/// One schema as it was read: its keywords with their meaning, in an order in which they can be applied.
///
/// This is the form that errors and annotations are told from. `SchemaProgram` is made from it for speed, and the two
/// must agree on what is valid.
struct SchemaNode: Sendable {
    /// URI with a pointer as its fragment.
    var location: String
    /// Set for `true` and `false`, which have no keywords.
    var constant: Bool?
    var keywords: [Keyword] = []
}

/// A member's name, equal by its bytes as JSON has it; Swift's strings are equal when they look the same.
struct MemberName: Hashable, Sendable {
    let text: String
    let bytes: [UInt8]

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    static func == (left: MemberName, right: MemberName) -> Bool { left.bytes == right.bytes }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

struct Keyword: Sendable {
    var name: String
    var rule: Rule
}

/// What a keyword demands. Schemas are named by their index among the nodes, constants and patterns by theirs.
enum Rule: Sendable {
    /// `$ref` and `$dynamicRef`, resolved.
    case reference(Int)
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case conditional(condition: Int, then: Int?, otherwise: Int?)
    case dependentSchemas([(name: MemberName, node: Int)])

    case type(TypeSet)
    case const(Int)
    case enumeration([Int])

    case bound(NumberBound)
    case multipleOf(Divisor, text: String)

    case minLength(Int)
    case maxLength(Int)
    case pattern(Int)
    case format(name: String, asserted: Format?)

    case prefixItems([Int])
    case items(Int, after: Int)
    case contains(Int, minimum: Int, maximum: Int)
    case minItems(Int)
    case maxItems(Int)
    case uniqueItems
    case unevaluatedItems(Int)

    case properties([(name: MemberName, node: Int)])
    case patternProperties([(pattern: Int, node: Int)])
    /// Members that are neither among `names` nor match one of `patterns`.
    case additionalProperties(Int, names: Set<MemberName>, patterns: [Int])
    case propertyNames(Int)
    case minProperties(Int)
    case maxProperties(Int)
    case required([MemberName])
    case dependentRequired([(name: MemberName, needs: [MemberName])])
    case unevaluatedProperties(Int)

    /// A value that is handed on with a valid instance.
    case annotation(JSONValue)
    /// An annotation of strings: what their text encodes.
    case content(JSONValue)
}

extension Rule {
    /// Schemas applied to the same value, whatever comes of it.
    var inPlaceNodes: [Int] {
        switch self {
        case .reference(let node), .not(let node): [node]
        case .allOf(let nodes), .anyOf(let nodes), .oneOf(let nodes): nodes
        case .conditional(let condition, let then, let otherwise): [condition] + [then, otherwise].compactMap(\.self)
        case .dependentSchemas(let entries): entries.map(\.node)
        default: []
        }
    }

    /// Later stages need what earlier ones have evaluated.
    var stage: Int {
        switch self {
        case .unevaluatedItems, .unevaluatedProperties: 1
        default: 0
        }
    }
}

/// The value of `type`.
struct TypeSet: OptionSet, Hashable, Sendable {
    var rawValue: UInt8

    static let null = TypeSet(rawValue: 1 << 0)
    static let boolean = TypeSet(rawValue: 1 << 1)
    static let integer = TypeSet(rawValue: 1 << 2)
    static let number = TypeSet(rawValue: 1 << 3)
    static let string = TypeSet(rawValue: 1 << 4)
    static let array = TypeSet(rawValue: 1 << 5)
    static let object = TypeSet(rawValue: 1 << 6)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// The type of a value. Bytes count as the string of their base64 text, which is what they are stored as.
    init(_ value: JSONReference) {
        switch value.kind {
        case .null: self = .null
        case .true, .false: self = .boolean
        case .integer: self = [.integer, .number]
        case .real: self = value.isWhole ? [.integer, .number] : .number
        case .string, .binary: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }
}

/// One of `minimum`, `exclusiveMinimum`, `maximum` and `exclusiveMaximum`.
struct NumberBound: Sendable {
    enum Side: Sendable {
        case lower, upper
    }

    var side: Side
    var isExclusive: Bool
    var limit: JSONNumber

    func allows(_ value: JSONNumber) -> Bool {
        switch (side, isExclusive) {
        case (.lower, false): value >= limit
        case (.lower, true): value > limit
        case (.upper, false): value <= limit
        case (.upper, true): value < limit
        }
    }
}
