#if canImport(Glibc)
import Glibc
#endif

/// What is measured of a sentence to tell whether it answers. The order is that of the fitted weights. The reply to a question is
/// measured together with the words of that question.
package enum SentenceFeature: String, Sendable, CaseIterable {
    /// 1 for sentences of the first passage found, 1/2 for the second, …
    case rank
    /// Its passage's similarity of meaning with the question, less that of the passage most similar.
    case passageDenseGap
    /// Its passage's BM25 score as a share of the best.
    case passageTextShare
    /// Its similarity of meaning with the question, less that of the sentence most similar.
    case denseGap
    /// The share of the question's weight in its words.
    case coverage
    /// The same with the sentence before it.
    case coverageWithPrevious
    /// The same of the sentence before it alone; 0 when that asks.
    case coverageOfPrevious
    /// The same of its passage and title.
    case passageCoverage
    /// Coverage times how well names, dates, numbers, … in it fit the kind of question.
    case fittingCoverage
    /// The weight of words of the question that stand near each other in it.
    case proximity
    /// Logarithm of its number of words.
    case length
    /// Logarithm of its number of different words that are not in the question.
    case novelty
    /// 1 when it begins with a word that stands for something said before.
    case pronoun
    /// 1 when it holds the word that asks: "nobody knows where the key is".
    case asking

    /// All but the two that need vectors.
    static func measure(
        _ index: Int, of passage: PassageText, rank: Int, textShare: Double, passageCoverage: Double,
        terms: QuestionTerms
    ) -> Measured {
        let sentence = passage.sentences[index]
        let signs = AnswerSigns(sentence.words, known: terms.known, language: terms.language)
        let match = signs.match(terms.kind)
        // What has nothing of the kind that is asked for is no reply: it only stands where one would.
        let asked = match > 0 ? sentence.question?.words ?? [] : []
        let held = sentence.stems.union(asked.map(\.stem))
        let before = index > 0 ? passage.sentences[index - 1] : nil
        let previous = before.map { $0.asks ? [] : $0.stems } ?? []
        let coverage = terms.coverage(held)
        let isPronoun =
            sentence.words.first.map { terms.language.openingPronouns.contains($0.folded) } ?? false
        let asks = sentence.words.contains { terms.asking.contains($0.folded) }
        let features: [Double] = [
            1 / Double(1 + rank), 0, textShare, 0, coverage, terms.coverage(held.union(previous)),
            terms.coverage(previous), passageCoverage, match * coverage,
            proximity(asked + sentence.words, terms), log(Double(1 + sentence.words.count)),
            log(Double(1 + sentence.stems.subtracting(terms.known).count)), isPronoun ? 1 : 0, asks ? 1 : 0,
        ]
        return Measured(
            features: features, held: held, isReply: !asked.isEmpty, fit: match,
            mayFit: signs.mayMatch(terms.kind, strictly: terms.isFollowUp))
    }

    struct Measured {
        /// In the order of the cases.
        var features: [Double]
        /// Stems of the sentence and of the question that it replies to.
        var held: Set<String>
        var isReply: Bool
        /// How well names, dates, numbers, … in it fit the kind of question.
        var fit: Double
        /// It could answer the kind of question in whatever words.
        var mayFit: Bool
    }

    static let passageDenseGapIndex = 1
    static let denseGapIndex = 3

    private static func proximity(_ words: [Word], _ terms: QuestionTerms) -> Double {
        var last: (index: Int, stem: String)?
        var near = 0.0
        for (index, word) in words.enumerated() {
            guard let weight = terms.weights[word.stem] else { continue }
            if let last, last.stem != word.stem, index - last.index <= nearWords {
                near += weight + (terms.weights[last.stem] ?? 0)
            }
            last = (index, word.stem)
        }
        return min(near / (2 * terms.totalWeight), 2)
    }

    private static let nearWords = 5
}
