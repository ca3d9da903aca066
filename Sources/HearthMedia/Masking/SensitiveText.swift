/// Takes out of a text what nobody wants to find again: numbers of payment cards and accounts, passwords, keys.
package enum SensitiveText {
    /// What stands in the place of what was taken out.
    package enum Kind: String, Sendable, CaseIterable {
        case card, iban, password, key
        package var mark: String { "[\(rawValue)]" }
    }

    struct Finding: Sendable, Hashable {
        var kind: Kind
        /// Of the characters of the line.
        var range: Range<Int>
    }

    /// Masks words of a picture. A masked word keeps its place; one secret in several words becomes one word with the box
    /// of all of them.
    package static func masked(_ words: [RecognizedText.Word]) -> (words: [RecognizedText.Word], count: Int) {
        var result: [RecognizedText.Word] = []
        var count = 0
        var keys = PrivateKeyBlock()
        var awaited = PasswordLabel.Awaited.nothing
        var endedInKey = false
        for line in lines(words) {
            var text: [Character] = []
            var ranges: [Range<Int>] = []
            for word in line {
                if !text.isEmpty { text.append(" ") }
                ranges.append(text.count..<text.count + word.text.count)
                text.append(contentsOf: word.text)
            }
            var findings = findings(text)
            let isInKey = keys.holds(String(text))
            if isInKey {
                findings = [Finding(kind: .key, range: 0..<text.count)]
            } else if awaited == .phrase || awaited == .word && line.count == 1 {
                // A label on a line of its own, and its value below.
                findings = [Finding(kind: .password, range: 0..<text.count)]
            } else if endedInKey, SecretKeys.continues(text) {
                findings = [Finding(kind: .key, range: 0..<text.count)]
            }
            // "END PRIVATE KEY" is no label.
            awaited = isInKey ? .nothing : PasswordLabel.endsLine(text)
            endedInKey = findings.last.map { $0.kind == .key && $0.range.upperBound == text.count } ?? false
            let (kept, masks) = apply(findings, line, ranges)
            result += kept
            count += masks
        }
        return (result, count)
    }

    /// Masks a line of plain text.
    package static func masked(line: String) -> (text: String, count: Int) {
        let characters = Array(line)
        var text = ""
        var position = 0
        let found = findings(characters)
        for finding in found where finding.range.lowerBound >= position {
            text += String(characters[position..<finding.range.lowerBound]) + finding.kind.mark
            position = finding.range.upperBound
        }
        return (text + String(characters[position...]), found.count)
    }

    /// In order; none overlaps another.
    static func findings(_ text: [Character]) -> [Finding] {
        let all =
            AccountNumbers.cards(text).map { Finding(kind: .card, range: $0) }
            + AccountNumbers.ibans(text).map { Finding(kind: .iban, range: $0) }
            + SecretKeys.find(text).map { Finding(kind: .key, range: $0) }
            + PasswordLabel.values(text).map { Finding(kind: .password, range: $0) }
        var taken: [Finding] = []
        for finding in all where !taken.contains(where: { $0.range.overlaps(finding.range) }) { taken.append(finding) }
        return taken.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private static func lines(_ words: [RecognizedText.Word]) -> [[RecognizedText.Word]] {
        var lines: [[RecognizedText.Word]] = []
        for word in words {
            if let last = lines.last?.last, last.line == word.line, last.block == word.block {
                lines[lines.count - 1].append(word)
            } else {
                lines.append([word])
            }
        }
        return lines
    }

    private static func apply(
        _ findings: [Finding], _ line: [RecognizedText.Word], _ ranges: [Range<Int>]
    ) -> ([RecognizedText.Word], Int) {
        var result: [RecognizedText.Word] = []
        var open: Finding?
        for (word, range) in zip(line, ranges) {
            let hits = findings.filter { $0.range.overlaps(range) }
            guard let first = hits.first, let last = hits.last else {
                open = nil
                result.append(word)
                continue
            }
            if let open, open == first, hits.count == 1 {
                let index = result.count - 1
                result[index].box = result[index].box.union(word.box)
                result[index].text += tail(word.text, from: open.range.upperBound - range.lowerBound)
            } else {
                var masked = word
                masked.text = replaced(word.text, range, hits)
                result.append(masked)
            }
            open = last.range.upperBound > range.upperBound ? last : nil
        }
        return (result, findings.count)
    }

    private static func tail(_ text: String, from count: Int) -> String { String(text.dropFirst(count)) }

    /// `(4111111111111111)` becomes `([card])`.
    private static func replaced(_ text: String, _ range: Range<Int>, _ hits: [Finding]) -> String {
        let characters = Array(text)
        var result = ""
        var position = 0
        for hit in hits {
            let start = max(0, hit.range.lowerBound - range.lowerBound)
            if start > position { result += String(characters[position..<start]) }
            // A secret that began in the word before has its mark there.
            if hit.range.lowerBound >= range.lowerBound { result += hit.kind.mark }
            position = min(characters.count, hit.range.upperBound - range.lowerBound)
        }
        return result + String(characters[position...])
    }
}
