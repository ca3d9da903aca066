/// Takes the endings off English words, after M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980), with the
/// two departures of its author's own program ("bli" and "logi"). The text index stems alike.
enum PorterStemmer {
    static func stem(_ word: String) -> String {
        let letters = Array(word.utf8)
        guard letters.count > 2, letters.count <= longest,
            letters.allSatisfy({ $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") })
        else { return word }
        var stemming = Stemming(letters: letters)
        stemming.run()
        return String(decoding: stemming.letters, as: UTF8.self)
    }

    /// Beyond this nothing is a word.
    private static let longest = 64
}

private struct Stemming {
    var letters: [UInt8]

    mutating func run() {
        plurals()
        pastAndProgressive()
        if ends("y"), hasVowel(letters.count - 1) { letters[letters.count - 1] = UInt8(ascii: "i") }
        replaceFirst(of: Self.doubleEndings)
        replaceFirst(of: Self.derivedEndings)
        dropLongEnding()
        dropLastE()
        if ends("ll"), measure(letters.count) > 1 { letters.removeLast() }
    }

    // MARK: Steps

    private mutating func plurals() {
        if ends("sses") || ends("ies") {
            letters.removeLast(2)
        } else if ends("s"), !ends("ss") {
            letters.removeLast()
        }
    }

    private mutating func pastAndProgressive() {
        if ends("eed") {
            if measure(letters.count - 3) > 0 { letters.removeLast() }
            return
        }
        if ends("ed"), hasVowel(letters.count - 2) {
            letters.removeLast(2)
        } else if ends("ing"), hasVowel(letters.count - 3) {
            letters.removeLast(3)
        } else {
            return
        }
        if ends("at") || ends("bl") || ends("iz") {
            letters.append(UInt8(ascii: "e"))
        } else if endsInDoubleConsonant, !ends("l"), !ends("s"), !ends("z") {
            letters.removeLast()
        } else if measure(letters.count) == 1, endsInShortSyllable(letters.count) {
            letters.append(UInt8(ascii: "e"))
        }
    }

    private mutating func replaceFirst(of endings: [(String, String)]) {
        for (ending, replacement) in endings where ends(ending) {
            let rest = letters.count - ending.utf8.count
            if measure(rest) > 0 {
                letters.removeLast(ending.utf8.count)
                letters.append(contentsOf: replacement.utf8)
            }
            return
        }
    }

    private mutating func dropLongEnding() {
        for ending in Self.longEndings where ends(ending) {
            let rest = letters.count - ending.utf8.count
            guard measure(rest) > 1 else { return }
            if ending == "ion", rest == 0 || !"st".utf8.contains(letters[rest - 1]) { return }
            letters.removeLast(ending.utf8.count)
            return
        }
    }

    private mutating func dropLastE() {
        guard ends("e") else { return }
        let rest = letters.count - 1
        let count = measure(rest)
        if count > 1 || count == 1 && !endsInShortSyllable(rest) { letters.removeLast() }
    }

    // MARK: Shapes of words

    private func ends(_ ending: String) -> Bool {
        letters.count > ending.utf8.count && letters.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }

    private func isConsonant(_ index: Int) -> Bool {
        switch letters[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
        default: true
        }
    }

    /// How often a vowel is followed by a consonant in the first `count` letters.
    private func measure(_ count: Int) -> Int {
        var turns = 0
        var wasVowel = false
        for index in 0..<max(0, count) {
            let isVowel = !isConsonant(index)
            if wasVowel && !isVowel { turns += 1 }
            wasVowel = isVowel
        }
        return turns
    }

    private func hasVowel(_ count: Int) -> Bool { (0..<max(0, count)).contains { !isConsonant($0) } }

    private var endsInDoubleConsonant: Bool {
        let count = letters.count
        return count > 1 && letters[count - 1] == letters[count - 2] && isConsonant(count - 1)
    }

    /// Consonant, vowel, consonant other than w, x, y.
    private func endsInShortSyllable(_ count: Int) -> Bool {
        count >= 3 && isConsonant(count - 1) && !isConsonant(count - 2) && isConsonant(count - 3)
            && !"wxy".utf8.contains(letters[count - 1])
    }

    private static let doubleEndings = [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
        ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
        ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
        ("iviti", "ive"), ("biliti", "ble"), ("logi", "log"),
    ]
    private static let derivedEndings = [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ]
    /// Longest first where one ends another.
    private static let longEndings = [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
        "al", "er", "ic", "ou",
    ]
}
