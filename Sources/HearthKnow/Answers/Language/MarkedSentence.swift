/// A sentence that a language model wrote, with the numbers of the passages it named.
struct MarkedSentence: Sendable, Hashable {
    /// Without the markers.
    var text: String
    var numbers: [Int]
}

/// Cuts a text that arrives in pieces into sentences with their markers. Pure: the same text in other pieces gives the
/// same sentences.
struct MarkedSentenceMachine: Sendable {
    private var pending: [Unicode.Scalar] = []

    /// Sentences that are complete now. The last one waits, since a marker may still follow it.
    mutating func add(_ piece: String) -> [MarkedSentence] {
        pending.append(contentsOf: piece.unicodeScalars)
        let ranges = Self.sentences(pending)
        guard ranges.count > 1, let last = ranges.last else { return [] }
        let sentences = ranges.dropLast().compactMap { Self.read(pending[$0]) }
        pending.removeFirst(last.lowerBound)
        return sentences
    }

    /// What is left when the text has ended.
    mutating func finish() -> [MarkedSentence] {
        defer { pending = [] }
        return Self.sentences(pending).compactMap { Self.read(pending[$0]) }
    }

    /// Sentences with the markers that stand behind them.
    private static func sentences(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in SentenceRanges.all(in: scalars) {
            let body = leadingMarkers(scalars[range])
            if let last = merged.last, body > range.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<body
                if body < range.upperBound { merged.append(body..<range.upperBound) }
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// Where the text behind markers at the beginning begins.
    private static func leadingMarkers(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
        var index = scalars.startIndex
        while true {
            var next = index
            while next < scalars.endIndex, scalars[next].properties.isWhitespace { next += 1 }
            guard let (_, end) = marker(scalars, at: next) else { return index }
            index = end
            // A stop behind the marker belongs to it.
            if index < scalars.endIndex, scalars[index] == "." { index += 1 }
        }
    }

    private static func read(_ scalars: ArraySlice<Unicode.Scalar>) -> MarkedSentence? {
        var text = String.UnicodeScalarView()
        var numbers: [Int] = []
        var index = scalars.startIndex
        while index < scalars.endIndex {
            if let (found, end) = marker(scalars, at: index) {
                for number in found where !numbers.contains(number) { numbers.append(number) }
                while text.last?.properties.isWhitespace == true { text.removeLast() }
                index = end
            } else {
                text.append(scalars[index])
                index += 1
            }
        }
        let sentence = String(text).asOneLine
        guard sentence.unicodeScalars.contains(where: { $0.properties.isAlphabetic }) else { return nil }
        return MarkedSentence(text: sentence, numbers: numbers)
    }

    /// `[3]`, `[1, 2]`: numbers of at most three digits.
    private static func marker(
        _ scalars: ArraySlice<Unicode.Scalar>, at start: Int
    ) -> (numbers: [Int], end: Int)? {
        guard start < scalars.endIndex, scalars[start] == "[" else { return nil }
        var numbers: [Int] = []
        var digits = ""
        for index in (start + 1)..<scalars.endIndex {
            switch scalars[index] {
            case "0"..."9":
                digits.unicodeScalars.append(scalars[index])
                if digits.utf8.count > 3 { return nil }
            case ",", " ", "]":
                if let number = Int(digits) { numbers.append(number) }
                digits = ""
                if scalars[index] == "]" { return numbers.isEmpty ? nil : (numbers, index + 1) }
            default: return nil
            }
        }
        return nil
    }
}
