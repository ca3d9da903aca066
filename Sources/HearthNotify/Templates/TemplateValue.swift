import HearthCore
import Mustache
import OrderedCollections
import Synchronization

/// Values of an event as the template package looks into them.
enum TemplateValue {
    static func wrap(_ value: JSONValue, _ form: TemplateForm, _ names: NameLog?, at path: String = "") -> Any {
        switch value {
        case .null: return TemplateNull(form: form)
        case .bool(let value): return value
        case .integer: return TemplateNumber(text: value.text)
        case .string(let text): return text
        case .real: return TemplateNumber(text: value.text)
        case .array(let elements): return TemplateList(elements: elements, form: form, names: names, path: path)
        case .object(let members): return TemplateObject(members: members, form: form, names: names, path: path)
        }
    }
}

/// Every look for a name, in order: tells which names of a template lead nowhere.
final class NameLog: Sendable {
    private struct Look {
        var path: String
        var name: String
        var isFound: Bool
    }

    private let looks = Mutex<[Look]>([])

    func note(_ name: String, in path: String, isFound: Bool) {
        looks.withLock { $0.append(Look(path: path, name: name, isFound: isFound)) }
    }

    /// Names that were found nowhere. A name that an inner object lacks is looked for in the outer ones, right after.
    var missing: [String] {
        let looks = looks.withLock { $0 }
        var missing: [String] = []
        for (index, look) in looks.enumerated() where !look.isFound {
            let next = index + 1 < looks.count ? looks[index + 1] : nil
            if let next, next.name == look.name, next.path.count < look.path.count { continue }
            let name = look.path.isEmpty ? look.name : "\(look.path).\(look.name)"
            if !missing.contains(name) { missing.append(name) }
        }
        return missing
    }
}

private struct TemplateNull: MustacheCustomRenderable {
    var form: TemplateForm
    var renderText: String { form == .json ? "null" : "" }
    var isNull: Bool { true }
}

private struct TemplateNumber: MustacheCustomRenderable {
    var text: String
    var renderText: String { text }
    var isNull: Bool { false }
}

private struct TemplateObject: MustacheParent, MustacheCustomRenderable {
    var members: OrderedDictionary<String, JSONValue>
    var form: TemplateForm
    var names: NameLog?
    var path: String

    func child(named name: String) -> Any? {
        let value = members[name]
        names?.note(name, in: path, isFound: value != nil)
        return value.map { TemplateValue.wrap($0, form, names, at: path.isEmpty ? name : "\(path).\(name)") }
    }

    /// As JSON, for `{{{data}}}`.
    var renderText: String { JSONValue.object(members).text }
    var isNull: Bool { false }
}

private struct TemplateList: MustacheSequence, MustacheCustomRenderable {
    var elements: [JSONValue]
    var form: TemplateForm
    var names: NameLog?
    var path: String

    func makeIterator() -> IndexingIterator<[Any]> {
        elements.map { TemplateValue.wrap($0, form, names, at: path + "[]") }.makeIterator()
    }

    var renderText: String { JSONValue.array(elements).text }
    var isNull: Bool { false }
}
