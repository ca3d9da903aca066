import HearthCore

/// The value of `multipleOf`, judged in decimal arithmetic, as people write it: 0.0075 is a multiple of 0.0001 although
/// no double is exactly either of them. A double stands for the shortest decimal that reads back as it.
struct Divisor: Sendable {
    /// `mantissa × 10^exponent`, the mantissa not divisible by ten.
    private var mantissa: UInt64
    private var exponent: Int
    /// `10^-exponent` when a double holds it exactly.
    private var scale: Double?

    /// Nil unless the number is above zero.
    init?(_ number: JSONNumber) {
        switch number {
        case .integer(let value):
            guard value > 0 else { return nil }
            mantissa = UInt64(value)
            exponent = 0
        case .real(let value):
            guard value > 0 else { return nil }
            (mantissa, exponent) = Self.decimal(value)
        }
        while mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        if exponent <= 0 && exponent >= -22 {
            scale = (0..<(-exponent)).reduce(1.0) { power, _ in power * 10 }
        }
    }

    func divides(_ number: JSONNumber) -> Bool {
        switch number {
        case .integer(let value): return divides(value.magnitude, exponent: 0)
        case .real(let value):
            if let whole = Int64(exactly: value) { return divides(whole.magnitude, exponent: 0) }
            if let scale {
                let scaled = (value * scale).rounded()
                // Below 2^53 both operands are exact, so that the quotient is the nearest double to the decimal.
                if scaled.magnitude < 0x1p53 {
                    return scaled / scale == value && UInt64(scaled.magnitude) % mantissa == 0
                }
            }
            let (digits, power) = Self.decimal(value.magnitude)
            return divides(digits, exponent: power)
        }
    }

    /// Whether `mantissa × 10^exponent` divides `value × 10^power`.
    private func divides(_ value: UInt64, exponent power: Int) -> Bool {
        guard value != 0 else { return true }
        let shift = power - exponent
        if shift >= 0 {
            // value × 10^shift mod mantissa
            return Self.product(value % mantissa, Self.powerOfTen(shift, modulo: mantissa), modulo: mantissa) == 0
        }
        var divisor = mantissa
        for _ in 0..<(-shift) {
            let (larger, overflow) = divisor.multipliedReportingOverflow(by: 10)
            if overflow || larger > value { return false }
            divisor = larger
        }
        return value % divisor == 0
    }

    private static func product(_ left: UInt64, _ right: UInt64, modulo: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        // Both factors are below the modulus, so the quotient fits.
        return modulo.dividingFullWidth((high, low)).remainder
    }

    private static func powerOfTen(_ exponent: Int, modulo: UInt64) -> UInt64 {
        var result = 1 % modulo
        var base = 10 % modulo
        var left = exponent
        while left > 0 {
            if left & 1 == 1 { result = product(result, base, modulo: modulo) }
            base = product(base, base, modulo: modulo)
            left >>= 1
        }
        return result
    }

    /// Digits and power of ten of the shortest decimal of a finite number that is not negative.
    private static func decimal(_ value: Double) -> (UInt64, Int) {
        var digits: UInt64 = 0
        var exponent = 0
        var isFraction = false
        var text = value.description.utf8[...]
        while let byte = text.popFirst() {
            if byte.isASCIIDigit {
                // At most 17 digits are written, and trailing zeros up to 10^16: both fit.
                digits = digits * 10 + UInt64(byte - 0x30)
                if isFraction { exponent -= 1 }
            } else if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                exponent += Int(Substring(text)) ?? 0
                break
            }
        }
        return (digits, exponent)
    }
}
