import Foundation
import HearthCore
import HearthInference
import HearthKnow
import HearthStore

/// Asks the questions of a labelled set, once with all documents and once with the group of its answer taken away, and tells
/// what came of it and by which features. Counting and fitting is done by Benchmarks/harness.
struct AnswerBench {
    private let set: LabelledSet
    private let library: AnswerLibrary
    private let reader: EvidenceReader
    /// Reads as `reader` does, without remembering vectors: for measuring time.
    private let timedReader: EvidenceReader
    private let withSentences: Bool

    /// Every so many questions are read without remembered vectors, and timed.
    private static let timedQuestions = 20

    static func run(set: String, home: String, options: [String]) async throws -> JSONValue {
        func value(of option: String) throws -> String? {
            guard let index = options.firstIndex(of: option) else { return nil }
            guard options.indices.contains(index + 1) else { throw Usage() }
            return options[index + 1]
        }
        var models = AnswerModels.fitted
        if let file = try value(of: "--weights") {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            guard let read = AnswerModels(json: try JSONValue(parsing: bytes)) else { throw Usage() }
            models = read
        }
        let embedder = try value(of: "--models").map { folder in
            try ModelLibrary(folder: URL(fileURLWithPath: folder, isDirectory: true)).embedder()
        }
        let labelled = try LabelledSet(file: set)
        let remembering = embedder.map { RememberingEmbedder($0) }
        let library = try await AnswerLibrary(labelled.documents, home: home, embedder: remembering)
        func reader(_ embedder: (any TextEmbedder)?) -> EvidenceReader {
            EvidenceReader(statistics: library.statistics, embedder: embedder, models: models)
        }
        let bench = AnswerBench(
            set: labelled, library: library, reader: reader(remembering), timedReader: reader(embedder),
            withSentences: options.contains("--features"))
        let results = try await bench.ask()
        try await library.close()
        await embedder?.close()
        return .array(results)
    }

    private func ask() async throws -> [JSONValue] {
        var results: [JSONValue] = []
        for index in set.questions.indices { results.append(try await ask(index, isRemoved: false)) }
        let groups = Set(set.questions.compactMap { $0.document.map { set.documents[$0].group } })
        // A library of one group has nothing left without it.
        for group in groups.sorted() where Set(set.documents.map(\.group)).count > 1 {
            try await library.remove(group: group)
            for (index, question) in set.questions.enumerated()
            where question.document.map({ set.documents[$0].group }) == group {
                results.append(try await ask(index, isRemoved: true))
            }
            try await library.add { $0 == group }
        }
        return results
    }

    private func ask(_ index: Int, isRemoved: Bool) async throws -> JSONValue {
        let question = set.questions[index]
        let scope = DocumentFilter(person: LabelledSet.person)
        let found = try await library.retriever.search(
            SearchRequest(query: question.query, limit: 8, filter: scope))
        let isTimed = index.isMultiple(of: Self.timedQuestions)
        let start = ContinuousClock.now
        let evidence = try await (isTimed ? timedReader : reader).read(question.query, found: found, scope: scope)
        let seconds = (ContinuousClock.now - start).inSeconds
        return report(index, isRemoved: isRemoved, evidence: evidence, seconds: isTimed ? seconds : nil)
    }

    private func report(_ index: Int, isRemoved: Bool, evidence: Evidence, seconds: Double?) -> JSONValue {
        let question = set.questions[index]
        func holds(_ text: String) -> Bool { question.answers.contains { text.contains($0) } }
        func isRight(_ citation: Citation?) -> Bool {
            guard let citation, let right = question.document else { return false }
            return library.number(of: citation.document) == right
        }
        let draft = ExtractiveWriter.write(evidence)
        let sentences: [JSONValue] =
            withSentences && !isRemoved && question.document != nil
            ? evidence.sentences.map { sentence in
                let citation = evidence.citation(sentence)
                return [
                    "answers": .bool(isRight(citation) && holds(citation.quote)),
                    "features": .array(sentence.features.map(JSONValue.real)),
                ]
            } : []
        return [
            "question": .integer(Int64(index)), "removed": .bool(isRemoved || question.document == nil),
            "confidence": .real(evidence.confidence), "answered": .bool(evidence.isEnough),
            "cites_right": .bool(isRight(draft?.citations.first)), "text": .string(draft?.text ?? ""),
            "holds": .bool(draft.map { holds($0.text) } ?? false),
            "first_holds": .bool(evidence.sentences.first.map { holds(evidence.citation($0).quote) } ?? false),
            "sentences_joined": .integer(Int64(draft?.citations.count ?? 0)),
            "seconds": seconds.map(JSONValue.real) ?? .null,
            "features": .array(evidence.confidenceFeatures.map(JSONValue.real)), "sentences": .array(sentences),
        ]
    }
}
