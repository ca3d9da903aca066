/// Numbers by what they say: "45", "45.00" and "forty-five" are one number, "14:30", "14.30" and "2:30 pm" one time.
struct NumberReading: Sendable, Hashable {
    /// Ways to write it; two numbers are the same when they have one in common.
    var forms: Set<String>
    /// Which words of the text it is.
    var words: Range<Int>

    func isSame(as other: NumberReading) -> Bool { !forms.isDisjoint(with: other.forms) }

    /// In their order. `scalars` holds the words at their ranges.
    static func all(in words: [Word], _ scalars: [Unicode.Scalar]) -> [NumberReading] {
        var found: [NumberReading] = []
        var index = 0
        while index < words.count {
            if words[index].isNumeric {
                let number = digits(words, from: index, scalars)
                found.append(number)
                index = number.words.upperBound
            } else if let number = spelled(words, from: index) {
                found.append(number)
                index = number.words.upperBound
            } else {
                index += 1
            }
        }
        return found
    }

    // MARK: In digits

    private static func digits(_ words: [Word], from start: Int, _ scalars: [Unicode.Scalar]) -> NumberReading {
        var groups = [words[start].folded]
        var separators: [Unicode.Scalar] = []
        var end = start + 1
        // "1,250.50", "14:30": digits joined by one mark.
        while isDigits(groups[groups.count - 1]), end < words.count, words[end].isNumeric,
            words[end].range.lowerBound == words[end - 1].range.upperBound + 1,
            case let mark = scalars[words[end - 1].range.upperBound], ".,:'’".unicodeScalars.contains(mark)
        {
            groups.append(words[end].folded)
            separators.append(mark)
            end += 1
        }
        var forms: Set<String> = []
        let halfDay = Self.halfDay(words[end...], after: groups[0])
        // "4th", "20gb": what stands behind the digits is an ending or a unit.
        let last = groups[groups.count - 1].prefix { $0.isASCII && $0.isNumber }
        if !last.isEmpty, groups.dropLast().allSatisfy(isDigits) {
            groups[groups.count - 1] = String(last)
            forms.formUnion(values(groups, separators, half: halfDay?.hours))
            // "The 70s", "1970's"
            let isDecade = words[end - 1].folded.hasSuffix("s") || end < words.count && words[end].folded == "s"
            if isDecade, groups.count == 1, let year = Int(groups[0]), year % 10 == 0 { forms.insert("\(year % 100)s") }
        }
        if forms.isEmpty { forms = [groups.joined(separator: "-")] }
        return NumberReading(forms: forms, words: start..<(end + (halfDay?.words ?? 0)))
    }

    private static func values(_ groups: [String], _ separators: [Unicode.Scalar], half: Int?) -> Set<String> {
        guard groups.count > 1 else {
            guard let value = Int(groups[0]) else { return [groups[0]] }
            return half.map { [time(value % 12 + $0, 0)] } ?? [String(value)]
        }
        var forms: Set<String> = []
        if groups.count == 2, separators[0] != ",", groups[1].utf8.count == 2, let hour = Int(groups[0]), hour < 24,
            let minute = Int(groups[1]), minute < 60
        {
            forms.insert(time(half.map { hour % 12 + $0 } ?? hour, minute))
            if separators[0] == ":" || half != nil { return forms }
        }
        let grouping = separators[0]
        // The last mark, when it is another one, parts the fraction.
        let hasFraction = separators.last != grouping
        let whole = hasFraction ? groups.dropLast() : groups[...]
        // An address such as 192.168.1.15, a version or the number of a section is no number in groups of thousands.
        let isGrouped =
            grouping != ":" && groups[0].utf8.count <= 3 && whole.dropFirst().allSatisfy { $0.utf8.count == 3 }
            && separators.dropLast(hasFraction ? 1 : 0).allSatisfy { $0 == grouping }
        if isGrouped { forms.insert(decimal(whole.joined(), hasFraction ? groups[groups.count - 1] : "")) }
        // "1.250" may be a fraction too.
        if groups.count == 2, grouping == "." || grouping == "," { forms.insert(decimal(groups[0], groups[1])) }
        return forms
    }

    private static func decimal(_ whole: String, _ fraction: String) -> String {
        let digits = String(whole.drop { $0 == "0" })
        var rest = Substring(fraction)
        while rest.last == "0" { rest.removeLast() }
        return (digits.isEmpty ? "0" : digits) + (rest.isEmpty ? "" : "." + rest)
    }

    /// A full hour is also the number of that hour: "at 14:00", "at 14".
    private static func time(_ hour: Int, _ minute: Int) -> String {
        minute == 0 ? String(hour) : "\(hour):\(minute)"
    }

