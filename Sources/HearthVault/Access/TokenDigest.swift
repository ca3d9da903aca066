/// The keyed hash of an access token (HMAC-SHA256 under the household's token key): what the catalogue stores. A copy
/// of the catalogue without the household key cannot even be used to try guesses.
package struct TokenDigest: Hashable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    /// Nil when `bytes` are not 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    init(code: [UInt8]) { bytes = code }

    /// Takes the same time wherever the two differ.
    package static func == (left: TokenDigest, right: TokenDigest) -> Bool {
        ConstantTime.areEqual(left.bytes, right.bytes)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// Comparison of secrets whose time tells nothing about where they differ.
package enum ConstantTime {
    /// The time depends on the counts alone, which are not secret.
    @inline(never)
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
