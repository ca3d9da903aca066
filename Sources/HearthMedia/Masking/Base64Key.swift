/// Finds long random words in the letters of base64 (RFC 4648, section 4), of which a slash is one.
enum Base64Key {
    private static let shortest = 32
    /// Of AWS's secret keys, and of lines of PEM, of OpenSSH and of MIME.
    private static let lengths: Set<Int> = [40, 64, 70, 76]
    private static let fewestDigits = 3
    /// One character in so many at most is a slash: in base64 one of 64 is, in paths one of eight or so.
    private static let perSlash = 10

    static func find(_ text: [Character]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start < text.count {
            guard isLetter(text[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < text.count, isLetter(text[end]) { end += 1 }
            let letters = end
            while end < text.count, end < letters + 2, text[end] == "=" { end += 1 }
            let before = start > 0 ? text[start - 1] : " "
            let after = end < text.count ? text[end] : " "
            // Of a path, a file's name or an address.
            let isPart = text[start] == "/" || ".-_~?&%".contains(before) || ".-_~?&%:".contains(after)
            if !isPart, isKey(text[start..<letters], isPadded: end > letters) { found.append(start..<end) }
            start = end
        }
        return found
    }

    /// Whether a line may be a piece of one.
    static func isPiece(_ line: [Character]) -> Bool {
        let letters = line.prefix { isLetter($0) }
        return line.count - letters.count <= 2 && line[letters.endIndex...].allSatisfy { $0 == "=" }
            && slashesFit(letters)
    }

    private static func isKey(_ word: ArraySlice<Character>, isPadded: Bool) -> Bool {
        word.count >= shortest && slashesFit(word) && word.contains(where: \.isUppercase)
            && word.contains(where: \.isLowercase) && word.count(where: \.isNumber) >= fewestDigits
            && (isPadded || word.contains("+") || lengths.contains(word.count))
    }

    private static func slashesFit(_ word: ArraySlice<Character>) -> Bool {
        word.count { $0 == "/" } * perSlash <= word.count
    }

    private static func isLetter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "+" || character == "/")
    }
}
