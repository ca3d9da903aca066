import Foundation
import HearthCore
import HearthStore

/// Passages and questions whose answers are known: `{"passages": [{"group", "title", "text"}], "questions": [{"query",
/// "passage", "group", "answers": [text]}]}`. A group is what is taken away to make its questions unanswerable.
struct LabelledSet {
    struct Entry {
        var group: Int
        var found: FoundPassage
    }

    struct Case {
        var query: String
        var passage: Int
        var group: Int
        var answers: [String]
    }

    var passages: [Entry] = []
    var questions: [Case] = []
    let person = UniqueID(high: 1, low: 1)

    init(file: String) throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        let set = try JSONValue(parsing: bytes)
        let time = Timestamp(microseconds: 0)
        for (index, item) in (set["passages"]?.array ?? []).enumerated() {
            guard let text = item["text"]?.string, let group = item["group"]?.int64 else { throw Usage() }
            let id = UniqueID(high: 2, low: UInt64(index))
            let passage = Passage(
                id: id, number: Int64(index + 1), document: id, version: 1, index: 0, offset: 0, text: text)
            let head = DocumentHead(
                id: id, kind: .page, title: item["title"]?.string ?? "", language: "en",
                source: DocumentSource(name: "benchmark", key: String(index)), timestamp: time, received: time,
                version: 1, passages: 1, metadata: [:], summary: "")
            passages.append(Entry(group: Int(group), found: FoundPassage(passage: passage, document: head)))
        }
        for item in set["questions"]?.array ?? [] {
            guard let query = item["query"]?.string, let passage = item["passage"]?.int64,
                let group = item["group"]?.int64
            else { throw Usage() }
            questions.append(
                Case(
                    query: query, passage: Int(passage), group: Int(group),
                    answers: (item["answers"]?.array ?? []).compactMap(\.string)))
        }
    }
}
