import HearthCore

/// How faults are put into words.
enum Wording {
    /// Longer lists and texts are cut.
    private static let listed = 12
    private static let longestText = 120

    static func count(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }

    static func quoted(_ text: String) -> String { JSONValue.string(text).text }

    /// JSON text of a schema's constant.
    static func shortText(_ value: JSONReference) -> String {
        let text = JSONValue(value).text
        return text.count <= longestText ? text : text.prefix(longestText) + "…"
    }

    static func choice(_ values: [JSONReference]) -> String {
        switch values.count {
        case 0: "something else; no value is allowed"
        case 1: shortText(values[0])
        default:
            "one of " + values.prefix(listed).map(shortText).joined(separator: ", ")
                + (values.count > listed ? " and \(values.count - listed) more" : "")
        }
    }

    static func missing(_ names: [String]) -> String {
        let shown = names.prefix(listed).map(quoted).joined(separator: ", ")
        let rest = names.count > listed ? " and \(names.count - listed) more" : ""
        return "lacks the required \(names.count == 1 ? "member" : "members") \(shown)\(rest)"
    }
}

extension TypeSet {
    private static let named: [(TypeSet, String)] = [
        (.null, "null"), (.boolean, "true or false"), (.integer, "a whole number"), (.number, "a number"),
        (.string, "a string"), (.array, "an array"), (.object, "an object"),
    ]

    /// The types that are allowed.
    var words: String {
        let shown = Self.named.filter { contains($0.0) && !($0.0 == .integer && contains(.number)) }.map(\.1)
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "nothing" }
        return shown.dropLast().joined(separator: ", ") + " or " + last
    }

    /// The type of one value.
    var ownWord: String { self == .boolean ? "a boolean" : words }
}

extension NumberBound {
    var words: String {
        switch (side, isExclusive) {
        case (.lower, false): "at least \(limit.text)"
        case (.lower, true): "greater than \(limit.text)"
        case (.upper, false): "at most \(limit.text)"
        case (.upper, true): "less than \(limit.text)"
        }
    }
}
