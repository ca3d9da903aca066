import HearthCore
import HearthMedia
import Testing

/// Numbers that banks and makers of tests publish as examples.
@Suite struct MaskingTests {
    @Test(arguments: [
        ("Visa 4111 1111 1111 1111 valid", "Visa [card] valid"), ("5555-5555-5555-4444", "[card]"),
        ("(378282246310005)", "([card])"), ("IBAN: DE89 3704 0044 0532 0130 00 bitte", "IBAN: [iban] bitte"),
        ("GB82WEST12345698765432", "[iban]"), ("Password: hunter2", "Password: [password]"),
        ("password=Tr0ub4dor&3 ok", "password=[password] ok"), ("Passwort ist geheim", "Passwort ist [password]"),
        ("WLAN key: kitchen-table-9", "WLAN key: [password]"),
        ("token ghp_abcdefghijklmnopqrstuvwxyz0123456789", "token [key]"),
        ("AKIAIOSFODNN7EXAMPLE", "[key]"), ("PIN: 4821", "PIN: [password]"),
        ("Passphrase: correct horse battery", "Passphrase: [password]"),
        ("Recovery phrase: ivory lamp seven tulip", "Recovery phrase: [password]"),
        ("secret_key=abcd1234efgh5678", "secret_key=[password]"),
        ("secret_ key=abcd1234efgh5678", "secret_ key=[password]"), ("api_ key: k3j4h5g6", "api_ key: [password]"),
        ("client_ secret= k3j4h5g6", "client_ secret= [password]"),
        ("CVV 123 valid 04/28", "CVV [password] valid 04/28"), ("Security code 4821", "Security code [password]"),
        ("Wifi code: lakeview2026", "Wifi code: [password]"), ("Wi-Fi code: lakeview2026", "Wi-Fi code: [password]"),
        (
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIi XgLOn3I9PIFUPO dBjftJeZ4CVPmB92K27uh end",
            "Bearer [key] [key] [key] end"
        ),
    ]) func secretsAreMasked(_ line: String, _ masked: String) {
        #expect(SensitiveText.masked(line: line).text == masked)
    }

    @Test(arguments: [
        "Order 4111 1111 1111 1112", "Call +49 30 1234567", "2024-05-01 10:11:12", "Forgot your password?",
        "A password protects the account", "The token of my affection", "Pass the salt", "1234567890123",
        "GB82 WEST 1234 5698 7654 33", "commit 8103367aab2c9cdd0e0b1f3a4c5d6e7f8a9b0c1d", "Total 1,234.56 EUR",
        "The code of conduct: be kind", "Dress code: casual", "The phrase means nothing", "CVV stands on the back",
    ]) func everydayTextIsKept(_ line: String) {
        #expect(SensitiveText.masked(line: line).text == line)
    }

    private func words(_ lines: [String]) -> [RecognizedText.Word] {
        lines.enumerated().flatMap { number, line in
            line.split(separator: " ").enumerated().map { place, text in
                RecognizedText.Word(
                    text: String(text),
                    box: .init(left: place * 100, top: number * 30, right: place * 100 + 90, bottom: number * 30 + 20),
                    confidence: 0.9, line: number, paragraph: number, block: 0)
            }
        }
    }

    @Test func aSecretInSeveralWordsKeepsItsPlace() {
        let (masked, count) = SensitiveText.masked(words(["Card 4111 1111 1111 1111 end"]))
        #expect(masked.map(\.text) == ["Card", "[card]", "end"])
        #expect(masked[1].box == RecognizedText.Box(left: 100, top: 0, right: 490, bottom: 20))
        #expect(count == 1)
    }

    @Test func aPasswordBelowItsLabelIsMasked() {
        let (masked, count) = SensitiveText.masked(words(["Password:", "correcthorse", "Sign in"]))
        #expect(masked.map(\.text) == ["Password:", "[password]", "Sign", "in"])
        #expect(count == 1)
    }

