package import HearthInference
package import HearthStore

/// Reads the passages that retrieval found and judges their sentences.
package struct EvidenceReader: Sendable {
    private let statistics: any TermStatistics
    private let embedder: (any TextEmbedder)?
    private let models: AnswerModels

    package init(
        statistics: any TermStatistics, embedder: (any TextEmbedder)?, models: AnswerModels = .fitted
    ) {
        self.statistics = statistics
        self.embedder = embedder
        self.models = models
    }

    /// `query` is what was searched for, and `found` what came of it. A query without a word of content has no evidence.
    /// `followUp` is what was asked, when the query has the question before it too.
    package func read(
        _ query: String, followUp: String? = nil, found: SearchAnswer, scope: DocumentFilter
    ) async throws -> Evidence {
        let scalars = Array(query.unicodeScalars.prefix(AnswerLimits.question))
        let words = Word.all(in: scalars)
        let counted = QuestionTerms.counted(in: words)
        guard !counted.isEmpty else { return .none }
        let frequencies = try await statistics.frequencies(of: counted.map(\.folded), scope: scope)
        let terms = QuestionTerms(
            words: words, counted: counted, frequencies: frequencies, numbers: AskedNumber.all(in: words, scalars),
            followUp: followUp.flatMap(FollowUp.kind))
        let hits = Array(found.hits.prefix(AnswerLimits.passages))
        var passages = Self.passages(hits, terms)
        var sentences = Self.sentences(passages, terms)
        Self.judge(&sentences, by: models.text.sentence)
        let echoes = sentences.filter { Self.isEcho($0, passages, terms) }
        sentences.removeAll { Self.isEcho($0, passages, terms) }
        guard let embedder, let question = found.embedding, question.count == embedder.dimension else {
            return Evidence(
                passages: passages, sentences: sentences, echoes: echoes, terms: terms, models: models.text)
        }
        sentences = Array(sentences.prefix(AnswerLimits.comparedSentences))
        try await compare(&sentences, &passages, with: question, by: embedder)
        Self.judge(&sentences, by: models.dense.sentence)
        return Evidence(
            passages: passages, sentences: sentences, echoes: echoes, terms: terms, models: models.dense)
    }

    /// Whether a sentence asks, repeats the question, only greets, is the heading, or would change the rules: however near, it
    /// answers nothing.
    private static func isEcho(
        _ sentence: Evidence.Sentence, _ passages: [Evidence.ReadPassage], _ terms: QuestionTerms
    ) -> Bool {
        let passage = passages[sentence.passage].text
        let text = passage.sentences[sentence.index]
        return text.asks || text.order == .override || passage.isHeading(sentence.index, for: terms)
            || SentenceForm.isCourtesy(text.words)
            || SentenceForm.repeats(text.words, known: terms.known, kind: terms.kind)
    }

    /// False for "is it?" and "?", where every word only builds the sentence.
    package static func isAboutSomething(_ query: String) -> Bool {
        !QuestionTerms.counted(in: Word.all(in: Array(query.unicodeScalars))).isEmpty
    }

    private static func passages(_ hits: [SearchHit], _ terms: QuestionTerms) -> [Evidence.ReadPassage] {
        let texts = hits.map { PassageText($0.found) }
        let lengths = texts.map { Double($0.sentences.reduce(0) { $0 + $1.words.count }) }
        let average = max(1, lengths.reduce(0, +) / Double(max(1, lengths.count)))
        return zip(texts, zip(hits, lengths)).map { text, rest in
            let (hit, length) = rest
            let title = Word.all(in: Array(hit.found.document.title.unicodeScalars)).map(\.stem)
            var counts: [String: Double] = [:]
            for stem in title + told(text, terms).map(\.stem) where terms.weights[stem] != nil {
                counts[stem, default: 0] += 1
            }
            // BM25 with k1 = 1.2 and b = 0.75; the average length is that of the passages read.
            let norm = 1.2 * (0.25 + 0.75 * length / average)
            let score = terms.stems.reduce(0.0) { sum, stem in
                guard let count = counts[stem], let weight = terms.weights[stem] else { return sum }
                return sum + weight * count * 2.2 / (count + norm)
            }
            let stems = Set(counts.keys)
            return Evidence.ReadPassage(
                text: text, dense: hit.dense, score: score / terms.totalWeight, coverage: terms.coverage(stems),
                stems: stems)
        }
    }

    /// The words of what a passage tells, and of the questions in it that are replied to: what it only asks, it does not hold.
    private static func told(_ text: PassageText, _ terms: QuestionTerms) -> [Word] {
        var replied: [Range<Int>: [Word]] = [:]
        for sentence in text.sentences where !sentence.asks {
            guard let question = sentence.question, let first = question.words.first, let last = question.words.last,
                AnswerSigns(sentence.words, known: terms.known, language: terms.language).match(terms.kind) > 0
            else { continue }
            // Two sentences may reply to one question.
            replied[first.range.lowerBound..<last.range.upperBound] = question.words
        }
        return text.sentences.filter { !$0.asks && $0.order != .override }.flatMap(\.words)
            + replied.values.flatMap { $0 }
    }

    private static func sentences(_ passages: [Evidence.ReadPassage], _ terms: QuestionTerms) -> [Evidence.Sentence] {
        let best = max(passages.map(\.score).max() ?? 0, 1e-9)
        return passages.enumerated().flatMap { rank, passage in
            passage.text.sentences.indices.map { index in
                let measured = SentenceFeature.measure(
                    index, of: passage.text, rank: rank, textShare: passage.score / best,
                    passageCoverage: passage.coverage, terms: terms)
                return Evidence.Sentence(
                    passage: rank, index: index, features: measured.features, logit: 0,
                    coverage: terms.coverage(measured.held), held: measured.held, isReply: measured.isReply,
                    fit: measured.fit, mayFit: measured.mayFit,
                    isOrder: passage.text.sentences[index].order != nil)
            }
        }
    }

    /// Sets the log odds and sorts by them; equal ones stay in the order of retrieval.
    private static func judge(_ sentences: inout [Evidence.Sentence], by model: LinearModel) {
        for index in sentences.indices {
            let order = sentences[index].isOrder ? ExtractiveWriter.farBehind : 0
            sentences[index].logit = model.logit(sentences[index].features) - order
        }
        sentences = sentences.enumerated().sorted { left, right in
            (right.element.logit, left.offset) < (left.element.logit, right.offset)
        }.map(\.element)
    }

    /// Adds what the meaning of the texts tells.
    private func compare(
        _ sentences: inout [Evidence.Sentence], _ passages: inout [Evidence.ReadPassage], with question: [Float],
        by embedder: any TextEmbedder
    ) async throws {
        // Passages that only their words brought here have no similarity yet.
        let unknown = passages.indices.filter { passages[$0].dense == nil }
        let texts =
            sentences.map { sentence in
                let passage = passages[sentence.passage].text
                let read = passage.sentences[sentence.index]
                return (sentence.isReply ? read.question.map { $0.text + " " } ?? "" : "") + passage.text(read.range)
            }
            + unknown.map { index in
                let found = passages[index].text.found
                // As the index has it: the fit knows no other.
                return EmbeddingFollower.text(title: found.document.title, passage: found.passage.text)
            }
        guard !texts.isEmpty else { return }
        // Many texts, but a person waits for them.
        let vectors = try await embedder.embed(texts, priority: .interactive)
        for (index, vector) in zip(unknown, vectors.dropFirst(sentences.count)) {
            passages[index].dense = Self.similarity(question, vector)
        }
        for (index, vector) in zip(sentences.indices, vectors) {
            sentences[index].dense = Self.similarity(question, vector)
        }
        let bestPassage = passages.compactMap(\.dense).max() ?? 0
        let best = sentences.compactMap(\.dense).max() ?? 0
        for index in sentences.indices {
            let passage = passages[sentences[index].passage].dense ?? 0
            sentences[index].features[SentenceFeature.passageDenseGapIndex] = passage - bestPassage
            sentences[index].features[SentenceFeature.denseGapIndex] = (sentences[index].dense ?? 0) - best
        }
    }

    private static func similarity(_ left: [Float], _ right: [Float]) -> Double {
        zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
