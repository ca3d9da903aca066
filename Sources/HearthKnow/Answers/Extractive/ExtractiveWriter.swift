package import HearthStore

/// Answers with the documents' own sentences: the best one, and the next when it could well be the answer too. What two documents
/// say in the same words is said once and cited from both.
package enum ExtractiveWriter {
    package struct Draft: Sendable {
        package var text: String
        package var citations: [Citation]
    }

    /// Sentences of one passage come in the passage's order.
    package static func write(_ evidence: Evidence) -> Draft? {
        guard let best = evidence.sentences.first else { return nil }
        var chosen = [best]
        var twins: [[String]: [Evidence.Sentence]] = [:]
        for next in evidence.sentences.dropFirst() {
            guard best.logit - next.logit < farBehind else { break }
            let words = evidence.words(next)
            if chosen.contains(where: { evidence.words($0) == words }) {
                if twins[words, default: []].count < AnswerLimits.twins { twins[words, default: []].append(next) }
            } else if chosen.count < AnswerLimits.answerSentences, !next.isOrder {
                chosen.append(next)
            }
        }
        // The passage of the best sentence is always cited first.
        let ordered = chosen.sorted { left, right in
            let leftAway = left.passage == best.passage ? 0 : 1
            let rightAway = right.passage == best.passage ? 0 : 1
            return (leftAway, left.passage, left.index) < (rightAway, right.passage, right.index)
        }
        let citations = ordered.flatMap { sentence in
            ([sentence] + (twins[evidence.words(sentence)] ?? [])).map(evidence.citation)
        }
        let quotes = ordered.map { evidence.citation($0).quote.asOneLine }
        return Draft(text: quotes.joined(separator: " "), citations: citations)
    }

    /// In log odds: a sentence this much less likely would only distract.
    static let farBehind = 4.0
}

extension String {
    /// With every run of white space as one space: a quote may run over the lines of a page.
    var asOneLine: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
