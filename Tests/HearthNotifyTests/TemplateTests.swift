import HearthCore
import HearthIngest
import HearthStore
import Testing

@testable import HearthNotify

@Suite("Templates of webhooks")
struct TemplateTests {
    private static let event = LifecycleEvent(
        id: UniqueID(high: 1, low: 2), kind: .gateDone, key: "gate.done/b", order: "b",
        time: Timestamp(microseconds: 1_795_255_200_500_000),
        data: [
            "batch": "a \"quoted\"\n<b> & 100 %", "count": 3, "share": 0.5, "none": nil, "flag": true,
            "files": [["name": "x"], ["name": "y\""]], "deep": ["status": "failed"],
        ])

    private func render(_ text: String, _ form: TemplateForm = .json) throws -> String {
        try EventTemplate(text, form: form).render(Self.event, for: "home")
    }

    @Test func valuesCannotBreakOutOfTheirPlace() throws {
        let body = try render(#"{"text":"{{data.batch}}","n":{{data.count}},"none":{{data.none}},"to":"{{target}}"}"#)
        #expect(
            try JSONValue(parsing: body)
                == ["text": "a \"quoted\"\n<b> & 100 %", "n": 3, "none": nil, "to": "home"])
        #expect(try render("<p>{{data.batch}}</p>", .html).contains("&lt;b&gt; &amp; 100 %"))
        #expect(
            try render("t={{data.batch}}&n={{data.count}}", .form)
                == "t=a%20%22quoted%22%0A%3Cb%3E%20%26%20100%20%25&n=3")
        #expect(try render("{{data.batch}}{{data.none}}", .text) == "a \"quoted\"\n<b> & 100 %")
    }

    @Test func sectionsListsAndWholeObjectsAreRendered() throws {
        let list = try render(#"[{{#data.files}}{"f":"{{name}}"},{{/data.files}}0]"#)
        #expect(try JSONValue(parsing: list) == [["f": "x"], ["f": "y\""], 0])
        #expect(try render("{{#data.deep}}{{status}} {{kind}}{{/data.deep}}", .text) == "failed gate.done")
        #expect(try render("{{^data.none}}no{{/data.none}}{{#data.flag}}yes{{/data.flag}}", .text) == "noyes")
        #expect(try JSONValue(parsing: render("{{{data.deep}}}")) == ["status": "failed"])
        #expect(try JSONValue(parsing: render(EventTemplate.standardText)) == Self.event.json)
        #expect(try render("{{time_unix}} {{time}}", .text) == "1795255200 2026-11-21T10:00:00.5Z")
    }

    @Test(arguments: [
        ("{\n\"a\": {{#data}}1\n}", 3, "not ended"), ("{{data.batch", 1, "not closed"),
        ("a\n{{#data}}{{/date}}", 2, "another section"), ("a\n\n{{> other}}", 3, "includes another"),
        ("{{ < base}}", 1, "includes another"), ("{{=<% %>=}}", 1, "delimiters"),
        ("{{% CONTENT_TYPE:TEXT}}", 1, "content type"),
    ])
    func whatCannotBeReadIsSaidWithItsLine(_ text: String, _ line: Int, _ words: String) throws {
        let problem = #expect(throws: TemplateProblem.self) { try EventTemplate(text, form: .json) }
        #expect(problem?.line == line, "\(String(describing: problem))")
        #expect(problem?.message.contains(words) == true, "\(String(describing: problem))")
    }

    private func check(_ text: String, _ kinds: [EventKind], _ form: TemplateForm = .json) throws {
        let samples = kinds.compactMap { EventSamples.sample(of: $0, at: Timestamp(microseconds: 0)) }
        try EventTemplate(text, form: form).check(with: samples)
    }

    @Test func namesThatNoEventHasAreFound() throws {
        try check(#"{"b":"{{data.batch}}"}"#, [.gateDone, .gateOpen])
        let problem = #expect(throws: TemplateProblem.self) {
            try check("{\n\"b\":\"{{data.bach}}\"}", [.gateDone, .gateOpen])
        }
        #expect(
            problem == TemplateProblem(line: 2, "names `data.bach`, which events of gate.done, gate.open do not have"))
        // A name of one of the kinds is a name.
        try check(#"{"s":"{{data.status}}"}"#, [.gateDone, .gateOpen])
        try check("{{#data}}{{kind}} {{batch}}{{/data}}", [.gateDone], .text)
        #expect(throws: TemplateProblem.self) { try check("{{#data}}{{nothing}}{{/data}}", [.gateDone], .text) }
        #expect(throws: TemplateProblem.self) { try check("{{data.files.nothing}}", [.gateDone], .text) }
    }

    @Test func bodiesThatAreNoJSONAreFound() throws {
        let problem = #expect(throws: TemplateProblem.self) { try check("{\n\"b\": {{data.batch}}\n}", [.gateDone]) }
        #expect(problem?.line == 2)
        #expect(problem?.message.hasPrefix("gives no JSON for gate.done") == true)
        #expect(throws: TemplateProblem.self) { try check(#"{"b":"{{data.batch}}",}"#, [.gateDone]) }
        try check("{{data.batch}}", [.gateDone], .text)
    }

    @Test func thereIsASampleOfEveryKind() throws {
        for kind in EventKind.all {
            let sample = try #require(EventSamples.sample(of: kind, at: Timestamp(microseconds: 0)), "\(kind)")
            #expect(sample.data.object != nil)
        }
        #expect(EventSamples.sample(of: EventKind("gate.shut"), at: Timestamp(microseconds: 0)) == nil)
    }
}