    /// Hours to add for "pm", none for "am", and how many words that is; nil where neither stands.
    private static func halfDay(_ words: ArraySlice<Word>, after hour: String) -> (hours: Int, words: Int)? {
        guard let hour = Int(hour), hour <= 12 else { return nil }
        let next = words.prefix(2).map(\.folded)
        if next == ["p", "m"] { return (12, 2) }
        if next == ["a", "m"] { return (0, 2) }
        if next.first == "pm" { return (12, 1) }
        return next.first == "am" ? (0, 1) : nil
    }

    private static func isDigits(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    // MARK: In words

    private static func spelled(_ words: [Word], from start: Int) -> NumberReading? {
        guard var part = value(of: words[start].folded) else { return nil }
        var total = 0
        var end = start + 1
        /// The last "thousand" or "million", and the number that ended with it.
        var factor = Int.max
        var round = NumberReading(forms: [], words: start..<end)
        if part >= 1000 {
            (total, part, factor) = (part, 0, part)
            round = NumberReading(forms: [String(total)], words: start..<end)
        }
        while end < words.count {
            // "two hundred and fifty"
            let isJoined = words[end].folded == "and" && part % 100 == 0 && end + 1 < words.count
            guard let next = value(of: words[end + (isJoined ? 1 : 0)].folded) else { break }
            if next >= 1000, part > 0 {
                // "one thousand and two thousand": the "two" began another number.
                guard next < factor else { return round }
                total += part * next
                (part, factor) = (0, next)
                round = NumberReading(forms: [String(total)], words: start..<(end + (isJoined ? 2 : 1)))
            } else if part == 0, total > 0, next > 0, next < 1000,
                isRun(words[(end - 1)...(end + (isJoined ? 1 : 0))])
            {
                // "two thousand five hundred", "two thousand and five"
                part = next
            } else if next == 100, part > 0, part < 100 {
                part *= 100
            } else if next < 10 && part % 100 >= 20 && part % 10 == 0 || next < 100 && part >= 100 && part % 100 == 0 {
                part += next
            } else {
                break
            }
            end += isJoined ? 2 : 1
        }
        return NumberReading(forms: [String(total + part)], words: start..<end)
    }

    /// Whether nothing but one blank or hyphen is between the words: "in two thousand, five people".
    private static func isRun(_ words: ArraySlice<Word>) -> Bool {
        zip(words, words.dropFirst()).allSatisfy { $1.range.lowerBound == $0.range.upperBound + 1 }
    }

    private static func value(of folded: String) -> Int? {
        if let value = named[folded] { return value }
        // "fünfundvierzig"
        guard let middle = folded.range(ofLiteral: "und") else { return nil }
        guard let unit = named[String(folded[..<middle.lowerBound])], unit < 10,
            let tens = named[String(folded[middle.upperBound...])], tens >= 20, tens < 100
        else { return nil }
        return tens + unit
    }

    private static let named: [String: Int] = {
        let rows: [(Int, String)] = [
            (0, "zero null"), (1, "one eins"), (2, "two zwei"), (3, "three drei third dritte dritten"),
            (4, "four vier fourth vierte vierten"), (5, "five fünf fifth fünfte fünften"),
            (6, "six sechs sixth sechste sechsten"), (7, "seven sieben seventh siebte siebten"),
            (8, "eight acht eighth achte achten"), (9, "nine neun ninth neunte neunten"),
            (10, "ten zehn tenth zehnte zehnten"), (11, "eleven elf eleventh elfte elften"),
            (12, "twelve zwölf twelfth zwölfte zwölften dozen dutzend"), (13, "thirteen dreizehn thirteenth"),
            (14, "fourteen vierzehn fourteenth"), (15, "fifteen fünfzehn fifteenth"),
            (16, "sixteen sechzehn sixteenth"),
            (17, "seventeen siebzehn seventeenth"), (18, "eighteen achtzehn eighteenth"),
            (19, "nineteen neunzehn nineteenth"), (20, "twenty zwanzig twentieth"), (30, "thirty dreißig thirtieth"),
            (40, "forty vierzig"), (50, "fifty fünfzig"), (60, "sixty sechzig"), (70, "seventy siebzig"),
            (80, "eighty achtzig"), (90, "ninety neunzig"), (100, "hundred hundert"), (1000, "thousand tausend"),
            (1_000_000, "million millionen"), (1_000_000_000, "billion milliarde milliarden"),
        ]
        var named: [String: Int] = [:]
        for (value, words) in rows { for word in QuestionLanguage.set(words) { named[word] = value } }
        return named
    }()
}

extension String {
    /// The first occurrence of a text behind at least one character and before another.
    fileprivate func range(ofLiteral text: String) -> Range<Index>? {
        for start in indices.dropFirst() where self[start...].hasPrefix(text) {
            let end = index(start, offsetBy: text.count)
            if end < endIndex { return start..<end }
        }
        return nil
    }
}
