/// Punycode (RFC 3492): Unicode in the letters, digits and hyphens of host names.
enum Punycode {
    private static let base: UInt32 = 36
    private static let lowest: UInt32 = 1
    private static let highest: UInt32 = 26
    private static let skew: UInt32 = 38
    private static let damp: UInt32 = 700
    private static let initialBias: UInt32 = 72
    private static let initialCode: UInt32 = 128
    /// Longer labels are refused anyway; the encoder's loops are quadratic.
    private static let longestInput = 256

    private static func adapt(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / count
        var steps: UInt32 = 0
        while delta > (base - lowest) * highest / 2 {
            delta /= base - lowest
            steps += base
        }
        return steps + (base - lowest + 1) * delta / (delta + skew)
    }

    private static func threshold(_ step: UInt32, _ bias: UInt32) -> UInt32 {
        step <= bias ? lowest : min(step - bias, highest)
    }

    /// Nil when the text is not Punycode.
    static func decode(_ text: [UInt8]) -> [Unicode.Scalar]? {
        guard text.count <= longestInput else { return nil }
        var output: [Unicode.Scalar] = []
        var rest = text[...]
        if let hyphen = text.lastIndex(of: UInt8(ascii: "-")) {
            output = text[..<hyphen].map { Unicode.Scalar($0) }
            rest = text[(hyphen + 1)...]
        }
        var code = initialCode
        var index: UInt32 = 0
        var bias = initialBias
        while !rest.isEmpty {
            let start = index
            var weight: UInt32 = 1
            var step = base
            while true {
                guard let byte = rest.popFirst(), let digit = digit(byte) else { return nil }
                let (product, isTooLarge) = digit.multipliedReportingOverflow(by: weight)
                let (sum, isOverflow) = index.addingReportingOverflow(product)
                if isTooLarge || isOverflow { return nil }
                index = sum
                let threshold = threshold(step, bias)
                if digit < threshold { break }
                let (larger, isWeightOverflow) = weight.multipliedReportingOverflow(by: base - threshold)
                if isWeightOverflow { return nil }
                weight = larger
                step += base
            }
            let count = UInt32(output.count + 1)
            bias = adapt(index - start, count: count, isFirst: start == 0)
            let (next, isOverflow) = code.addingReportingOverflow(index / count)
            guard !isOverflow, let scalar = Unicode.Scalar(next) else { return nil }
            code = next
            index %= count
            output.insert(scalar, at: Int(index))
            index += 1
        }
        return output
    }

    /// Nil when the label is far too long.
    static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8]? {
        guard scalars.count <= longestInput else { return nil }
        var output = scalars.filter(\.isASCII).map { UInt8(ascii: $0) }
        let basicCount = UInt32(output.count)
        var handled = basicCount
        if handled > 0 { output.append(UInt8(ascii: "-")) }
        var code = initialCode
        var delta: UInt32 = 0
        var bias = initialBias
        // 256 characters below 2^21 keep every product below 2^32.
        while handled < scalars.count {
            guard let next = scalars.lazy.map(\.value).filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in scalars {
                if scalar.value < code { delta += 1 }
                guard scalar.value == code else { continue }
                var left = delta
                var step = base
                while true {
                    let threshold = threshold(step, bias)
                    if left < threshold { break }
                    output.append(letter(threshold + (left - threshold) % (base - threshold)))
                    left = (left - threshold) / (base - threshold)
                    step += base
                }
                output.append(letter(left))
                bias = adapt(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return output
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        if byte.isASCIILetter { return UInt32((byte | 0x20) - 0x61) }
        return byte.isASCIIDigit ? UInt32(byte - 0x30) + 26 : nil
    }

    private static func letter(_ digit: UInt32) -> UInt8 { UInt8(digit < 26 ? digit + 0x61 : digit - 26 + 0x30) }
}
