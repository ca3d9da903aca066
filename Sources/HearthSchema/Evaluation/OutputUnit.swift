package import HearthCore
import OrderedCollections

/// What one keyword or subschema had to say of one value (JSON Schema Core, section 12.3).
struct OutputUnit {
    /// How its children bear on it.
    enum Role {
        /// A demand of its own; children are of no interest to people.
        case assertion
        /// Every child is a fault of its own.
        case conjunction
        /// The children are branches of which one would have been enough.
        case choice
    }

    var isValid: Bool
    var role = Role.assertion
    /// Whether it is about what kind of value this is: `type`, `const` and `enum`.
    var isShape = false
    var keywordLocation: String
    var absoluteKeywordLocation: String
    var instanceLocation: String
    var message: String?
    /// Members that ought to be there; for people each is a fault of its own, at the place where it is missing.
    var missing: [String] = []
    var annotation: JSONValue?
    var children: [OutputUnit] = []
}

extension OutputUnit {
    /// The unit without its children.
    private var ownMembers: OrderedDictionary<String, JSONValue> {
        var members: OrderedDictionary<String, JSONValue> = [
            "valid": .bool(isValid), "keywordLocation": .string(keywordLocation),
        ]
        // A location without a base URI is no URI and says no more than the pointer does.
        if !absoluteKeywordLocation.hasPrefix("#") {
            members["absoluteKeywordLocation"] = .string(absoluteKeywordLocation)
        }
        members["instanceLocation"] = .string(instanceLocation)
        if let message, !isValid { members["error"] = .string(message) }
        if let annotation { members["annotation"] = annotation }
        return members
    }

    /// All units below, in order of evaluation, as long as they say something themselves.
    private var flattened: [JSONValue] {
        (message != nil || annotation != nil ? [.object(ownMembers)] : []) + children.flatMap(\.flattened)
    }

    /// Section 12.4.2: all findings as one list.
    var basic: JSONValue {
        var members = ownMembers
        members["error"] = nil
        members[isValid ? "annotations" : "errors"] = .array(children.flatMap(\.flattened))
        return .object(members)
    }

    /// Section 12.4.3: the tree of findings, in which a unit with one child gives way to it.
    var detailed: JSONValue {
        if children.count == 1, annotation == nil, !keywordLocation.isEmpty { return children[0].detailed }
        var members = ownMembers
        if !children.isEmpty {
            members["error"] = nil
            members[isValid ? "annotations" : "errors"] = .array(children.map(\.detailed))
        }
        return .object(members)
    }
}

/// The output formats of JSON Schema Core, section 12.4.
package enum OutputFormat: Sendable {
    /// A list of errors or annotations.
    case basic
    /// A tree that follows the schema.
    case detailed
}

extension CompiledSchema {
    /// The standard output: errors of an invalid value, annotations of a valid one.
    package func output(of value: JSONReference, format: OutputFormat) -> JSONValue {
        var evaluation = SchemaEvaluation(self, collectsAnnotations: true)
        let unit =
            evaluation.result(of: value)
            ?? OutputUnit(
                isValid: true, keywordLocation: "", absoluteKeywordLocation: nodes[0].location, instanceLocation: "")
        return format == .basic ? unit.basic : unit.detailed
    }
}
