import Foundation
import HearthCore
import Testing

@testable import HearthVault

@Suite struct AccessTokenTests {
    @Test func mintedTokenHasItsForm() {
        let tokens = (0..<50).map { _ in AccessToken.mint() }
        #expect(Set(tokens.map(\.secret)).count == 50)
        for token in tokens {
            #expect(token.secret.utf8.count == 54)
            #expect(token.secret.wholeMatch(of: /hearth_[A-Za-z0-9_-]{47}/) != nil)
            #expect(token.form == .minted)
        }
    }

    @Test func everyTypoIsRecognised() throws {
        var generator = SeededGenerator(1)
        let secret = Array(AccessToken.mint(using: &generator).secret)
        for index in secret.indices.dropFirst(AccessToken.prefix.count) {
            var wrong = secret
            wrong[index] = wrong[index] == "x" ? "y" : "x"
            #expect(AccessToken(String(wrong))?.form == .mistyped, "character \(index)")
            wrong = secret
            wrong.remove(at: index)
            #expect(AccessToken(String(wrong))?.form == .mistyped, "without character \(index)")
            if index + 1 < secret.count, secret[index] != secret[index + 1] {
                wrong = secret
                wrong.swapAt(index, index + 1)
                #expect(AccessToken(String(wrong))?.form == .mistyped, "characters \(index) swapped")
            }
        }
    }

    /// Computed with Python's `hashlib`.
    @Test func checksumIsOfSHA256() {
        #expect(AccessToken("hearth_" + String(repeating: "A", count: 43) + "d7Gn")?.form == .minted)
    }

    @Test func foreignTextIsNotCalledMistyped() {
        #expect(AccessToken("correct horse battery staple")?.form == .foreign)
        #expect(AccessToken("Hearth_abc")?.form == .foreign)
    }

    @Test func uselessTextIsNoToken() {
        #expect(AccessToken("") == nil)
        #expect(AccessToken(String(repeating: "a", count: 1025)) == nil)
        #expect(AccessToken(String(repeating: "a", count: 1024)) != nil)
    }

    /// Computed with Python's `hmac`.
    @Test func digestIsKeyed() throws {
        let token = try #require(AccessToken("hearth_" + String(repeating: "A", count: 43)))
        let digest = token.digest(.sample)
        #expect(
            Hexadecimal.encode(digest.bytes) == "ade12d9ee973ecb1eacafd87f6cb94858e3f34d5f87c3e932eb934d26d3baf30")
        #expect(digest == token.digest(.sample))
        #expect(digest == TokenDigest(bytes: digest.bytes))
        #expect(digest != token.digest(KeyRing(key: Array(1...32))))
        #expect(digest != AccessToken.mint().digest(.sample))
        #expect(TokenDigest(bytes: [1, 2, 3]) == nil)
    }

    @Test func comparisonSeesEveryByte() {
        let bytes = [UInt8](repeating: 3, count: 32)
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!ConstantTime.areEqual(bytes, other))
        }
        #expect(ConstantTime.areEqual(bytes, bytes))
        #expect(!ConstantTime.areEqual(bytes, Array(bytes.dropLast())))
        #expect(ConstantTime.areEqual([], []))
    }

    @Test func descriptionsKeepTheSecret() {
        let token = AccessToken.mint()
        var text = ""
        dump(token, to: &text)
        text += "\(token) \(String(reflecting: token)) \([token]) \(Optional(token) as Any)"
        #expect(!text.contains(token.secret.dropFirst(AccessToken.prefix.count)))
    }
}

@Suite struct OwnerTokenTests {
    @Test func firstStartMakesATokenThatStays() throws {
        try withHome { home in
            let first = try OwnerToken.load(home: home, configured: nil)
            #expect(first.origin == .created && first.isNew && first.token.form == .minted)
            let again = try OwnerToken.load(home: home, configured: "")
            #expect(again.origin == .file && !again.isNew && again.token.secret == first.token.secret)
            #expect(try permissions(of: "\(home)/keys/owner.token") == 0o600)
            #expect(try contents(of: "\(home)/keys/owner.token") == Array("\(first.token.secret)\n".utf8))
        }
    }

    @Test func configuredTokenIsTakenAsItIsAndNotWritten() throws {
        try withHome { home in
            let owner = try OwnerToken.load(home: home, configured: "a-token-of-my-own!")
            #expect(owner.token.secret == "a-token-of-my-own!" && owner.origin == .configuration && !owner.isNew)
            #expect(files(below: home) == [])
        }
    }

    @Test(arguments: [
        "short", "fifteen-letters", "with blank in the middle", "line\nend-in-the-token", "schlüssel-für-das-haus",
    ])
    func unusableConfiguredTokenIsRefused(_ text: String) throws {
        try withHome { home in
            #expect(failureCode { try OwnerToken.load(home: home, configured: text) } == .unusableToken)
        }
    }

    @Test func ownTokenMayBePutIntoTheFile() throws {
        try withHome { home in
            _ = try OwnerToken.load(home: home, configured: nil)
            try write(Array("sixteen-letters!\r\n".utf8), to: "\(home)/keys/owner.token")
            try setPermissions(0o600, of: "\(home)/keys/owner.token")
            #expect(try OwnerToken.load(home: home, configured: nil).token.secret == "sixteen-letters!")
        }
    }

    @Test(arguments: ["", "\n", "short\n", "two words are not a token\n"])
    func unusableFileIsRefusedAndKept(_ text: String) throws {
        try withHome { home in
            _ = try OwnerToken.load(home: home, configured: nil)
            let path = "\(home)/keys/owner.token"
            try write(Array(text.utf8), to: path)
            try setPermissions(0o600, of: path)
            #expect(failureCode { try OwnerToken.load(home: home, configured: nil) } == .keyMalformed)
            #expect(try contents(of: path) == Array(text.utf8))
        }
    }

    @Test func fileOpenToOthersIsRefused() throws {
        try withHome { home in
            _ = try OwnerToken.load(home: home, configured: nil)
            try setPermissions(0o644, of: "\(home)/keys/owner.token")
            #expect(failureCode { try OwnerToken.load(home: home, configured: nil) } == .keyExposed)
        }
    }

    @Test func refusalsDoNotShowTheToken() throws {
        try withHome { home in
            do {
                _ = try OwnerToken.load(home: home, configured: "tooshort")
                Issue.record("a short token was taken")
            } catch {
                #expect(!"\(error)".contains("tooshort"))
            }
        }
    }
}
