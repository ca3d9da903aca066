// Written by Benchmarks/fit_answers.py from the fitted half of its questions; to change it, run that again.

extension AnswerModels {
    /// In the order of `SentenceFeature` and of `ConfidenceFeature`.
    package static let fitted = AnswerModels(
        dense: Pair(
            sentence: LinearModel(
                intercept: -6.3884,
                weights: [
                    2.8001, 8.6375, 2.699, 3.7647, -0.0691, 5.0494, -2.8537, -3.2696, 3.2147, -0.7104, 2.775,
                    -2.9683, 0.3285, 0.4821,
                ]),
            confidence: LinearModel(
                intercept: -6.7071,
                weights: [
                    0.0778, -0.0568, 2.5081, 1.132, 1.7435, 3.8925, -0.3935, -0.3279, 2.5876, 1.1025, 0.7207,
                    -1.6072, 1.1613, 0.4604, -0.2003, 0.3985, -0.6712, -0.554,
                ]),
            threshold: 0.4259),
        text: Pair(
            sentence: LinearModel(
                intercept: -11.1225,
                weights: [
                    2.4495, 0.0, 7.4046, 0.0, 1.2088, 5.1393, -3.1642, -3.7736, 3.2465, -0.8547, 3.1577,
                    -3.4833, 0.2011, 0.2565,
                ]),
            confidence: LinearModel(
                intercept: -4.906,
                weights: [
                    0.1192, -0.0911, 0.0, 0.0, 0.0, 0.0, -1.1711, -0.3123, 2.9256, 2.1806, 1.627, -0.2496,
                    1.725, 0.7617, -0.181, 1.172, -1.2608, -1.0166,
                ]),
            threshold: 0.3528))
}
