/// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing beyond U+10FFFF.
package enum UTF8Check {
    /// Length of the well-formed sequence of two to four bytes at `bytes`, 0 when it is not one. Reads no further than
    /// the first byte that does not fit, so a zero byte at the end of a buffer is bound enough.
    package static func sequenceLength(_ bytes: UnsafePointer<UInt8>) -> Int {
        let first = bytes[0]
        let second = bytes[1]
        switch first {
        case 0xc2...0xdf:
            return isContinuation(second) ? 2 : 0
        case 0xe0...0xef:
            let isSecondFit =
                switch first {
                case 0xe0: second >= 0xa0 && second <= 0xbf
                case 0xed: second >= 0x80 && second <= 0x9f
                default: isContinuation(second)
                }
            return isSecondFit && isContinuation(bytes[2]) ? 3 : 0
        case 0xf0...0xf4:
            let isSecondFit =
                switch first {
                case 0xf0: second >= 0x90 && second <= 0xbf
                case 0xf4: second >= 0x80 && second <= 0x8f
                default: isContinuation(second)
                }
            return isSecondFit && isContinuation(bytes[2]) && isContinuation(bytes[3]) ? 4 : 0
        default:
            return 0
        }
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }
}
