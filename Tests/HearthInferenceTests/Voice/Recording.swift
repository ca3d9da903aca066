import Foundation

/// A wav file of 16-bit samples, one channel.
struct Recording {
    var rate: Int
    var samples: [Float]

    init(bytes: [UInt8]) throws {
        func number(_ at: Int, _ size: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        var at = 12
        var rate = 0
        while at + 8 <= bytes.count {
            let size = number(at + 4, 4)
            switch String(decoding: bytes[at..<at + 4], as: UTF8.self) {
            case "fmt ":
                guard number(at + 8, 2) == 1, number(at + 10, 2) == 1, number(at + 22, 2) == 16 else {
                    throw CocoaError(.fileReadCorruptFile)
                }
                rate = number(at + 12, 4)
            case "data":
                let end = min(at + 8 + size, bytes.count - 1)
                samples = stride(from: at + 8, to: end, by: 2).map {
                    Float(Int16(truncatingIfNeeded: number($0, 2))) / 32_768
                }
                self.rate = rate
                return
            default: break
            }
            at += 8 + size + size % 2
        }
        throw CocoaError(.fileReadCorruptFile)
    }
}