    @Test func whatGoesOnBelowIsMaskedToo() {
        let (phrase, _) = SensitiveText.masked(words(["Passphrase:", "correct horse battery", "Sign in"]))
        #expect(phrase.map(\.text) == ["Passphrase:", "[password]", "Sign", "in"])
        let token = ["Token eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", "XgLOn3I9PIFUPO", "Copy"]
        #expect(SensitiveText.masked(words(token)).words.map(\.text) == ["Token", "[key]", "[key]", "Copy"])
    }

    @Test func aPrivateKeyIsMaskedToItsEnd() {
        let lines = [
            "-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBg kqhkiG9w0BAQ", "-----END PRIVATE KEY-----", "after",
        ]
        let (masked, _) = SensitiveText.masked(words(lines))
        #expect(PageLayout.text(masked).replacing("\n", with: "") == "[key][key][key]after")
    }

    @Test func luhnAndModulusCatchEverySingleWrongDigit() {
        let card = Array("4111111111111111")
        let account = Array("DE89370400440532013000")
        for place in card.indices {
            for digit in "0123456789" where digit != card[place] {
                var wrong = card
                wrong[place] = digit
                #expect(SensitiveText.masked(line: String(wrong)).count == 0)
            }
        }
        for place in account.indices.dropFirst(2) {
            for digit in "0123456789" where digit != account[place] {
                var wrong = account
                wrong[place] = digit
                #expect(SensitiveText.masked(line: String(wrong)).text == String(wrong))
            }
        }
    }

    @Test func columnsStaySideBySide() {
        func word(_ text: String, _ left: Int, _ top: Int, block: Int) -> RecognizedText.Word {
            .init(
                text: text, box: .init(left: left, top: top, right: left + text.count * 10, bottom: top + 20),
                confidence: 1, line: block * 10 + top / 30, paragraph: block, block: block)
        }
        let page = [
            word("Tea", 0, 0, block: 0), word("Cake", 0, 30, block: 0), word("2.50", 200, 2, block: 1),
            word("3.00", 200, 31, block: 1),
        ]
        #expect(PageLayout.laidOut(page) == "Tea                 2.50\nCake                3.00")
        #expect(PageLayout.text(page) == "Tea\nCake\n\n2.50\n3.00")
        #expect(PageLayout.laidOut([]) == "" && PageLayout.text([]) == "")
        let across = PageLayout.readAcross(page)
        #expect(PageLayout.text(across) == "Tea 2.50\nCake 3.00")
        // The same on its head: 400 × 100 pixels.
        let turned = page.map { word in
            var turned = word
            turned.box = .init(
                left: 400 - word.box.right, top: 100 - word.box.bottom, right: 400 - word.box.left,
                bottom: 100 - word.box.top)
            return turned
        }
        #expect(PageLayout.laidOut(turned, rotation: 180) == PageLayout.laidOut(page))
        #expect(PageLayout.text(PageLayout.readAcross(turned, rotation: 180)) == PageLayout.text(across))
        // Columns of running text are read one after the other.
        let prose = ["the boat is free in may", "and anna has the key 14"].enumerated().flatMap { row, line in
            line.split(separator: " ").enumerated().flatMap { place, text in
                [0, 1].map { word(String(text), $0 * 400 + place * 60, row * 30, block: $0) }
            }
        }.sorted { ($0.block, $0.line) < ($1.block, $1.line) }
        #expect(PageLayout.readAcross(prose) == prose)
    }

    @Test func aPasswordInAColumnOfItsOwnIsMasked() {
        func word(_ text: String, _ left: Int, _ top: Int, block: Int) -> RecognizedText.Word {
            .init(
                text: text, box: .init(left: left, top: top, right: left + text.count * 10, bottom: top + 20),
                confidence: 1, line: block * 10 + top / 30, paragraph: block, block: block)
        }
        let form = [
            word("User:", 0, 0, block: 0), word("Password:", 0, 30, block: 0), word("PIN:", 0, 60, block: 0),
            word("anna2", 200, 0, block: 1), word("hunter2", 200, 30, block: 1), word("4821", 200, 60, block: 1),
        ]
        let (masked, count) = SensitiveText.masked(PageLayout.readAcross(form))
        #expect(PageLayout.text(masked) == "User: anna2\nPassword: [password]\nPIN: [password]")
        #expect(count == 2)
    }
}
