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
    /// - Parameter rotation: Degrees by which the picture has to be turned clockwise until its text stands upright.
    package static func laidOut(_ words: [RecognizedText.Word], rotation: Int = 0) -> String {
        let words = upright(words, rotation)
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

    /// Words of a receipt, a price list or a form row by row, as people read them, where the reader found columns and gave
    /// them one after the other; the words of other pages as they are. Lines and paragraphs are numbered anew.
    /// - Parameter rotation: As in `laidOut`.
    package static func readAcross(_ words: [RecognizedText.Word], rotation: Int = 0) -> [RecognizedText.Word] {
        guard words.count > 1 else { return words }
        var places: [RecognizedText.Word] = upright(words, rotation)
        // Where each came from, since rows sort them by their upright places.
        for index in places.indices { places[index].paragraph = index }
        let rows = rows(places)
        guard isTable(rows) else { return words }
        let heights = places.map { $0.box.bottom - $0.box.top }.sorted()
        var paragraph = 0
        var bottom = rows[0].map(\.box.bottom).max() ?? 0
        var result: [RecognizedText.Word] = []
        for (number, row) in rows.enumerated() {
            let top = row.map(\.box.top).min() ?? bottom
            if top - bottom > paragraphGap * heights[heights.count / 2] { paragraph += 1 }
            bottom = max(bottom, row.map(\.box.bottom).max() ?? bottom)
            for place in row {
                var word = words[place.paragraph]
                (word.line, word.paragraph, word.block) = (number, paragraph, 0)
                result.append(word)
            }
        }
        return result
    }

    /// Heights of a line between two rows, beyond which they are paragraphs.
    private static let paragraphGap = 3
    /// Words of a cell at most: columns of running text have more.
    private static let cellWords = 3
    /// Rows in which columns meet at least.
    private static let tableRows = 2

    /// Whether columns belong together: most rows in which they meet end in a short cell with a number in it, as prices,
    /// times and amounts are. Columns of running text end in words.
    private static func isTable(_ rows: [[RecognizedText.Word]]) -> Bool {
        var meeting = 0
        var numbered = 0
        for row in rows {
            guard let last = row.last else { continue }
            let cell = row.reversed().prefix { $0.line == last.line && $0.block == last.block }
            guard cell.count < row.count else { continue }
            meeting += 1
            if cell.count <= cellWords, cell.contains(where: { $0.text.contains(where: \.isNumber) }) { numbered += 1 }
        }
        return numbered >= tableRows && numbered * 2 > meeting
    }

    /// As if the picture had been turned; places are right to each other, not to an edge.
    private static func upright(_ words: [RecognizedText.Word], _ rotation: Int) -> [RecognizedText.Word] {
        guard rotation != 0 else { return words }
        return words.map { word in
            var turned = word
            let box = word.box
            switch rotation {
            case 90: turned.box = .init(left: -box.bottom, top: box.left, right: -box.top, bottom: box.right)
            case 180: turned.box = .init(left: -box.right, top: -box.bottom, right: -box.left, bottom: -box.top)
            case 270: turned.box = .init(left: box.top, top: -box.right, right: box.bottom, bottom: -box.left)
            default: break
            }
            return turned
        }
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
