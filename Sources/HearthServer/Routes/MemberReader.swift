import HearthCore
import HearthStore

/// Reads the members of a small JSON object and collects everything that is wrong with them, so that a caller hears it
/// all at once. A member that nobody asked for is wrong, too: it is mostly a misspelt one.
struct MemberReader {
    private let object: JSONReference
    private var problems: [HearthError.Field] = []
    private var known: Set<String> = []

    /// Throws when the body is no object.
    init(_ object: JSONReference) throws(HearthError) {
        guard object.kind == .object else {
            throw HearthError(
                .invalidValue, "The body is not a JSON object.",
                fields: [.init(pointer: "", message: "must be an object")])
        }
        self.object = object
    }

    mutating func report(_ name: String, _ message: String) {
        problems.append(.init(pointer: JSONPointer().appending(name).text, message: message))
    }

    /// Whether the object has the member, null or not.
    mutating func has(_ name: String) -> Bool {
        known.insert(name)
        return object[name] != nil
    }

    /// Nil where the member is missing or null.
    mutating func value(_ name: String, isRequired: Bool = false) -> JSONReference? {
        known.insert(name)
        if let value = object[name], value.kind != .null { return value }
        if isRequired { report(name, "is required") }
        return nil
    }

    /// A line of text for people: its length counts Unicode scalars.
    mutating func text(_ name: String, _ lengths: ClosedRange<Int>, isRequired: Bool = false) -> String? {
        guard let value = value(name, isRequired: isRequired) else { return nil }
        guard let text = value.string else {
            report(name, "must be a string")
            return nil
        }
        let scalars = text.unicodeScalars
        guard lengths.contains(scalars.count) else {
            report(name, "must have \(lengths.lowerBound) to \(lengths.upperBound) characters")
            return nil
        }
        guard !scalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else {
            report(name, "must have no control characters")
            return nil
        }
        guard lengths.lowerBound == 0 || scalars.contains(where: { !$0.properties.isWhitespace }) else {
            report(name, "must have more than white space")
            return nil
        }
        return text
    }

    mutating func choice(_ name: String, of choices: [String], isRequired: Bool = false) -> String? {
        guard let value = value(name, isRequired: isRequired) else { return nil }
        guard let text = value.string, choices.contains(text) else {
            report(name, "must be one of \(choices.joined(separator: ", "))")
            return nil
        }
        return text
    }

    mutating func id(_ name: String, isRequired: Bool = false) -> UniqueID? {
        guard let value = value(name, isRequired: isRequired) else { return nil }
        guard value.kind == .string, let id = UniqueID(utf8: value.utf8) else {
            report(name, "must be a UUID")
            return nil
        }
        return id
    }

    mutating func time(_ name: String) -> Timestamp? {
        guard let value = value(name) else { return nil }
        guard value.kind == .string, let time = Timestamp(utf8: value.utf8) else {
            report(name, "must be an RFC 3339 time with offset")
            return nil
        }
        return time
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.bool else {
            report(name, "must be true or false")
            return nil
        }
        return flag
    }

    /// A free object whose text has at most `limit` bytes.
    mutating func object(_ name: String, limit: Int) -> JSONValue? {
        guard let value = value(name) else { return nil }
        guard value.kind == .object else {
            report(name, "must be an object")
            return nil
        }
        let copy = JSONValue(value)
        guard copy.text.utf8.count <= limit else {
            report(name, "must have at most \(limit) bytes as JSON")
            return nil
        }
        return copy
    }

    /// Different strings.
    mutating func texts(_ name: String, count: ClosedRange<Int>) -> [String]? {
        guard let value = value(name) else { return nil }
        let texts = value.elements.compactMap(\.string)
        guard value.kind == .array, texts.count == value.count, count.contains(texts.count),
            Set(texts).count == texts.count
        else {
            report(name, "must be a list of \(count.lowerBound) to \(count.upperBound) different strings")
            return nil
        }
        return texts
    }

    /// Throws everything that was found, members that were not asked for included.
    mutating func check(_ what: String) throws(HearthError) {
        for (key, _) in object.members {
            let name = key.string ?? ""
            if !known.contains(name) { report(name, "is not known here") }
        }
        guard let first = problems.first else { return }
        let place = first.pointer.isEmpty ? "the body" : first.pointer
        throw HearthError(
            .invalidValue, "\(what) cannot be taken: \(place) \(first.message).", fields: Array(problems.prefix(32)))
    }
}
