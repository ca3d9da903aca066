import HearthCore
import HearthStore

/// What an answer cannot do without, whatever else speaks for it.
enum AnswerNeeds {
    /// Whether these sentences lack any sign of what is asked for: a question "when" is answered by a time, one "how many" by a
    /// quantity.
    static func isOpen(_ sentences: some Collection<Evidence.Sentence>, _ terms: QuestionTerms) -> Bool {
        switch terms.kind {
        case .time, .quantity, .age: (terms.asksPlainly || terms.isFollowUp) && !sentences.contains(where: \.mayFit)
        // "And where?": what answered the question before is still the nearest.
        case .person, .place, .reason: terms.isFollowUp && !sentences.contains(where: \.mayFit)
        default: false
        }
    }

    /// Whether a number that the question names is nowhere in the document: what is said of box 12 is no answer for box 13.
    /// A date of the question may be that of the document.
    static func lacksNumber(_ numbers: [AskedNumber], _ texts: [PassageText]) -> Bool {
        guard !numbers.isEmpty, let document = texts.first?.found.document else { return false }
        let title = Array(document.title.unicodeScalars)
        let read =
            [(words: Word.all(in: title), scalars: title)]
            + texts.map { (words: $0.sentences.flatMap(\.words), scalars: $0.scalars) }
        let held = read.flatMap { NumberReading.all(in: $0.words, $0.scalars) }.map(\.forms)
        let words = Set(read.flatMap { $0.words.map(\.folded) })
        let date = document.timestamp.description.prefix(10).split(separator: "-").compactMap { Int($0) }.map(
            String.init)
        return numbers.contains { number in
            held.allSatisfy(number.reading.forms.isDisjoint(with:)) && number.reading.forms.isDisjoint(with: date)
                && !number.isRoman(in: words) && !read.contains { number.isWritten(in: $0.scalars) }
        }
    }
}

/// A number in digits that a question names.
struct AskedNumber: Sendable, Hashable {
    var reading: NumberReading
    /// Letters and digits alone.
    var plain: String

    /// Numbers in words are left out: "which two", "one of them".
    static func all(in words: [Word], _ scalars: [Unicode.Scalar]) -> [AskedNumber] {
        NumberReading.all(in: words, scalars).filter { words[$0.words].contains(where: \.isNumeric) }.map { number in
            AskedNumber(reading: number, plain: words[number.words].map(\.folded).joined())
        }
    }

    /// "Grade I" for grade 1.
    func isRoman(in words: Set<String>) -> Bool {
        reading.forms.contains { form in
            guard let value = Int(form), Self.roman.indices.contains(value - 1) else { return false }
            return words.contains(Self.roman[value - 1])
        }
    }

    /// Numbers of contracts and telephones are written with and without blanks and dashes.
    func isWritten(in scalars: [Unicode.Scalar]) -> Bool {
        guard plain.count >= Self.longNumber || plain.contains(where: \.isLetter) else { return false }
        var text = String.UnicodeScalarView()
        for scalar in scalars where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
            LatinFold.append(scalar, to: &text)
        }
        return String(text).contains(plain)
    }

    private static let longNumber = 5
    private static let roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
}
