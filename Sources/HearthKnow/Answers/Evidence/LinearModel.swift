#if canImport(Glibc)
import Glibc
#endif

/// A weighted sum of features: the logarithm of odds, when it was fitted as a logistic regression.
package struct LinearModel: Sendable, Hashable {
    package var intercept: Double
    /// One per feature, in the order of the feature's cases.
    package var weights: [Double]

    package init(intercept: Double, weights: [Double]) {
        self.intercept = intercept
        self.weights = weights
    }

    func logit(_ features: [Double]) -> Double {
        zip(weights, features).reduce(intercept) { $0 + $1.0 * $1.1 }
    }

    func probability(_ features: [Double]) -> Double { 1 / (1 + exp(-logit(features))) }
}

/// The fitted numbers by which sentences are chosen and answers trusted. `fitted` holds what ships; the benchmark fits
/// new ones from the features of labelled questions.
package struct AnswerModels: Sendable, Hashable {
    /// For one way of reading: with the meaning of texts as vectors, or by their words alone.
    package struct Pair: Sendable, Hashable {
        /// Log odds that a sentence answers.
        package var sentence: LinearModel
        /// Probability that the answer made of the best sentences is right.
        package var confidence: LinearModel
        /// Below it Hearth says that it does not know.
        package var threshold: Double

        package init(sentence: LinearModel, confidence: LinearModel, threshold: Double) {
            self.sentence = sentence
            self.confidence = confidence
            self.threshold = threshold
        }
    }

    package var dense: Pair
    package var text: Pair

    package init(dense: Pair, text: Pair) {
        self.dense = dense
        self.text = text
    }
}
