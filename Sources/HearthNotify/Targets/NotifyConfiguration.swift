package import HearthCore
package import HearthFetch
import HearthIngest
import HearthStore
import OrderedCollections

/// The targets of the settings, and everything that is wrong with them.
package struct NotifyConfiguration: Sendable {
    /// More would be a mistake.
    package static let maximumTargets = 100

    package private(set) var targets: [NotifyTarget] = []
    /// Pointers name the place in the settings: `notify.targets[0].url`.
    package private(set) var problems: [HearthError.Field] = []

    private let policy: FetchPolicy
    private let readTemplate: @Sendable (String) throws(HearthError) -> String

    /// Reads the mapping `notify`.
    /// - Parameters:
    ///   - policy: What may be reached; what needs no look-up to be refused is refused here.
    ///   - readTemplate: Gives the text of a template's file.
    package init(
        _ value: JSONValue, policy: FetchPolicy,
        readTemplate: @escaping @Sendable (String) throws(HearthError) -> String
    ) {
        self.policy = policy
        self.readTemplate = readTemplate
        var section = Section(value, at: "notify")
        let list = section.take("targets")
        problems += section.finish(known: ["targets"])
        guard let list else {
            problems.append(.init(pointer: "notify.targets", message: "is missing"))
            return
        }
        guard let entries = list.array, entries.count <= Self.maximumTargets else {
            problems.append(.init(pointer: "notify.targets", message: "is no list of at most \(Self.maximumTargets)"))
            return
        }
        for (index, entry) in entries.enumerated() { read(entry, at: "notify.targets[\(index)]") }
    }

    private static let known = [
        "name", "url", "events", "content_type", "template", "body", "bearer", "hmac", "headers", "timeout_seconds",
        "rate_per_second", "burst", "parallel", "give_up_after_seconds",
    ]

    private mutating func read(_ entry: JSONValue, at place: String) {
        var section = Section(entry, at: place)
        let name = section.text("name", isRequired: true) { text in
            let isName = text.utf8.allSatisfy { byte in
                (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x5f
            }
            return isName && (1...64).contains(text.utf8.count) ? nil : "is not 1 to 64 of a-z, 0-9, - and _"
        }
        if let name, targets.contains(where: { $0.name == name }) {
            section.report("name", "is the name of another target too")
        }
        let host = url(of: &section)
        let patterns = patterns(of: &section)
        let contentType =
            section.text("content_type") { Header.isValue($0) && $0.contains("/") ? nil : "is no media type" }
            ?? NotifyTarget.standardContentType
        let template = template(of: &section, contentType, patterns)
        let bearer = section.text("bearer") {
            !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? nil : "cannot be sent in a header"
        }
        let keys = keys(of: &section)
        let headers = headers(of: &section)
        let limits = limits(of: &section)
        problems += section.finish(known: Self.known)
        guard let name, let host, let template else { return }
        targets.append(
            NotifyTarget(
                name: name, url: host.url, host: host.name, patterns: patterns, contentType: contentType,
                template: template, bearer: bearer, keys: keys, headers: headers, limits: limits))
    }

    private func url(of section: inout Section) -> (url: String, name: String)? {
        guard let text = section.text("url", isRequired: true) else { return nil }
        do throws(HearthError) {
            let target = try policy.target(of: text)
            return (target.url, target.host)
        } catch {
            // The address may hold a secret: only what is wrong with it is said.
            section.report("url", "cannot be used: \(error.message)\(error.hint.map { " " + $0 } ?? "")")
            return nil
        }
    }

    private func patterns(of section: inout Section) -> [EventPattern] {
        var patterns: [EventPattern] = []
        for text in section.texts("events", isRequired: true) {
            guard let pattern = EventPattern(text) else {
                section.report("events", "holds `\(text)`, which is no kind of event, as in gate.done or gate.*")
                continue
            }
            guard EventKind.all.contains(where: pattern.matches) else {
                section.report(
                    "events",
                    "holds `\(text)`, which matches none of \(EventKind.all.map(\.text).joined(separator: ", "))")
                continue
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private func template(
        of section: inout Section, _ contentType: String, _ patterns: [EventPattern]
    ) -> EventTemplate? {
        let file = section.text("template")
        let body = section.text("body")
        if file != nil, body != nil {
            section.report("body", "stands beside `template`; a target has one of them")
            return nil
        }
        var text = body ?? EventTemplate.standardText
        if let file {
            do throws(HearthError) {
                text = try readTemplate(file)
            } catch {
                section.report("template", "cannot be read: \(error.message)")
                return nil
            }
        }
        let member = file == nil ? "body" : "template"
        do throws(TemplateProblem) {
            let template = try EventTemplate(text, form: TemplateForm(mediaType: contentType))
            let kinds = EventKind.all.filter { kind in patterns.contains { $0.matches(kind) } }
            let now = Timestamp(microseconds: 1_767_225_600_000_000)
            try template.check(with: kinds.compactMap { EventSamples.sample(of: $0, at: now) })
            return template
        } catch {
            let place = [file, error.line.map { "line \($0)" }].compactMap { $0 }.joined(separator: ", ")
            section.report(member, "\(place.isEmpty ? "" : "(\(place)) ")\(error.message)")
            return nil
        }
    }

    private func keys(of section: inout Section) -> [SigningKey] {
        section.texts("hmac").compactMap { text in
            guard let key = SigningKey(text) else {
                let counts = SigningKey.byteCounts
                section.report(
                    "hmac",
                    "is not \(SigningKey.prefix) and base64 of \(counts.lowerBound) to \(counts.upperBound) bytes; "
                        + "`hearth notify key` makes one")
                return nil
            }
            return key
        }
    }

    private func headers(of section: inout Section) -> [NotifyTarget.Header] {
        guard let value = section.take("headers"), !value.isNull else { return [] }
        guard case .object(let members) = value else {
            section.report("headers", "is no mapping of names to values")
            return []
        }
        return members.compactMap { name, value in
            guard Header.isName(name) else {
                section.report("headers", "holds `\(name)`, which is no name of a header")
                return nil
            }
            guard !Header.reserved.contains(name.lowercased()) else {
                section.report("headers", "holds `\(name)`, which Hearth sets itself")
                return nil
            }
            guard let text = Section.scalar(value), Header.isValue(text) else {
                section.report("headers", "has a value for `\(name)` that cannot be sent")
                return nil
            }
            return NotifyTarget.Header(name: name, value: text)
        }
    }

    private func limits(of section: inout Section) -> NotifyTarget.Limits {
        var limits = NotifyTarget.Limits()
        if let value = section.number("timeout_seconds", in: 0.1...60) { limits.timeout = .seconds(value) }
        if let value = section.number("rate_per_second", in: 0.01...1000) {
            limits.perSecond = value
            limits.burst = max(1, value)
        }
        if let value = section.number("burst", in: 1...10_000) { limits.burst = value }
        if let value = section.number("parallel", in: 1...32) { limits.parallel = Int(value) }
        if let value = section.number("give_up_after_seconds", in: 1...2_592_000) {
            limits.retry.giveUpAfter = .seconds(value)
        }
        return limits
    }
}

/// What may stand in the head of a request (RFC 9110 section 5).
private enum Header {
    /// What Hearth sets itself, and what tells where a request ends.
    static let reserved: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "authorization",
        "idempotency-key", "webhook-id", "webhook-timestamp", "webhook-signature", "upgrade", "te", "trailer",
    ]

    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    static func isValue(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 }
    }
}

/// One mapping of the settings, read member by member.
private struct Section {
    private let members: OrderedDictionary<String, JSONValue>
    private let place: String
    private var problems: [HearthError.Field] = []

    init(_ value: JSONValue, at place: String) {
        self.place = place
        members = value.object ?? [:]
        if value.object == nil { problems.append(.init(pointer: place, message: "is no mapping of names to values")) }
    }

    mutating func take(_ name: String) -> JSONValue? { members[name] }

    mutating func report(_ name: String, _ message: String) {
        problems.append(.init(pointer: "\(place).\(name)", message: message))
    }

    /// YAML reads `name: 5` as a number, which is meant as text here.
    static func scalar(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer, .real, .bool: value.text
        case .null, .array, .object: nil
        }
    }

    mutating func text(
        _ name: String, isRequired: Bool = false, check: (String) -> String? = { _ in nil }
    ) -> String? {
        guard let value = members[name], !value.isNull else {
            if isRequired { report(name, "is missing") }
            return nil
        }
        guard let text = Self.scalar(value) else {
            report(name, "is no text")
            return nil
        }
        if let problem = check(text) {
            report(name, problem)
            return nil
        }
        return text
    }

    /// A text or a list of texts.
    mutating func texts(_ name: String, isRequired: Bool = false) -> [String] {
        guard let value = members[name], !value.isNull else {
            if isRequired { report(name, "is missing") }
            return []
        }
        let values = value.array ?? [value]
        let texts = values.compactMap(Self.scalar)
        if texts.count < values.count || texts.isEmpty { report(name, "is neither a text nor a list of texts") }
        return texts
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = members[name], !value.isNull else { return nil }
        let number = value.double ?? value.string.flatMap { Double($0) }
        guard let number, range.contains(number) else {
            report(name, "is no number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// - Returns: what is wrong, unknown members included.
    func finish(known: [String]) -> [HearthError.Field] {
        problems
            + members.keys.filter { !known.contains($0) }.map {
                .init(
                    pointer: "\(place).\($0)",
                    message: "is not known here; there are \(known.joined(separator: ", "))")
            }
    }
}
