/// What a word beside a secret says that the secret is.
enum SecretLabel: Sendable {
    case password
    /// An everyday word: only a mark behind it makes what follows a secret.
    case everyday
    /// `PIN`, in prose another word.
    case pin
    /// Of a number that is a secret however short it is.
    case code
    /// Of several words: all that follows on the line is one.
    case passphrase
    /// Of words that opens a wallet or an account: one to a line, or in numbered columns over many lines.
    case recoveryPhrase

    private static let names = table([
        .password: [
            "password", "passwort", "passwd", "passcode", "pwd", "kennwort", "contraseña", "wachtwoord", "senha",
            "hasło", "lösenord", "wpa", "wpa2", "wpa3", "psk", "wifi-key", "netzwerkschlüssel", "wlanschlüssel",
            "wlan-schlüssel", "apikey",
        ],
        .everyday: ["pass", "secret", "token"], .pin: ["pin"], .code: ["puk", "cvv", "cvc", "cvv2", "cvc2", "otp"],
        .passphrase: ["passphrase", "keyphrase"],
    ])

    /// Two words that make a label.
    private static let pairs = table([
        .password: [
            "mot passe", "api key", "access key", "secret key", "private key", "network key", "security key",
            "wifi key", "wi-fi key", "wlan key", "netzwerk schlüssel", "wlan schlüssel", "client secret",
            "access token",
        ],
        .passphrase: ["pass phrase"], .recoveryPhrase: ["seed phrase", "recovery phrase", "mnemonic phrase"],
        .code: [
            "wifi code", "wi-fi code", "wlan code", "network code", "access code", "security code",
            "verification code", "recovery code", "backup code",
        ],
    ])

    private static func table(_ lists: [SecretLabel: [String]]) -> [String: SecretLabel] {
        var table: [String: SecretLabel] = [:]
        for (label, list) in lists { for name in list { table[name] = label } }
        return table
    }

    /// - Parameter name: In small letters: `password`, or what ends in one, as `db_password` and `wlan-passwort` do.
    init?(_ name: String) {
        if let label = Self.names[name] {
            self = label
            return
        }
        // `/etc/passwd` is a path, `https://example.org/password` an address.
        guard name.first != "/", !name.contains(":") else { return nil }
        let parts = name.split { "_-./".contains($0) }
        guard parts.count > 1, let last = parts.last else { return nil }
        if let label = Self.pairs["\(parts[parts.count - 2]) \(last)"] {
            self = label
        } else if let label = Self.names[String(last)], last != "pass" || name.contains("_") {
            // A by-pass and a boarding-pass are none.
            self = label
        } else {
            return nil
        }
    }

    /// Two words, in small letters.
    init?(_ first: String, _ second: String) {
        guard let label = Self.pairs["\(first) \(second)"] else { return nil }
        self = label
    }
}
