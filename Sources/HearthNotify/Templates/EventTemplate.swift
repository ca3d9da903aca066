package import HearthCore
package import HearthStore
import Mustache

/// What is wrong with a template, and where.
package struct TemplateProblem: Error, Hashable, Sendable {
    /// From 1; nil: not at one line.
    package var line: Int?
    package var message: String

    package init(line: Int? = nil, _ message: String) {
        self.line = line
        self.message = message
    }
}

/// A mustache template that makes the body of a webhook from an event. Its values: `id`, `kind`, `key`, `order`, `time`,
/// `time_unix`, `target`, the object `data`, and `json`, the whole event as JSON.
package struct EventTemplate: Sendable {
    /// What is sent when a target says nothing else.
    package static let standardText = "{{{json}}}"
    /// Of a template, in bytes.
    package static let maximumBytes = 64 << 10
    /// Of a rendered body, in bytes.
    package static let maximumBodyBytes = 1 << 20

    package let text: String
    package let form: TemplateForm
    private let template: MustacheTemplate

    /// - Throws: `TemplateProblem` for what mustache cannot read, and for templates that include others.
    package init(_ text: String, form: TemplateForm) throws(TemplateProblem) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw TemplateProblem("is larger than \(Self.maximumBytes) bytes")
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for tag in line.ranges(of: "{{") {
                switch line[tag.upperBound...].first(where: { $0 != " " && $0 != "{" }) {
                case ">", "<", "$":
                    throw TemplateProblem(line: index + 1, "includes another template, which is not possible")
                case "=": throw TemplateProblem(line: index + 1, "changes the delimiters, which is not possible")
                case "%":
                    throw TemplateProblem(line: index + 1, "sets a content type; the target's `content_type` says it")
                default: continue
                }
            }
        }
        self.text = text
        self.form = form
        do {
            template = try MustacheTemplate(string: form.pragma + text)
        } catch let error as MustacheTemplate.ParserError {
            throw TemplateProblem(line: error.context.lineNumber, Self.words(for: error.error))
        } catch {
            throw TemplateProblem("is no mustache template: \(error)")
        }
    }

    private static func words(for error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect: "ends another section than the one that was begun"
        case .unfinishedName: "has a tag that is not closed, or a name with a character that names do not have"
        case .expectedSectionEnd: "has a section that is not ended"
        case .invalidSetDelimiter: "changes the delimiters in a wrong way"
        // The package's own word for a text that ends within a tag; its type is not public.
        default:
            String(describing: error) == "overflow"
                ? "has a tag that is not closed" : "is no mustache template: \(error)"
        }
    }

    package func render(_ event: LifecycleEvent, for target: String) -> String { render(event, target, nil) }

    private func render(_ event: LifecycleEvent, _ target: String, _ names: NameLog?) -> String {
        template.render(TemplateValue.wrap(event.values(for: target), form, names))
    }

    /// Renders a sample of each kind and looks at what comes out.
    /// - Throws: `TemplateProblem` for names that no event of the kind has, and for bodies that are no JSON where they should
    ///   be.
    package func check(with samples: [LifecycleEvent]) throws(TemplateProblem) {
        // A name may belong to some of the kinds and stand in a section for them.
        var missing: Set<String>?
        for sample in samples {
            let names = NameLog()
            let body = render(sample, "target", names)
            missing = missing.map { $0.intersection(names.missing) } ?? Set(names.missing)
            guard form == .json else { continue }
            do {
                _ = try JSONDocument(parsing: Array(body.utf8))
            } catch {
                let before = body.utf8.prefix(error.offset)
                throw TemplateProblem(
                    line: before.count { $0 == UInt8(ascii: "\n") } + 1,
                    "gives no JSON for \(sample.kind): \(error) of “\(Self.excerpt(body, around: error.offset))”")
            }
        }
        guard let name = missing?.min() else { return }
        let kinds = samples.map(\.kind.text).joined(separator: ", ")
        throw TemplateProblem(line: line(naming: name), "names `\(name)`, which events of \(kinds) do not have")
    }

    private func line(naming name: String) -> Int? {
        let last = name.split(separator: ".").last ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { line in
            line.contains("{{") && line.contains(last)
        }.map { $0 + 1 }
    }

    private static func excerpt(_ body: String, around offset: Int) -> String {
        let bytes = Array(body.utf8)
        let start = max(0, min(offset, bytes.count) - 20)
        let part = bytes[start..<min(bytes.count, start + 40)]
        return String(decoding: part, as: UTF8.self).replacing("\n", with: " ")
    }
}

extension LifecycleEvent {
    /// What a body without a template of one's own holds, and `{{{json}}}`.
    package var json: JSONValue {
        var value: JSONValue = ["id": .string(id.description), "kind": .string(kind.text)]
        if let order { value = value.adding("order", .string(order)) }
        return value.adding("time", .string(time.description)).adding("data", data)
    }

    func values(for target: String) -> JSONValue {
        json.adding("order", order.map { .string($0) } ?? .null).adding("key", .string(key))
            .adding("time_unix", .integer(time.microseconds.floorDivided(by: 1_000_000)))
            .adding("target", .string(target)).adding("json", .string(json.text))
    }
}
