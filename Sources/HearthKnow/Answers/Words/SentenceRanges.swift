/// Where the sentences of a passage are, in its code points.
enum SentenceRanges {
    /// In order, without the white space around them. Nothing but white space is left out.
    static func all(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var index = 0
        func finish(at end: Int) {
            var range = start..<end
            while let first = range.first, isSpace(scalars[first]) { range = (first + 1)..<range.upperBound }
            while let last = range.last, isSpace(scalars[last]) { range = range.lowerBound..<last }
            if !range.isEmpty { ranges.append(range) }
            start = end
        }
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "\n" {
                finish(at: index + 1)
            } else if isFullStop(scalar) {
                finish(at: index + 1)
            } else if scalar == "." || scalar == "!" || scalar == "?" || scalar == "…" {
                var end = index + 1
                while end < scalars.count, isEnd(scalars[end]) || isClosing(scalars[end]) { end += 1 }
                if end == scalars.count || isSpace(scalars[end]), !goesOn(scalars, stop: index, next: end, from: start)
                {
                    finish(at: end)
                }
                index = end
                continue
            }
            index += 1
        }
        finish(at: scalars.count)
        return ranges
    }

    /// Whether a stop is part of an abbreviation or is followed by a small letter.
    private static func goesOn(_ scalars: [Unicode.Scalar], stop: Int, next end: Int, from start: Int) -> Bool {
        var next = end
        while next < scalars.count, isSpace(scalars[next]) { next += 1 }
        if next < scalars.count, scalars[next].properties.isLowercase { return true }
        guard scalars[stop] == ".", end == stop + 1 else { return false }
        var word = stop
        while word > start, !isSpace(scalars[word - 1]), !isOpening(scalars[word - 1]) { word -= 1 }
        let text = String(String.UnicodeScalarView(scalars[word..<stop])).lowercased()
        if text.unicodeScalars.count == 1, scalars[word].properties.isUppercase { return true }
        return abbreviations.contains(text)
    }

    private static func isEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "!" || scalar == "?" }

    private static func isFullStop(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "。" || scalar == "！" || scalar == "？" || scalar == "।" || scalar == "؟"
    }

    private static func isClosing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "'", ")", "]", "”", "’", "»": true
        default: false
        }
    }

    private static func isOpening(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\"", "'", "(", "[", "“", "‘", "«": true
        default: false
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static let abbreviations = FunctionWords.set(
        "mr mrs ms dr prof st jr sr vs etc no inc ltd co corp e.g i.e c ca cf u.s u.k vol fig al approx gen lt col rev")
}
