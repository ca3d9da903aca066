/// What belongs to the writer of a mail, what was quoted, and where the signature begins. Nothing is dropped: the lines
/// are marked, so that a reader can fold them.
enum MailText {
    struct Marks: Equatable {
        /// Lines of the text, from 1, first to last.
        var quoted: [ClosedRange<Int>] = []
        var signature: Int?
    }

    /// With "\n", no blanks at the ends of lines, and one empty line in a row at most, so that line numbers stay true.
    static func cleaned(_ text: String) -> String {
        var lines: [Substring] = []
        let plain = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        for line in plain.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = line
            // The stroke in front of a signature ends in a blank; without it, it is still one.
            while let last = line.last, last.isWhitespace { line.removeLast() }
            if line.isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(line)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    static func marks(of text: String) -> Marks {
        var marks = Marks()
        var start: Int?
        var previous: Substring = ""
        var isForwarded = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let number = index + 1
            let isQuote = line.hasPrefix(">") || isForwarded
            if isQuote {
                // "On Monday Ada wrote:" belongs to the quote under it.
                if start == nil { start = isIntroduction(previous) ? number - 1 : number }
            } else if !line.isEmpty, let begun = start {
                marks.quoted.append(begun...(lastFull(lines, before: index)))
                start = nil
            }
            if line == "--", marks.signature == nil, lines.count - index <= 20 { marks.signature = number }
            if isSeparator(line) {
                isForwarded = true
                if start == nil { start = number }
            }
            if !line.isEmpty { previous = line }
        }
        if let begun = start { marks.quoted.append(begun...max(begun, lastFull(lines, before: lines.count))) }
        return marks
    }

    /// RFC 3676: a line that ends in a blank goes on in the next.
    static func unflowed(_ text: String) -> String {
        var result = ""
        var goesOn = false
        for line in text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false) {
            if !goesOn, !result.isEmpty { result += "\n" }
            let isStroke = line == "-- "
            // A quoted line is joined to nothing; its marks would end up in the middle.
            let isQuote = line.hasPrefix(">")
            result += line.first == " " && !goesOn ? line.dropFirst() : line
            goesOn = line.last == " " && !isStroke && !isQuote
        }
        return result
    }

    /// The number of the last line before `index` that is not empty.
    private static func lastFull(_ lines: [Substring], before index: Int) -> Int {
        var last = index
        while last > 1, lines[last - 1].isEmpty { last -= 1 }
        return last
    }

    private static func isIntroduction(_ line: Substring) -> Bool {
        guard line.last == ":", line.count < 200 else { return false }
        return ["wrote:", "schrieb:", "écrit :", "écrit:", "escribió:", "scritto:", "schreef:", "skrev:", "escreveu:"]
            .contains { line.hasSuffix($0) }
    }

    private static func isSeparator(_ line: Substring) -> Bool {
        line.hasPrefix("-----Original Message-----") || line.hasPrefix("-----Ursprüngliche Nachricht-----")
            || line.hasPrefix("---------- Forwarded message ---------")
    }
}
