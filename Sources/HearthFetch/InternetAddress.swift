import Glibc

/// An address of the Internet protocol, version 4 or 6.
package enum InternetAddress: Sendable, Hashable, CustomStringConvertible {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// Reads the one way in which each is written: four decimal numbers, or RFC 4291 without a zone.
    package init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(six)
    }

    init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            .v6(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// What programs that follow inet_aton and browsers take for an IPv4 address: one to four numbers in decimal, octal
    /// (0177) or hexadecimal (0x7f), the last one filling the rest. Nil for what is none; `isNumeric` tells a name from
    /// numbers that are too large.
    static func loose(_ host: String) -> (address: InternetAddress?, isNumeric: Bool) {
        var parts = host.split(separator: ".", omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        guard let last = parts.last, isNumber(last) else { return (nil, false) }
        guard parts.count <= 4 else { return (nil, true) }
        var numbers: [UInt64] = []
        for part in parts {
            guard let number = number(part) else { return (nil, true) }
            numbers.append(number)
        }
        let rest = numbers[numbers.count - 1]
        guard numbers.dropLast().allSatisfy({ $0 <= 255 }), rest < 1 << UInt64(8 * (5 - numbers.count)) else {
            return (nil, true)
        }
        var value = rest
        for (index, number) in numbers.dropLast().enumerated() { value |= number << UInt64(8 * (3 - index)) }
        return (.v4(UInt32(value)), true)
    }

    private static func isNumber(_ part: Substring) -> Bool {
        if part.isEmpty { return false }
        if part.allSatisfy({ $0.isASCII && $0.isNumber }) { return true }
        return part.lowercased().hasPrefix("0x") && part.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static func number(_ part: Substring) -> UInt64? {
        let lower = part.lowercased()
        if lower.hasPrefix("0x") { return lower.count == 2 ? 0 : UInt64(lower.dropFirst(2), radix: 16) }
        if lower.count > 1, lower.hasPrefix("0") { return UInt64(lower, radix: 8) }
        return UInt64(lower)
    }

    package var description: String {
        switch self {
        case .v4(let value):
            "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        case .v6(let high, let low):
            [high, low].flatMap { half in
                [48, 32, 16, 0].map { (shift: UInt64) in String(half >> shift & 0xffff, radix: 16) }
            }.joined(separator: ":")
        }
    }
}

/// A range of addresses, as in 192.168.0.0/16.
package struct AddressRange: Sendable, Hashable {
    private let address: InternetAddress
    private let bits: Int

    /// Reads "address/bits", or an address alone.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = InternetAddress(String(parts[0])) else { return nil }
        let width =
            switch address {
            case .v4: 32
            case .v6: 128
            }
        self.address = address
        guard parts.count == 2 else {
            bits = width
            return
        }
        guard let bits = Int(parts[1]), (0...width).contains(bits) else { return nil }
        self.bits = bits
    }

    package func contains(_ other: InternetAddress) -> Bool {
        switch (address, other) {
        case (.v4(let own), .v4(let value)):
            return bits == 0 || (own ^ value) >> UInt32(32 - bits) == 0
        case (.v6(let ownHigh, let ownLow), .v6(let high, let low)):
            if bits == 0 { return true }
            if bits <= 64 { return (ownHigh ^ high) >> UInt64(64 - bits) == 0 }
            return ownHigh == high && (ownLow ^ low) >> UInt64(128 - bits) == 0
        default: return false
        }
    }
}
