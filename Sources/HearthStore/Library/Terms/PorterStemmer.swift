/// The suffix stripper of M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the two departures of
/// its author's own program ("bli" and "logi"), on lower-case ASCII.
package struct PorterStemmer {
    private var word: [UInt8]
    /// Where the stem ends that a rule looks at.
    private var stem = 0

    /// The stem of a word of letters a to z; shorter words than three letters stay as they are.
    static func stem(_ word: [UInt8]) -> [UInt8] {
        guard word.count > 2 else { return word }
        var stemmer = PorterStemmer(word: word)
        stemmer.plurals()
        stemmer.pastForms()
        stemmer.finalY()
        stemmer.replace(Self.doubleSuffixes, above: 0)
        stemmer.replace(Self.fullSuffixes, above: 0)
        stemmer.dropSuffix()
        stemmer.finalE()
        return stemmer.word
    }

    /// The stem of a word; what is not of letters a to z, or too long for a word, stays as it is.
    package static func stem(_ word: String) -> String {
        let letters = Array(word.utf8)
        guard letters.count <= SearchTerms.longestTerm,
            letters.allSatisfy({ $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") })
        else { return word }
        return String(decoding: stem(letters), as: UTF8.self)
    }

    private init(word: [UInt8]) { self.word = word }

    private static let doubleSuffixes: [(StaticString, StaticString)] = [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("logi", "log"),
        ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
        ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
        ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ]

    private static let fullSuffixes: [(StaticString, StaticString)] = [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ]

    private static let droppedSuffixes: [StaticString] = [
        "ement", "ment", "ance", "ence", "able", "ible", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al",
        "er", "ic", "ou",
    ]

    // MARK: Conditions on letters

    private func isConsonant(_ index: Int) -> Bool {
        switch word[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
        default: true
        }
    }

    /// How often a vowel is followed by a consonant in the first `count` letters.
    private func measure(_ count: Int) -> Int {
        var pairs = 0
        var afterVowel = false
        for index in 0..<count {
            let consonant = isConsonant(index)
            if consonant && afterVowel { pairs += 1 }
            afterVowel = !consonant
        }
        return pairs
    }

    private func hasVowel(_ count: Int) -> Bool { (0..<count).contains { !isConsonant($0) } }

    private var endsInDoubleConsonant: Bool {
        let count = word.count
        return count > 1 && word[count - 1] == word[count - 2] && isConsonant(count - 1)
    }

    /// Consonant, vowel, consonant at the end, the last not w, x or y.
    private func endsInShortSyllable(_ count: Int) -> Bool {
        guard count > 2, isConsonant(count - 1), !isConsonant(count - 2), isConsonant(count - 3) else { return false }
        let last = word[count - 1]
        return last != UInt8(ascii: "w") && last != UInt8(ascii: "x") && last != UInt8(ascii: "y")
    }

    /// Whether the word ends so; then `stem` is where the suffix begins.
    private mutating func ends(_ suffix: StaticString) -> Bool {
        let count = suffix.utf8CodeUnitCount
        guard count <= word.count else { return false }
        let start = word.count - count
        for index in 0..<count where word[start + index] != suffix.utf8Start[index] { return false }
        stem = start
        return true
    }

    private mutating func set(_ suffix: StaticString) {
        word.removeSubrange(stem...)
        word.append(contentsOf: UnsafeBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount))
    }

    // MARK: Steps

    private mutating func plurals() {
        guard word.last == UInt8(ascii: "s") else { return }
        if ends("sses") {
            set("ss")
        } else if ends("ies") {
            set("i")
        } else if !ends("ss") {
            word.removeLast()
        }
    }

    private mutating func pastForms() {
        if ends("eed") {
            if measure(stem) > 0 { word.removeLast() }
            return
        }
        guard ends("ed") || ends("ing"), hasVowel(stem) else { return }
        word.removeSubrange(stem...)
        if ends("at") || ends("bl") || ends("iz") {
            word.append(UInt8(ascii: "e"))
        } else if endsInDoubleConsonant {
            let last = word[word.count - 1]
            if last != UInt8(ascii: "l"), last != UInt8(ascii: "s"), last != UInt8(ascii: "z") { word.removeLast() }
        } else if measure(word.count) == 1, endsInShortSyllable(word.count) {
            word.append(UInt8(ascii: "e"))
        }
    }

    private mutating func finalY() {
        if ends("y"), hasVowel(stem) { word[word.count - 1] = UInt8(ascii: "i") }
    }

    /// Applies the rule of the longest suffix that the word has, or none.
    private mutating func replace(_ rules: [(StaticString, StaticString)], above least: Int) {
        var best: (suffix: StaticString, replacement: StaticString)?
        for rule in rules where rule.0.utf8CodeUnitCount > best?.suffix.utf8CodeUnitCount ?? 0 && ends(rule.0) {
            best = (rule.0, rule.1)
        }
        guard let best, ends(best.suffix), measure(stem) > least else { return }
        set(best.replacement)
    }

    private mutating func dropSuffix() {
        if ends("ion"), stem > 0, word[stem - 1] == UInt8(ascii: "s") || word[stem - 1] == UInt8(ascii: "t") {
            if measure(stem) > 1 { word.removeSubrange(stem...) }
            return
        }
        for suffix in Self.droppedSuffixes where ends(suffix) {
            if measure(stem) > 1 { word.removeSubrange(stem...) }
            return
        }
    }

    private mutating func finalE() {
        if word.last == UInt8(ascii: "e") {
            let pairs = measure(word.count - 1)
            if pairs > 1 || pairs == 1 && !endsInShortSyllable(word.count - 1) { word.removeLast() }
        }
        if word.last == UInt8(ascii: "l"), endsInDoubleConsonant, measure(word.count) > 1 { word.removeLast() }
    }
}
