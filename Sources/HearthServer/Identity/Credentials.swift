package import HearthCore
import HearthVault

/// The token that a request shows, and how.
package struct Credentials: Sendable {
    enum Carrier: Sendable {
        case header, cookie
        /// `?token=`: in the console's first link and for sockets of browsers, which cannot set headers.
        case query
    }

    var token: AccessToken
    var carrier: Carrier

    static let cookieName = "hearth_session"
    /// Seconds.
    private static let maximumAge = Authenticator.sessionDays * 86_400

    /// Looks at the header first, then the cookie.
    ///
    /// - Throws: `.unauthorized` for a header that is not `Bearer`.
    package init?(authorization: String?, cookies: some Sequence<String>) throws(HearthError) {
        if let authorization {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else {
                throw .unauthorized("The Authorization header is not of the form Bearer <token>.")
            }
            guard let token = AccessToken(String(parts[1].drop { $0 == " " })) else {
                throw .unauthorized("The token is longer than any token.")
            }
            self.init(token: token, carrier: .header)
            return
        }
        for header in cookies {
            for pair in header.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard pair.hasPrefix(Self.cookieName + "=") else { continue }
                let text = Self.decodeCookie(pair.dropFirst(Self.cookieName.count + 1))
                guard let token = AccessToken(text) else { continue }
                self.init(token: token, carrier: .cookie)
                return
            }
        }
        return nil
    }

    init?(queryToken text: String) {
        guard let token = AccessToken(text) else { return nil }
        self.init(token: token, carrier: .query)
    }

    private init(token: AccessToken, carrier: Carrier) {
        self.token = token
        self.carrier = carrier
    }

    // MARK: Cookie

    /// The `Set-Cookie` header that keeps a session's token in a browser, out of reach of scripts and of other sites.
    static func cookie(_ token: AccessToken, isSecure: Bool) -> String {
        "\(cookieName)=\(encodeCookie(token.secret)); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(maximumAge)"
            + (isSecure ? "; Secure" : "")
    }

    /// The `Set-Cookie` header that makes the browser forget.
    static let endedCookie = "\(cookieName)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"

    /// A configured token may hold `;` or `"`, which a cookie cannot.
    private static func encodeCookie(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func decodeCookie(_ text: Substring) -> String { PercentEncoding.decode(text) ?? String(text) }
}

/// `%41` for `A` (RFC 3986 section 2.1).
enum PercentEncoding {
    /// Nil when a `%` is not followed by two digits, or the bytes are not UTF-8. `+` stays what it is.
    static func decode(_ text: some StringProtocol) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
