import Foundation
import HearthCore
import HearthKnow
import HearthStore

/// Documents and questions whose answers are known: `{"documents": [{"group", "kind", "title", "text"}], "questions":
/// [{"query", "document", "answers": [text]}]}`. A group is what is taken away to make its questions unanswerable; a
/// question whose `document` is null has no answer in any of them.
struct LabelledSet {
    struct Entry {
        var group: Int
        var draft: DocumentDraft
    }

    struct Case {
        var query: String
        /// Number of the document that answers.
        var document: Int?
        var answers: [String]
    }

    static let person = UniqueID(high: 1, low: 1)

    var documents: [Entry] = []
    var questions: [Case] = []

    init(file: String) throws {
        let set = try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        for (index, item) in (set["documents"]?.array ?? []).enumerated() {
            guard let text = item["text"]?.string, let group = item["group"]?.int64, let title = item["title"]?.string,
                let kind = item["kind"]?.string.flatMap(DocumentKind.init)
            else { throw Usage() }
            let draft = DocumentDraft(
                person: Self.person, kind: kind, title: title.isEmpty ? nil : title, text: text,
                source: DraftSource(name: "benchmark", key: String(index)))
            documents.append(Entry(group: Int(group), draft: draft))
        }
        for item in set["questions"]?.array ?? [] {
            guard let query = item["query"]?.string, let document = item["document"] else { throw Usage() }
            let number = document.int64.map { Int($0) }
            guard document.isNull || number.map(documents.indices.contains) == true else { throw Usage() }
            questions.append(
                Case(query: query, document: number, answers: (item["answers"]?.array ?? []).compactMap(\.string)))
        }
    }
}
