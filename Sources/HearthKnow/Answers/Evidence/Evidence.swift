package import HearthStore

#if canImport(Glibc)
import Glibc
#endif

/// The sentences that could answer a question, judged.
package struct Evidence: Sendable {
    package struct Sentence: Sendable {
        /// Among `passages`.
        let passage: Int
        /// Among the sentences of the passage.
        let index: Int
        /// In the order of `SentenceFeature`.
        package var features: [Double]
        /// Log odds that it answers.
        package var logit: Double
        /// Similarity of meaning with the question; nil without vectors.
        var dense: Double?
        var coverage: Double
        /// Its stems and those of the question that it replies to.
        var held: Set<String>
        /// It is read together with the question before it.
        var isReply: Bool
        /// How well its names, dates, … fit the kind of question.
        var fit: Double
        /// It could answer the kind of question in whatever words.
        var mayFit: Bool
        /// It orders what to answer.
        var isOrder: Bool
    }

    struct ReadPassage: Sendable {
        let text: PassageText
        /// Similarity of meaning with the question; nil without vectors.
        var dense: Double?
        /// BM25 in units of the question's weight.
        var score: Double
        var coverage: Double
        var stems: Set<String>
    }

    let passages: [ReadPassage]
    /// Those that can answer, best first.
    package let sentences: [Sentence]
    /// Those that ask, or repeat the question: they name what is near and answer nothing. Best first.
    let echoes: [Sentence]
    /// In the order of `ConfidenceFeature`; all zero without sentences.
    package let confidenceFeatures: [Double]
    /// 0 to 1: how likely an answer from these sentences is right.
    package let confidence: Double
    package let isEnough: Bool

    /// What the sentence says and where.
    package func citation(_ sentence: Sentence) -> Citation {
        let passage = passages[sentence.passage].text
        return passage.citation(passage.sentences[sentence.index].range)
    }

    /// The words of a sentence, by which two are the same.
    func words(_ sentence: Sentence) -> [String] {
        passages[sentence.passage].text.sentences[sentence.index].words.map(\.folded)
    }

    /// The best sentence of each passage, best first; of a passage that only asks, its best question.
    package func sources(limit: Int) -> [Citation] {
        var seen: Set<Int> = []
        return (sentences + echoes).filter { seen.insert($0.passage).inserted }.prefix(limit).map(citation)
    }

    /// What comes nearest when nothing answers: the question itself, where it is stored, then the best sentences.
    package func nearest(limit: Int) -> [Citation] {
        var seen: Set<Int> = []
        let asked = echoes.filter { $0.coverage >= Self.sameQuestion }
        return (asked + sentences + echoes).filter { seen.insert($0.passage).inserted }.prefix(limit).map(citation)
    }

    /// The share of a question's weight that makes another the same.
    private static let sameQuestion = 0.5

    /// Of a question that asks about nothing.
    static let none = Evidence()

    private init() {
        (passages, sentences, echoes) = ([], [], [])
        confidenceFeatures = ConfidenceFeature.allCases.map { _ in 0 }
        confidence = 0
        isEnough = false
    }

    init(
        passages: [ReadPassage], sentences: [Sentence], echoes: [Sentence], terms: QuestionTerms,
        models: AnswerModels.Pair
    ) {
        self.passages = passages
        self.sentences = sentences
        self.echoes = echoes
        confidenceFeatures = Self.confidenceFeatures(passages, sentences, terms)
        guard !sentences.isEmpty else {
            confidence = 0
            isEnough = false
            return
        }
        let isUnfit =
            AnswerNeeds.isOpen(Self.quoted(sentences, passages, terms), terms)
            || AnswerNeeds.lacksNumber(terms.numbers, Self.document(of: sentences[0], in: passages))
        let probability = models.confidence.probability(confidenceFeatures)
        confidence = isUnfit ? probability * Self.unfit : probability
        isEnough = !isUnfit && confidence >= models.threshold
    }

    /// How much is left of a probability when the sentences lack what an answer cannot do without.
    private static let unfit = 0.1

    /// The best sentence, and the next when it is quoted with it and of the same document. Of a question that goes on from another
    /// the next always counts: the best may be what answered that one.
    private static func quoted(
        _ sentences: [Sentence], _ passages: [ReadPassage], _ terms: QuestionTerms
    ) -> [Sentence] {
        if terms.isFollowUp { return Array(sentences.prefix(AnswerLimits.answerSentences)) }
        let document = passages[sentences[0].passage].text.found.passage.document
        return sentences.prefix(AnswerLimits.answerSentences).filter { sentence in
            passages[sentence.passage].text.found.passage.document == document
                && sentences[0].logit - sentence.logit < ExtractiveWriter.farBehind
        }
    }

    /// What was read of the sentence's document, its own passage first.
    private static func document(of sentence: Sentence, in passages: [ReadPassage]) -> [PassageText] {
        let own = passages[sentence.passage].text
        return [own] + passages.map(\.text).filter { $0.found.passage.document == own.found.passage.document }
    }

    private static func confidenceFeatures(
        _ passages: [ReadPassage], _ sentences: [Sentence], _ terms: QuestionTerms
    ) -> [Double] {
        guard let best = sentences.first else { return ConfidenceFeature.allCases.map { _ in 0 } }
        let passage = passages[best.passage]
        let others = passages.indices.filter { $0 != best.passage }.map { passages[$0] }
        let pair = sentences.prefix(2).reduce(into: Set<String>()) { $0.formUnion($1.held) }
        let heaviest = terms.stems.sorted { (terms.weights[$0] ?? 0) > (terms.weights[$1] ?? 0) }
        let missing = heaviest.first { !passage.stems.contains($0) }.flatMap { terms.weights[$0] } ?? 0
        let heavy = heaviest.prefix(3)
        let heavyWeight = heavy.reduce(0) { $0 + (terms.weights[$1] ?? 0) }
        let heldWeight = heavy.reduce(0) { passage.stems.contains($1) ? $0 + (terms.weights[$1] ?? 0) : $0 }
        let dense = passage.dense ?? 0
        let isMisfit = sentences.prefix(2).allSatisfy { $0.fit == 0 }
        let heldWords = terms.stems.count { best.held.contains($0) }
        let lackingNames = Double(terms.names.count { !passage.stems.contains($0) })
        return [
            best.logit, sentences.count > 1 ? best.logit - sentences[1].logit : 0,
            dense, dense - (others.compactMap(\.dense).max() ?? 0),
            best.dense ?? 0, sentences.compactMap(\.dense).max() ?? 0,
            best.coverage, terms.coverage(pair), passage.coverage,
            passage.score, passage.score - (others.map(\.score).max() ?? 0),
            missing / terms.totalWeight, heavyWeight > 0 ? heldWeight / heavyWeight : 0, best.fit,
            isMisfit ? 1 : 0, log(Double(1 + heldWords)), lackingNames / Double(max(1, terms.names.count)),
            terms.unheard,
        ]
    }
}
