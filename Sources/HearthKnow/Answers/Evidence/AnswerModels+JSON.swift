package import HearthCore

extension AnswerModels {
    /// Reads `{"dense": {"sentence": {"intercept", "weights"}, "confidence": {…}, "threshold"}, "text": {…}}`; nil for
    /// anything else.
    package init?(json: JSONValue) {
        guard let dense = json["dense"].flatMap(Pair.init(json:)), let text = json["text"].flatMap(Pair.init(json:))
        else { return nil }
        self.init(dense: dense, text: text)
    }
}

extension AnswerModels.Pair {
    fileprivate init?(json: JSONValue) {
        guard let sentence = LinearModel(json: json["sentence"], features: SentenceFeature.allCases.count),
            let confidence = LinearModel(json: json["confidence"], features: ConfidenceFeature.allCases.count),
            let threshold = json["threshold"]?.double
        else { return nil }
        self.init(sentence: sentence, confidence: confidence, threshold: threshold)
    }
}

extension LinearModel {
    fileprivate init?(json: JSONValue?, features: Int) {
        guard let intercept = json?["intercept"]?.double, let weights = json?["weights"]?.array,
            weights.count == features, weights.allSatisfy({ $0.double != nil })
        else { return nil }
        self.init(intercept: intercept, weights: weights.compactMap(\.double))
    }
}
