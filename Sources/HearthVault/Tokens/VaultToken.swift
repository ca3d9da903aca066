/// What stands in a reading for a private value: 61 bits that look random to everyone without the vault.
///
/// A token fits where the value was: as text, as JSON, as an integer, and as the bit pattern of a normal double.
package struct VaultToken: Hashable, Sendable {
    package let bits: UInt64

    /// Exponents from 0x200 or 0x300 up: neither zero nor subnormal, infinite or NaN, so that every store keeps the bits.
    private static let fixed: UInt64 = 0b111 << 60
    private static let isDouble: UInt64 = 0b010 << 60
    private static let isJoined: UInt64 = 0b001 << 60

    /// - Parameter joined: Whether equal values have this token.
    init(hash: UInt64, joined: Bool) {
        bits = hash & ~Self.fixed | Self.isDouble | (joined ? Self.isJoined : 0)
    }

    /// Nil for bits that no token has.
    package init?(bits: UInt64) {
        guard bits & 0b110 << 60 == Self.isDouble else { return nil }
        self.bits = bits
    }

    package var isJoined: Bool { bits & Self.isJoined != 0 }

    // MARK: Forms

    private static let prefix = "tok_"

    /// `tok_` and 16 hexadecimal digits.
    package var text: String {
        let digits = String(bits, radix: 16)
        return Self.prefix + String(repeating: "0", count: 16 - digits.count) + digits
    }

    package init?(text: String) {
        guard text.utf8.count == 20, text.hasPrefix(Self.prefix),
            text.utf8.dropFirst(4).allSatisfy({
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }), let bits = UInt64(text.dropFirst(4), radix: 16)
        else { return nil }
        self.init(bits: bits)
    }

    package var integer: Int64 { Int64(bitPattern: bits) }
    package var real: Double { Double(bitPattern: bits) }
}
