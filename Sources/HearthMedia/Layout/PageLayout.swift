/// Puts recognised words back into text.
package enum PageLayout {
    /// Characters of a line of `laidOut`, so that one word far out cannot make a text of blanks.
    private static let longestLine = 400

    /// In reading order: a line for each line, an empty line between paragraphs.
    package static func text(_ words: [RecognizedText.Word]) -> String {
        var text = ""
        var before: RecognizedText.Word?
        for word in words {
            if let before {
                text +=
                    word.paragraph != before.paragraph || word.block != before.block
                    ? "\n\n" : word.line != before.line ? "\n" : " "
            }
            text += word.text
            before = word
        }
        return text
    }

    /// As the page looks in a fixed-width type: what stands side by side stays side by side.
    package static func laidOut(_ words: [RecognizedText.Word]) -> String {
        let widths = words.filter { !$0.text.isEmpty }
            .map { Double($0.box.right - $0.box.left) / Double($0.text.count) }.filter { $0 > 0 }.sorted()
        guard !widths.isEmpty, let left = words.map(\.box.left).min() else { return "" }
        let width = widths[widths.count / 2]
        return rows(words).map { row in
            var line = ""
            var length = 0
            for word in row {
                let column = min(Int((Double(word.box.left - left) / width).rounded()), longestLine)
                let gap = max(length == 0 ? 0 : 1, column - length)
                line += String(repeating: " ", count: gap) + word.text
                length += gap + word.text.count
            }
            return line
        }.joined(separator: "\n")
    }

    /// Words whose middles lie on one height, from left to right; rows from top to bottom.
    private static func rows(_ words: [RecognizedText.Word]) -> [[RecognizedText.Word]] {
        let heights = words.map { $0.box.bottom - $0.box.top }.sorted()
        let reach = max(1, heights[heights.count / 2] / 2)
        let sorted = words.enumerated().sorted {
            let (first, second) = ($0.element.box.middle, $1.element.box.middle)
            return first == second ? $0.offset < $1.offset : first < second
        }.map(\.element)
        var rows: [[RecognizedText.Word]] = []
        var height = Int.min
        for word in sorted {
            if rows.isEmpty || word.box.middle - height > reach {
                rows.append([])
                height = word.box.middle
            }
            rows[rows.count - 1].append(word)
        }
        return rows.map { row in
            row.enumerated().sorted {
                ($0.element.box.left, $0.offset) < ($1.element.box.left, $1.offset)
            }.map(\.element)
        }
    }
}

extension RecognizedText.Box {
    fileprivate var middle: Int { (top + bottom) / 2 }

    /// The smallest box around both.
    func union(_ other: RecognizedText.Box) -> RecognizedText.Box {
        RecognizedText.Box(
            left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
            bottom: max(bottom, other.bottom))
    }
}
