import Foundation

/// Names of languages as recognisers write them: Whisper says `english`, others `en` or `en-US`.
enum LanguageName {
    /// BCP 47 primary language; nil: the name is not known.
    static func code(of name: String) -> String? {
        let name = name.lowercased()
        let primary = String(name.prefix { $0 != "-" && $0 != "_" })
        if primary.count == 2, codes.contains(primary) { return primary }
        return byName[name]
    }

    private static let codes = Set(
        Locale.LanguageCode.isoLanguageCodes.map(\.identifier).filter { $0.count == 2 })

    /// English names in small letters.
    private static let byName: [String: String] = {
        let english = Locale(identifier: "en")
        var names: [String: String] = [:]
        for code in codes.sorted() {
            guard let name = english.localizedString(forLanguageCode: code)?.lowercased() else { continue }
            names[name] = names[name] ?? code
        }
        // Whisper's own names, where they differ from those of the Unicode CLDR.
        names["haitian creole"] = "ht"
        names["myanmar"] = "my"
        names["castilian"] = "es"
        names["flemish"] = "nl"
        names["pushto"] = "ps"
        names["sinhalese"] = "si"
        names["moldavian"] = "ro"
        names["panjabi"] = "pa"
        names["valencian"] = "ca"
        names["letzeburgesch"] = "lb"
        names["mandarin"] = "zh"
        return names
    }()
}
