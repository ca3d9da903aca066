import Crypto

/// What tells versions of a document apart.
package enum Fingerprint {
    /// SHA-256 of title and text, both normal, with a byte between that neither holds.
    package static func of(title: String, text: String) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(title.utf8))
        hash.update(data: [0])
        hash.update(data: Array(text.utf8))
        return Array(hash.finalize())
    }

    /// SHA-256 in hexadecimal: a source key for what has no name of its own.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
