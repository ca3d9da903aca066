/// What is measured of the best sentences to tell whether they are right. The order is that of the fitted weights.
package enum ConfidenceFeature: String, Sendable, CaseIterable {
    /// Log odds of the best sentence.
    case logit
    /// By how much it is better than the next.
    case lead
    /// Similarity of meaning of its passage with the question; 0 without vectors.
    case passageDense
    /// By how much its passage is more similar than any other; 0 without vectors.
    case passageDenseLead
    /// Similarity of meaning of the sentence with the question; 0 without vectors.
    case sentenceDense
    /// That of the most similar sentence read; 0 without vectors.
    case bestDense
    /// The share of the question's weight in the best sentence.
    case coverage
    /// The same of the best two together.
    case pairCoverage
    /// The same of the passage.
    case passageCoverage
    /// The passage's BM25 score in units of the question's weight.
    case passageText
    /// By how much that is more than any other passage's.
    case passageTextLead
    /// The heaviest word of the question that the passage lacks, as a share of the weight of all.
    case missing
    /// The share of the three heaviest words that the passage holds.
    case heavyCoverage
    /// How well names, dates, numbers, … in it fit the kind of question.
    case fit
    /// 1 when a person, a time, a place or a quantity is asked for and neither of the best two sentences has any sign of one.
    case misfit
    /// Logarithm of the number of the question's words that it holds: three of three say more than one of one.
    case heldWords
    /// The share of the question's names and numbers that its passage lacks: what is said of another is no answer.
    case missingNames
    /// The share of the question's weight in words that nothing stored holds.
    case unheard
}
