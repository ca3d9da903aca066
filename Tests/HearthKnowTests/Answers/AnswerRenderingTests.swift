import HearthCore
import HearthKnow
import HearthStore
import OrderedCollections
import Testing

struct AnswerRenderingTests {
    private static let answer = Answer(
        text: "Line one\nand “two”.", confidence: 0.75, answered: true,
        citations: [
            Citation(
                passage: UniqueID(high: 1, low: 1), document: UniqueID(high: 2, low: 2), title: "T", start: 3, end: 7,
                quote: "a\nb"),
            Citation(
                passage: UniqueID(high: 1, low: 1), document: UniqueID(high: 2, low: 2), title: "T", start: 8, end: 9,
                quote: "c"),
        ], nearest: [], author: .extractive, session: UniqueID(high: 3, low: 3), turn: UniqueID(high: 4, low: 4))

    @Test func `an answer has the members of the contract`() throws {
        let value = AnswerRendering.value(Self.answer)
        let members = try #require(value.object).map(\.key)
        #expect(
            Set(members) == [
                "answer", "confidence", "answered", "cite_ids", "citations", "nearest", "author", "notice", "session",
                "turn_id",
            ])
        #expect(value["cite_ids"]?.array == [.string(UniqueID(high: 1, low: 1).description)])
        let citation = value["citations"]?[0]
        #expect(citation?["start"]?.int64 == 3 && citation?["end"]?.int64 == 7)
        #expect(citation?["quote"]?.string == "a\nb")
        #expect(citation?["title"]?.string == "T")
        #expect(value["notice"]?.isNull == true)
    }

    @Test func `an event is one line of data whatever the text holds`() throws {
        let events: [AnswerEvent] = [
            .sources(Self.answer.citations), .text("a\r\nb\n\nc"), .notice("n"), .done(Self.answer),
        ]
        for event in events {
            let lines = AnswerRendering.event(event).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 4 && lines[2].isEmpty && lines[3].isEmpty)
            #expect(lines[0].hasPrefix("event: "))
            let data = try #require(lines[1].hasPrefix("data: ") ? lines[1].dropFirst(6) : nil)
            _ = try JSONValue(parsing: String(data))
        }
        let error = AnswerRendering.event(HearthError(.tooLarge, "Too\nmuch."))
        #expect(error.hasPrefix("event: error\ndata: {\"code\":\"too-large\""))
    }
}
