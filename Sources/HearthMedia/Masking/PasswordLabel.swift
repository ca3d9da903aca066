/// Finds passwords by the word beside them.
enum PasswordLabel {
    private static let labels: Set<String> = [
        "password", "passwort", "passwd", "passphrase", "passcode", "pwd", "pass", "kennwort", "pin", "puk", "cvv",
        "cvc",
        "contraseña", "wachtwoord", "senha", "hasło", "lösenord", "secret", "token", "otp", "wpa", "psk", "wifi-key",
        "wlan-schlüssel", "api-key", "apikey", "api_key", "access_key", "secret_key", "client_secret",
    ]
    /// Labels that are everyday words: only a mark behind them makes what follows a secret.
    private static let everyday: Set<String> = ["pass", "pin", "secret", "token"]
    /// Two words that make a label.
    private static let pairs: Set<String> = [
        "mot passe", "api key", "access key", "secret key", "network key", "security key", "wifi key", "wlan key",
        "netzwerk schlüssel", "wlan schlüssel",
    ]

    private struct Word {
        var range: Range<Int>
        var text: String
        /// Ends with a colon or an equals sign, or is one.
        var isMarked: Bool
    }

    /// Where the values are.
    static func values(_ text: [Character]) -> [Range<Int>] {
        let words = words(text)
        var found: [Range<Int>] = []
        for index in words.indices {
            guard let label = label(words, index) else { continue }
            if let inside = inside(text, words[index]) {
                found.append(inside)
                continue
            }
            var next = index + 1
            var isMarked = words[index].isMarked
            if next < words.count, words[next].text.isEmpty || words[next].text == "is" || words[next].text == "ist" {
                isMarked = true
                next += 1
            }
            guard next < words.count else { continue }
            let value = words[next]
            if isMarked || (!everyday.contains(label) && looksSecret(String(text[value.range]))) {
                found.append(value.range)
            }
        }
        return found
    }

    /// A label whose value must be on the next line.
    static func endsLine(_ text: [Character]) -> Bool {
        let words = words(text)
        guard let last = words.indices.last else { return false }
        let index = words[last].text.isEmpty && last > 0 ? last - 1 : last
        return label(words, index).map { !everyday.contains($0) || words[last].isMarked } ?? false
    }

    private static func label(_ words: [Word], _ index: Int) -> String? {
        let text = words[index].text
        if labels.contains(text) { return text }
        // `password=hunter2` is one word.
        if let cut = text.firstIndex(where: { ":=".contains($0) }), labels.contains(String(text[..<cut])) {
            return String(text[..<cut])
        }
        if index > 0, pairs.contains(words[index - 1].text + " " + text) { return text }
        if index > 1, pairs.contains(words[index - 2].text + " " + text) { return text }
        return nil
    }

    /// The value in `password=hunter2`.
    private static func inside(_ text: [Character], _ word: Word) -> Range<Int>? {
        guard let cut = text[word.range].firstIndex(where: { ":=".contains($0) }), cut + 1 < word.range.upperBound
        else {
            return nil
        }
        return cut + 1..<word.range.upperBound
    }

    /// Not a word of a sentence about passwords.
    private static func looksSecret(_ text: String) -> Bool {
        guard text.count >= 4 else { return false }
        let letters = text.dropLast()
        return letters.contains { $0.isNumber } || letters.contains { "!@#$%^&*_+=~".contains($0) }
            || letters.dropFirst().contains { $0.isUppercase } && letters.contains { $0.isLowercase }
    }

    private static func words(_ text: [Character]) -> [Word] {
        var words: [Word] = []
        var start = 0
        while start < text.count {
            guard text[start] != " " else {
                start += 1
                continue
            }
            var end = start
            while end < text.count, text[end] != " " { end += 1 }
            let isMarked = ":=".contains(text[end - 1])
            let word = String(text[start..<end]).lowercased().trimming(":=.,;\"'()")
            words.append(Word(range: start..<end, text: word, isMarked: isMarked))
            start = end
        }
        return words
    }
}

extension String {
    fileprivate func trimming(_ marks: String) -> String {
        String(drop { marks.contains($0) }.reversed().drop { marks.contains($0) }.reversed())
    }
}
