// Written by Benchmarks/fit_answers.py. Do not edit by hand: run it again.

extension AnswerModels {
    package static let fitted = AnswerModels(
        dense: Pair(
            sentence: LinearModel(
                intercept: 0, weights: [1, 5, 2, 5, 0, 4, -1, -2, 0.5, 0.5, 1, -1, 0.5]),
            confidence: LinearModel(
                intercept: -6, weights: [0.5, 0, 2, 0, 4, 2, 1, 2, 2, 0, 0.5, 0, 0, 0]),
            threshold: 0.4),
        text: Pair(
            sentence: LinearModel(
                intercept: 0, weights: [1, 0, 2, 0, 0, 4, -1, -2, 0.5, 0.5, 1, -1, 0.5]),
            confidence: LinearModel(
                intercept: -6, weights: [0.5, 0, 0, 0, 0, 0, 3, 3, 3, 0, 0.5, 0, 0, 0]),
            threshold: 0.4))
}
