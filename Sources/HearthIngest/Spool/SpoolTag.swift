package import HearthCore

/// The name of a batch: `20261121T154501.123456Z-1f2e3d4c`. Sorts by time, and is the name of a folder as it stands.
package enum SpoolTag {
    package static func make(at time: Timestamp, using generator: inout some RandomNumberGenerator) -> String {
        let fraction = time.microseconds - time.microseconds.floorDivided(by: 1_000_000) * 1_000_000
        let second = Timestamp(microseconds: time.microseconds - fraction)
        let suffix = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
        return second.description.filter { $0 != "-" && $0 != ":" && $0 != "Z" } + "." + padded(String(fraction), 6)
            + "Z-"
            + padded(suffix, 8)
    }

    private static func padded(_ digits: String, _ count: Int) -> String {
        String(repeating: "0", count: max(0, count - digits.count)) + digits
    }

    /// When a batch with this name was opened; nil for what is no such name.
    package static func time(of tag: String) -> Timestamp? {
        let bytes = Array(tag.utf8)
        guard bytes.count == 32, bytes[8] == UInt8(ascii: "T"), bytes[23] == UInt8(ascii: "-"),
            bytes[24...].allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return Timestamp(
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<23))")
    }
}
