// Written by Benchmarks/fit_answers.py from the fitted half of XQuAD-en; to change it, run that again.

extension AnswerModels {
    /// In the order of `SentenceFeature` and of `ConfidenceFeature`.
    package static let fitted = AnswerModels(
        dense: Pair(
            sentence: LinearModel(
                intercept: -8.4386,
                weights: [
                    3.066, 8.9076, 3.5526, 3.1516, -0.2602, 5.5927, -3.1205, -3.7783, 3.0033, -0.1192, 2.009,
                    -1.8197, 0.3691, 0.0,
                ]),
            confidence: LinearModel(
                intercept: -5.1688,
                weights: [
                    0.4091, 0.1517, 3.9504, -0.2549, 1.0533, 1.8693, 1.7343, 1.2743, 0.4325, -0.0402, 0.5679,
                    -0.1308, 0.4115, 0.0267, 0.0, 0.0, 0.0, 0.0,
                ]),
            threshold: 0.3529),
        text: Pair(
            sentence: LinearModel(
                intercept: -12.1345,
                weights: [
                    2.4277, 0.0, 7.5672, 0.0, 0.7489, 5.7431, -3.3104, -4.2661, 2.8029, -0.0361, 2.1568,
                    -2.059, 0.2229, 0.0,
                ]),
            confidence: LinearModel(
                intercept: -2.0342,
                weights: [
                    0.5559, 0.0614, 0.0, 0.0, 0.0, 0.0, 1.7231, 0.5516, 0.2718, 2.0381, 0.212, -5.0306, 1.2958,
                    0.1898, 0.0, 0.0, 0.0, 0.0,
                ]),
            threshold: 0.1829))
}
