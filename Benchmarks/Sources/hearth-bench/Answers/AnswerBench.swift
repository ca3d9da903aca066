import Foundation
import HearthCore
import HearthInference
import HearthKnow
import HearthStore

/// Asks every question of a labelled set twice, once of all passages and once with its group taken away, and tells what
/// came of it and by which features. Counting and fitting is done by Benchmarks/harness.
enum AnswerBench {
    static func run(set: String, options: [String]) async throws -> JSONValue {
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
        let embedder = try value(of: "--model").map { folder in
            try BERTEmbedder(
                folder: URL(fileURLWithPath: folder, isDirectory: true), precision: .int8,
                threads: ProcessInfo.processInfo.activeProcessorCount)
        }
        return try await run(
            LabelledSet(file: set), embedder: embedder, models: models,
            withSentences: options.contains("--features"))
    }

    /// `embedder` nil: by words alone. `weights`: models as `AnswerModels(json:)` reads them, in place of those that ship.
    static func run(
        _ set: LabelledSet, embedder: (any TextEmbedder)?, models: AnswerModels, withSentences: Bool
    ) async throws -> JSONValue {
        let vectors = try await embedder?.embed(set.passages.map { $0.found.passage.text })
        let groups = Set(set.questions.map(\.group)).sorted()
        func retriever(without group: Int?) -> PlainMixRetriever {
            let kept = set.passages.indices.filter { set.passages[$0].group != group }
            return PlainMixRetriever(
                kept.map { set.passages[$0].found }, vectors: vectors.map { all in kept.map { all[$0] } },
                embedder: embedder)
        }
        var results: [JSONValue] = []
        let all = retriever(without: nil)
        for group in groups {
            let rest = retriever(without: group)
            for (index, question) in set.questions.enumerated() where question.group == group {
                for (isRemoved, retriever) in [(false, all), (true, rest)] {
                    let scope = DocumentFilter(person: set.person)
                    let found = try await retriever.search(
                        SearchRequest(query: question.query, limit: 8, filter: scope))
                    let clock = ContinuousClock()
                    let retrieved = clock.now
                    let reader = EvidenceReader(statistics: retriever, embedder: embedder, models: models)
                    let evidence = try await reader.read(question.query, found: found, scope: scope)
                    let seconds = (clock.now - retrieved).inSeconds
                    results.append(
                        report(
                            question, index: index, isRemoved: isRemoved, evidence: evidence, seconds: seconds,
                            right: set.passages[question.passage].found.passage.id,
                            withSentences: withSentences && !isRemoved))
                }
            }
        }
        return .array(results)
    }

    private static func report(
        _ question: LabelledSet.Case, index: Int, isRemoved: Bool, evidence: Evidence, seconds: Double,
        right: UniqueID, withSentences: Bool
    ) -> JSONValue {
        func holds(_ text: String) -> Bool { question.answers.contains { text.contains($0) } }
        let draft = ExtractiveWriter.write(evidence)
        let sentences: [JSONValue] =
            withSentences
            ? evidence.sentences.map { sentence in
                let citation = evidence.citation(sentence)
                return [
                    "answers": .bool(citation.passage == right && holds(citation.quote)),
                    "holds": .bool(holds(citation.quote)),
                    "features": .array(sentence.features.map(JSONValue.real)),
                ]
            } : []
        return [
            "question": .integer(Int64(index)), "group": .integer(Int64(question.group)),
            "removed": .bool(isRemoved), "confidence": .real(evidence.confidence),
            "answered": .bool(evidence.isEnough), "cites_right": .bool(draft?.citations.first?.passage == right),
            "holds": .bool(draft.map { holds($0.text) } ?? false),
            "first_holds": .bool(evidence.sentences.first.map { holds(evidence.citation($0).quote) } ?? false),
            "sentences_joined": .integer(Int64(draft?.citations.count ?? 0)), "seconds": .real(seconds),
            "features": .array(evidence.confidenceFeatures.map(JSONValue.real)), "sentences": .array(sentences),
        ]
    }
}
