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
                intercept: -6.8445,
                weights: [
                    0.1348, -0.0764, 2.5488, 0.8752, 1.4638, 4.2556, -0.1851, 0.2358, 1.8953, 1.1227, 0.8802,
                    -0.745, 0.8372, 0.3437, -0.3614, 0.4561, -0.688, -0.6757,
                ]),
            threshold: 0.3745),
        text: Pair(
            sentence: LinearModel(
                intercept: -11.1225,
                weights: [
                    2.4495, 0.0, 7.4046, 0.0, 1.2088, 5.1393, -3.1642, -3.7736, 3.2465, -0.8547, 3.1577,
                    -3.4833, 0.2011, 0.2565,
                ]),
            confidence: LinearModel(
                intercept: -4.9836,
                weights: [
                    0.2015, -0.1291, 0.0, 0.0, 0.0, 0.0, -1.004, 0.2171, 2.2099, 2.1795, 1.8419, 0.6141,
                    1.4265, 0.6674, -0.5016, 1.257, -1.2823, -1.1505,
                ]),
            threshold: 0.3028))
}
