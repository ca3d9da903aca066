/// Finds passwords by the word beside them.
enum PasswordLabel {
    private static let labels: Set<String> = [
        "password", "passwort", "passwd", "passphrase", "passcode", "pwd", "pass", "kennwort", "pin", "puk", "cvv",
        "cvc", "cvv2", "cvc2",
        "contraseña", "wachtwoord", "senha", "hasło", "lösenord", "secret", "token", "otp", "wpa", "psk", "wifi-key",
        "wlan-schlüssel", "api-key", "apikey", "api_key", "access_key", "secret_key", "client_secret", "private_key",
    ]
    /// Labels that are everyday words: only a mark behind them makes what follows a secret.
    private static let everyday: Set<String> = ["pass", "pin", "secret", "token"]
    /// Two words that make a label.
    private static let pairs: Set<String> = [
        "mot passe", "api key", "access key", "secret key", "private key", "network key", "security key", "wifi key",
        "wlan key", "netzwerk schlüssel", "wlan schlüssel", "client secret", "access token", "pass phrase",
        "seed phrase",
        "recovery phrase", "wifi code", "wi-fi code", "wlan code", "wi-fi key", "network code",
        "access code",
        "security code", "verification code", "recovery code", "backup code",
    ]
    /// Labels of secrets that are made of several words: all that follows on the line is one.
    private static let phrases: Set<String> = ["passphrase", "phrase"]
    /// Labels of numbers that are secrets however short they are.
    private static let codes: Set<String> = ["cvv", "cvc", "cvv2", "cvc2", "puk", "otp", "code"]
    private static let codeDigits = 3...8

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
            let value = words[next].range
            if isMarked, phrases.contains(label), let last = words.last {
                found.append(value.lowerBound..<last.range.upperBound)
            } else if isMarked || isSecret(text[value], after: label) {
                found.append(value)
            }
        }
        return found
    }

    /// What is expected on the next line, when this one ends with a label.
    enum Awaited { case nothing, word, phrase }

    /// A label whose value must be on the next line.
    static func endsLine(_ text: [Character]) -> Awaited {
        let words = words(text)
        guard let last = words.indices.last else { return .nothing }
        let index = words[last].text.isEmpty && last > 0 ? last - 1 : last
        guard let label = label(words, index), !everyday.contains(label) || words[last].isMarked else {
            return .nothing
        }
        return phrases.contains(label) && words[last].isMarked ? .phrase : .word
    }

    private static func isSecret(_ value: ArraySlice<Character>, after label: String) -> Bool {
        if codes.contains(label), codeDigits.contains(value.count), value.allSatisfy(\.isWholeNumber) { return true }
        return !everyday.contains(label) && looksSecret(String(value))
    }

    private static func label(_ words: [Word], _ index: Int) -> String? {
        var text = words[index].text
        if labels.contains(text) { return text }
        // `password=hunter2` is one word.
        if let cut = text.firstIndex(where: { ":=".contains($0) }) {
            text = String(text[..<cut])
            if labels.contains(text) { return text }
        }
        // Text recognition puts blanks behind underscores: `secret_ key=`.
        let own = text.trimming("_-")
        for distance in 1...2 where index >= distance {
            let before = words[index - distance].text.trimming("_-")
            if pairs.contains(before + " " + own) || distance == 1 && labels.contains(before + "_" + own) { return own }
        }
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
