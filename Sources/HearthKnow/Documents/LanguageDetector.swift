/// Recognises the language of a text by its script, its most frequent words and its letters. Says nothing when unsure.
package enum LanguageDetector {
    /// Of a long text, the beginning decides, in scalars.
    static let sample = 20_000

    /// The primary subtag of a BCP 47 tag ("pt" of "pt-BR"); nil when it is none.
    package static func primary(_ tag: String) -> String? {
        let subtag = tag.prefix { $0 != "-" && $0 != "_" }.lowercased()
        guard (2...3).contains(subtag.count), subtag.allSatisfy({ $0.isASCII && $0.isLetter }), subtag != "und" else {
            return nil
        }
        return subtag
    }

    /// BCP 47, primary language only; nil: not recognised.
    package static func language(of text: String) -> String? {
        var census = ScriptCensus()
        for scalar in text.unicodeScalars.prefix(sample) { census.take(scalar.value) }
        return switch census.leading {
        case nil: nil
        case .latin: words(of: text, among: LanguageProfile.latin, letters: census)
        case .cyrillic: words(of: text, among: LanguageProfile.cyrillic, letters: census)
        case .arabic: words(of: text, among: LanguageProfile.arabic, letters: census)
        // A Japanese text writes particles in kana; one that has none of them is Chinese.
        case .han: census[.kana] * 20 >= census[.han] ? "ja" : "zh"
        case .kana: "ja"
        case .hangul: "ko"
        case .greek: "el"
        case .hebrew: "he"
        case .thai: "th"
        case .devanagari: "hi"
        }
    }

    /// Points per word of each language; the best one wins when it has enough and is far enough ahead.
    private static func words(of text: String, among profiles: [LanguageProfile], letters: ScriptCensus) -> String? {
        var points = [Double](repeating: 0, count: profiles.count)
        var words = 0
        var word = ""
        func close() {
            guard !word.isEmpty else { return }
            words += 1
            for (index, profile) in profiles.enumerated() { points[index] += profile.points(for: word) }
            word = ""
        }
        for scalar in text.unicodeScalars.prefix(sample) {
            if scalar.properties.isAlphabetic || scalar.properties.isGraphemeExtend {
                if word.utf8.count < 40 { word += scalar.properties.lowercaseMapping }
            } else if scalar.value != 0x2019, scalar.value != 0x27 {
                close()
            } else {
                // An apostrophe parts "l'eau" and "don't" alike.
                close()
            }
        }
        close()
        guard words > 0 else { return nil }
        var best = 0
        for index in profiles.indices where points[index] > points[best] { best = index }
        let second = profiles.indices.filter { $0 != best }.map { points[$0] }.max() ?? 0
        guard points[best] >= 2, points[best] >= Double(words) * 0.08, points[best] >= second * 1.15 else { return nil }
        return profiles[best].language
    }
}

/// Letters per script.
struct ScriptCensus {
    enum Script: Int, CaseIterable {
        case latin, cyrillic, greek, hebrew, arabic, devanagari, thai, hangul, kana, han
    }

    private var counts = [Int](repeating: 0, count: Script.allCases.count)

    subscript(script: Script) -> Int { counts[script.rawValue] }

    mutating func take(_ value: UInt32) {
        guard let script = Self.script(of: value) else { return }
        counts[script.rawValue] += 1
    }

    /// The script of most letters; one of Han or kana counts double, as it says more than a letter. Nil below two letters.
    var leading: Script? {
        let weighed = Script.allCases.map { script in
            (script: script, weight: counts[script.rawValue] * (script == .han || script == .kana ? 2 : 1))
        }
        guard let most = weighed.max(by: { $0.weight < $1.weight }), most.weight >= 2 else { return nil }
        return most.script
    }

    private static func script(of value: UInt32) -> Script? {
        switch value {
        case 0x41...0x5a, 0x61...0x7a, 0xc0...0xd6, 0xd8...0xf6, 0xf8...0x24f, 0x1e00...0x1eff: .latin
        case 0x370...0x3ff, 0x1f00...0x1fff: .greek
        case 0x400...0x52f: .cyrillic
        case 0x590...0x5ff: .hebrew
        case 0x600...0x6ff, 0x750...0x77f, 0xfb50...0xfdff, 0xfe70...0xfeff: .arabic
        case 0x900...0x97f: .devanagari
        case 0xe00...0xe7f: .thai
        case 0x1100...0x11ff, 0xac00...0xd7af: .hangul
        case 0x3040...0x30ff, 0xff66...0xff9f: .kana
        case 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x3ffff: .han
        default: nil
        }
    }
}
