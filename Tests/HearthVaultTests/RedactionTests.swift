import HearthCore
import Testing

@testable import HearthVault

@Suite struct RedactionTests {
    private static let minted: String = {
        var generator = SeededGenerator(77)
        return AccessToken.mint(using: &generator).secret
    }()

    private static let cases: [(String, String)] = [
        ("token \(minted) was refused", "token hearth_[redacted] was refused"),
        ("\(minted)", "hearth_[redacted]"),
        ("half of one: hearth_Ab3dEf9h", "half of one: hearth_[redacted]"),
        ("Bearer abc.def-123", "Bearer [redacted]"),
        ("sent bearer  x, y", "sent bearer  [redacted], y"),
        ("q=Bearer%20abc&r=1", "q=Bearer%20[redacted]&r=1"),
        ("Authorization: Basic dXNlcjpwYXNz\r\nAccept: */*", "Authorization: [redacted]\r\nAccept: */*"),
        ("{\"authorization\":\"Bearer a b\",\"n\":1}", "{\"authorization\":\"[redacted]\",\"n\":1}"),
        ("Set-Cookie: a=b; Path=/", "Set-Cookie: [redacted]"),
        ("GET /?token=abc&x=1 HTTP/1.1", "GET /?token=[redacted]&x=1 HTTP/1.1"),
        ("GET /?x=1&access_token=a%20b#end", "GET /?x=1&access_token=[redacted]#end"),
        ("next=%2F%3Ftoken%3Dabc&x=1", "next=%2F%3Ftoken%3D[redacted]&x=1"),
        ("HEARTH_TOKEN=my-own-secret hearth serve", "HEARTH_TOKEN=[redacted] hearth serve"),
        ("HEARTH_LLM_KEY=sk-123", "HEARTH_LLM_KEY=[redacted]"),
        ("{\"api_key\": \"a\\\"b\", \"Password\":'c d'}", "{\"api_key\": \"[redacted]\", \"Password\":'[redacted]'}"),
        ("password: hunter2", "password: [redacted]"),
        ("\\\"token\\\":\\\"abc\\\",", "\\\"token\\\":\\\"[redacted]\\\","),
        ("postgres://hearth:pa:ss@db:5432/hearth?a=b", "postgres://hearth:[redacted]@db:5432/hearth?a=b"),
        ("https://ghp_0123456789abcdef@example.org/", "https://[redacted]@example.org/"),
        ("token=\(minted) and \(minted)", "token=[redacted] and hearth_[redacted]"),
    ]

    @Test(arguments: cases) func secretsAreTakenOut(_ text: String, _ expected: String) {
        #expect(Redaction().redact(text) == expected)
        #expect(Redaction().redact(expected) == expected, "a second time changes nothing")
    }

    @Test(arguments: [
        "", "h", "hearth", "hearth_", "hearth_http_requests_total 5", "hearth_home/keys", "token", "tokens: ", "token=",
        "the bearer", "bearer", "http://localhost:8000/devices?limit=5&cursor=ab@c:d", "git@example.org:a/b",
        "ssh://git@example.org", "a=b, c: d", "%3d", "%3", "=", ":", "://", "://@", "x://:@", "Schlüssel für Bärer: 5",
        "stored 5 readings of gps in 3 ms",
    ]) func restStays(_ text: String) {
        #expect(Redaction().redact(text) == text)
    }

    @Test func knownSecretsAreTakenOut() {
        let redaction = Redaction(secrets: ["open sesame", "", "open sesame, please"])
        #expect(redaction.redact("say open sesame!") == "say [redacted]!")
        #expect(redaction.redact("open sesame, please open sesame") == "[redacted] [redacted]")
    }

    @Test func tokenSurvivesInNoSurroundings() {
        var generator = SeededGenerator(5)
        let around = Array("hearth_ Bearer token=:\"'\\%3dD&#;,@/?é\n[]{}+-_aZ0").map(String.init)
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                text += around.randomElement(using: &generator) ?? ""
            }
            text += Self.minted
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                text += around.randomElement(using: &generator) ?? ""
            }
            let redacted = Redaction().redact(text)
            #expect(!redacted.contains(Self.minted.dropFirst(7)), "\(text.debugDescription)")
            #expect(Redaction().redact(redacted) == redacted, "\(text.debugDescription)")
        }
    }

    @Test func hostileTextTakesNoLongTime() {
        let start = ContinuousClock.now
        for piece in ["hearth_", "token=", "://", "bearer ", "= ", "\\\"", "://:"] {
            _ = Redaction(secrets: ["some secret"]).redact(String(repeating: piece, count: 100_000 / piece.utf8.count))
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
