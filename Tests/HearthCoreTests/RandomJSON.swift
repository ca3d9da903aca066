import HearthCore
import HearthTesting
import OrderedCollections

/// Values of every shape for properties that must hold for all of them.
struct RandomJSON {
    var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func value(depth: Int = 3) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(integer())
        case 3: return .real(real())
        case 4, 5: return .string(string())
        case 6: return .array((0..<Int.random(in: 0...20, using: &generator)).map { _ in value(depth: depth - 1) })
        default:
            var members = OrderedDictionary<String, JSONValue>()
            for _ in 0..<Int.random(in: 0...20, using: &generator) { members[string()] = value(depth: depth - 1) }
            return .object(members)
        }
    }

    /// Of every magnitude alike.
    mutating func integer() -> Int64 {
        Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)
    }

    /// Any finite double that an integer does not equal.
    mutating func real() -> Double {
        while true {
            let value =
                Bool.random(using: &generator)
                ? Double(bitPattern: generator.next()) : Double.random(in: -1000...1000, using: &generator)
            if value.isFinite, Int64(exactly: value) == nil { return value }
        }
    }

    mutating func string() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let range: ClosedRange<UInt32> =
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: 0...0x1f
                case 1: 0x80...0x7ff
                case 2: 0x800...0xffff
                case 3: 0x1_0000...0x10_ffff
                default: 0x20...0x7f
                }
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
