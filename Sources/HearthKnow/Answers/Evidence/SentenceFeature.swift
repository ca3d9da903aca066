#if canImport(Glibc)
import Glibc
#endif

/// What is measured of a sentence to tell whether it answers. The order is that of the fitted weights.
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
    /// The same of the sentence before it alone.
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

    /// All but the two that need vectors.
    static func measure(
        _ index: Int, of passage: PassageText, rank: Int, textShare: Double, passageCoverage: Double,
        terms: QuestionTerms
    ) -> (features: [Double], signs: Double) {
        let sentence = passage.sentences[index]
        let previous = index > 0 ? passage.sentences[index - 1].stems : []
        let coverage = terms.coverage(sentence.stems)
        let match = AnswerSigns(sentence.words, known: terms.known).match(terms.kind)
        let isPronoun = sentence.words.first.map { startsAnaphora.contains($0.folded) } ?? false
        let features: [Double] = [
            1 / Double(1 + rank), 0, textShare, 0, coverage, terms.coverage(sentence.stems.union(previous)),
            terms.coverage(previous), passageCoverage, match * coverage, proximity(sentence.words, terms),
            log(Double(1 + sentence.words.count)), log(Double(1 + sentence.stems.subtracting(terms.known).count)),
            isPronoun ? 1 : 0,
        ]
        return (features, match)
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
    private static let startsAnaphora = FunctionWords.set(
        "he she it they this these those his her its their such")
}
