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
        // Numbers that stand among others, or with other marks between their groups.
        ("12 4111 1111 1111 1111", "12 [card]"), ("4111 1111 1111 1111 123", "[card] 123"),
        ("4111.1111.1111.1111", "[card]"), ("4111\u{2013}1111\u{2013}1111\u{2013}1111", "[card]"),
        ("4111\u{a0}1111\u{a0}1111\u{a0}1111", "[card]"), ("DE89-3704-0044-0532-0130-00", "[iban]"),
        // Labels with something before or behind them.
        ("DB_PASSWORD=hunter2", "DB_PASSWORD=[password]"), ("POSTGRES_PASSWORD: x", "POSTGRES_PASSWORD: [password]"),
        ("APP_SECRET=x", "APP_SECRET=[password]"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "aws_secret_access_key = [password]"
        ),
        ("{\"password\":\"hunter2\"}", "{\"password\":[password]"),
        ("\"password\": \"x\",", "\"password\": [password]"),
        ("{\"user\":\"anna\",\"password\":\"x\"}", "{\"user\":\"anna\",\"password\":[password]"),
        ("https://example.org/?user=anna&token=x", "https://example.org/?user=anna&token=[password]"),
        ("WLAN-Netzwerkschlüssel: 1234 5678 9012 3456 7890", "WLAN-Netzwerkschlüssel: [password]"),
        ("WLAN-Passwort: x", "WLAN-Passwort: [password]"), ("Wi-Fi-Password: x", "Wi-Fi-Password: [password]"),
        ("FRITZ!Box-Kennwort x1y2z3", "FRITZ!Box-Kennwort [password]"), ("WPA2-PSK: x", "WPA2-PSK: [password]"),
        ("WPA2: lamp", "WPA2: [password]"), ("**Password:** hunter2", "**Password:** [password]"),
        ("User/Password: anna/x", "User/Password: [password]"), ("Karten-PIN: 4821", "Karten-PIN: [password]"),
        ("Password - hunter2", "Password - [password]"), ("Password → lamp", "Password → [password]"),
        ("Password | hunter2", "Password | [password]"), ("PIN 4821", "PIN [password]"),
        ("My pin is 4821", "My pin is [password]"), ("Password: secret", "Password: [password]"),
        // Secrets of several words.
        ("Password: Blue Lamp 7", "Password: [password]"), ("Password: blue lamp", "Password: [password]"),
        ("Password: P@ss w0rd! Sign in", "Password: [password] Sign in"),
        ("User: anna Password: hunter2 PIN: 4821", "User: anna Password: [password] PIN: [password]"),
        ("The password is swordfish, see you", "The password is [password] see you"),
        ("Passphrase: 4111 1111 1111 1111 horse battery", "Passphrase: [card]"),
        ("password=AbCdEf1234567890AbCdEf1234567890!tail", "password=[key]"),
        // Keys behind their names, and with slashes.
        ("HF_MINE=hf_abcdefghijklmnopqrstuv", "HF_MINE=[key]"), ("ID=AKIAIOSFODNN7EXAMPLE", "ID=[key]"),
        ("KEY=sk-abcdefabcdefabcdef", "KEY=[key]"), ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE123", "[key]"),
        ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/KcwggSjAgEAAoIBAQ+7VJTUt9Us8cKj", "[key]"),
        ("whsec_abcdefghijklmnopqrstuvwx", "[key]"), ("GOCSPX-abcdefghijklmnopqrstuv", "[key]"),
        ("CVV 123 valid 04/28", "CVV [password] valid 04/28"), ("Security code 4821", "Security code [password]"),
        ("Wifi code: lakeview2026", "Wifi code: [password]"), ("Wi-Fi code: lakeview2026", "Wi-Fi code: [password]"),
        (
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIi XgLOn3I9PIFUPO dBjftJeZ4CVPmB92K27uh end",
            "Bearer [key] [key] [key] end"
        ),
    ]) func secretsAreMasked(_ line: String, _ masked: String) {
        #expect(self.masked([line]) == [masked])
    }

    @Test(arguments: [
        "Order 4111 1111 1111 1112", "Call +49 30 1234567", "2024-05-01 10:11:12", "Forgot your password?",
        "A password protects the account", "The token of my affection", "Pass the salt", "1234567890123",
        "GB82 WEST 1234 5698 7654 33", "commit 8103367aab2c9cdd0e0b1f3a4c5d6e7f8a9b0c1d", "Total 1,234.56 EUR",
        "The code of conduct: be kind", "Dress code: casual", "The phrase means nothing", "CVV stands on the back",
        "The password is changed every month", "The password is required", "Your password is too short",
        "The passphrase is stored in the vault", "token of appreciation", "A token of appreciation, 20 EUR",
        "The secret is patience", "My pass is valid", "A top-secret plan", "They had to by-pass the town",
        "Forgot password? 24/7 support", "Change your password by 2024-05-01", "Pin 12 of 40", "a pin 4821 long",
        "Price 1.234.567.890.123 EUR", "Total: 12.50 EUR", "Tel. +49 30 901820", "Call 555-0123 or 555-0199",
        "Tracking 1Z 999 AA1 01 2345 6784", "00340434161094042557", "2019 2020 2021 2022",
        "/home/anna/Documents/2024/Photos2023/Trip", "https://example.org/reset-password expires2024",
        "/etc/passwd holds users", "WPA2 is better than WEP", "Security: WPA2 Personal",
        "The recovery phrase means nothing",
    ]) func everydayTextIsKept(_ line: String) {
        #expect(masked([line]) == [line])
    }

    /// As pictures are masked, line by line.
    private func masked(_ lines: [String]) -> [String] {
        let masked = SensitiveText.masked(words(lines)).words
        return lines.indices.map { number in masked.filter { $0.line == number }.map(\.text).joined(separator: " ") }
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

    @Test(
        arguments: [
            (["PIN", "4821", "Keep it safe"], ["PIN", "[password]", "Keep it safe"]),
            (
                ["WLAN-Netzwerkschlüssel", "1234 5678 9012 3456 7890", "FRITZ!Box 7590"],
                ["WLAN-Netzwerkschlüssel", "[password]", "FRITZ!Box 7590"]
            ),
            (["Password:", "Blue Lamp 7", "Sign in"], ["Password:", "[password]", "Sign in"]),
            (["Password", "P@ss w0rd!", "Sign in"], ["Password", "[password]", "Sign in"]),
            (
                ["Recovery phrase:", "1 ivory 2 lamp 3 seven", "4 tulip 5 horse 6 Ocean", "7. salt", "Sign in"],
                ["Recovery phrase:", "[password]", "[password]", "[password]", "Sign in"]
            ),
            (
                ["Your recovery phrase", "Write these words down.", "ivory lamp seven", "tulip horse ocean", "Done"],
                ["Your recovery phrase", "Write these words down.", "[password]", "[password]", "Done"]
            ),
            (
                ["Recovery phrase: ivory lamp", "seven tulip", "Copy"],
                ["Recovery phrase: [password]", "[password]", "Copy"]
            ),
            (["4111", "1111", "1111", "1111"], ["[card]", "[card]", "[card]", "[card]"]),
            (["Card 4111 1111", "1111 1111 valid"], ["Card [card]", "[card] valid"]),
            (["IBAN DE89 3704 0044", "0532 0130 00, BIC"], ["IBAN [iban]", "[iban], BIC"]),
        ] as [([String], [String])]) func secretsBelowTheirLabelAndOverLinesAreMasked(
            _ lines: [String], _ expected: [String]
        )
    {
        #expect(masked(lines) == expected)
    }

    @Test(arguments: [
        ["Please change your password", "regularly."], ["Change password", "Two-factor authentication", "2 devices"],
        ["Password", "2024-05-01 10:11:12"], ["Never share your recovery phrase", "with anyone who asks you for it"],
        ["Recovery phrase", "Nobody here will ask for it.", "Next"], ["2019", "2020", "2021", "2022", "2023"],
        ["4111", "1111", "1111", "1111", "1111"], ["Order 4111 1111", "1111 1112"], ["pin", "4821"],
        ["Invoice AB12", "3456 7890 1234 5678"],
    ]) func everydayLinesAreKept(_ lines: [String]) { #expect(masked(lines) == lines) }

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
                #expect(masked([String(wrong)]) == [String(wrong)])
            }
        }
        for place in account.indices.dropFirst(2) {
            for digit in "0123456789" where digit != account[place] {
                var wrong = account
                wrong[place] = digit
                #expect(masked([String(wrong)]) == [String(wrong)])
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
