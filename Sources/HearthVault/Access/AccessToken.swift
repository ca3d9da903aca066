import Crypto
import FoundationEssentials

/// The secret that a caller shows to be let in.
///
/// Hearth mints `hearth_`, 43 base64url characters of 32 random bytes, and 4 characters of checksum, so that a scanner
/// finds a leaked token and a mistyped one is recognised without asking the database. Only its digest is stored.
package struct AccessToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let prefix = "hearth_"
    static let secretByteCount = 32
    static let secretCharacterCount = 43
    static let checksumCharacterCount = 4
    package static let characterCount = 7 + secretCharacterCount + checksumCharacterCount
    /// Longer text is not looked at: no token of ours or of a configuration is that long.
    package static let maximumByteCount = 1024

    /// The secret itself. Shown to its owner once, sent in headers, never logged or stored.
    package let secret: String

    /// Text that came from a caller, whatever it is: only its digest says whether it is known. Nil when it is empty or
    /// longer than any token.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumByteCount else { return nil }
        secret = text
    }

    private init(minted text: String) { secret = text }

    package static func mint() -> AccessToken {
        var generator = SystemRandomNumberGenerator()
        return mint(using: &generator)
    }

    /// - Parameter generator: Cryptographic outside of tests.
    package static func mint(using generator: inout some RandomNumberGenerator) -> AccessToken {
        let body = prefix + Base64URL.encode(randomBytes(secretByteCount, using: &generator))
        return AccessToken(minted: body + checksum(of: body[...]))
    }

    /// What the text looks like; says nothing about whether the token is known.
    package enum Form: Hashable, Sendable {
        /// As Hearth mints them, checksum right.
        case minted
        /// Begins as one of ours, but a character is wrong or missing: worth telling the person.
        case mistyped
        /// Chosen by a person in the configuration, or not a token at all.
        case foreign
    }

    package var form: Form {
        guard secret.hasPrefix(Self.prefix) else { return .foreign }
        guard secret.utf8.count == Self.characterCount, secret.utf8.allSatisfy(Base64URL.isDigit) else {
            return .mistyped
        }
        let body = secret.dropLast(Self.checksumCharacterCount)
        return secret.dropFirst(body.count) == Self.checksum(of: body) ? .minted : .mistyped
    }

    /// What is stored and looked up instead of the token.
    package func digest(_ ring: KeyRing) -> TokenDigest {
        var text = secret
        return TokenDigest(code: text.withUTF8 { ring.authenticationCode(of: UnsafeRawBufferPointer($0), for: .token) })
    }

    /// The first 24 bits of SHA-256: a wrong character passes once in 16 million.
    private static func checksum(of body: Substring) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(body.utf8)))[..<3])
    }

    package var description: String { "AccessToken(…)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
