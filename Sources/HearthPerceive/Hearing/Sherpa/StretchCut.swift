/// Cuts a stretch of speech for recognisers that hear only so much at a time.
enum StretchCut {
    struct Piece: Equatable {
        /// Seconds from the start of the stretch.
        var start: Double
        var samples: [UInt8]
    }

    private static let rate = 16_000
    /// Samples in which it has to be quiet: a gap between two words.
    private static let gap = rate / 10

    /// - Parameters:
    ///   - samples: 16 kHz mono, 16-bit little-endian.
    ///   - longestSeconds: Nil: it is not cut.
    static func pieces(of samples: [UInt8], longestSeconds: Double?) -> [Piece] {
        guard let longestSeconds, Double(samples.count / 2) / Double(rate) > longestSeconds else {
            return [Piece(start: 0, samples: samples)]
        }
        // In the middle, so that each piece has enough around it to be understood.
        let count = samples.count / 2
        let middle = quietest(samples, in: count / 3..<2 * count / 3)
        let later = pieces(of: Array(samples[(2 * middle)...]), longestSeconds: longestSeconds)
        return pieces(of: Array(samples[..<(2 * middle)]), longestSeconds: longestSeconds)
            + later.map { Piece(start: $0.start + Double(middle) / Double(rate), samples: $0.samples) }
    }

    /// The middle of the quietest tenth of a second.
    private static func quietest(_ samples: [UInt8], in range: Range<Int>) -> Int {
        let step = gap / 4
        let places = stride(from: range.lowerBound, to: range.upperBound - gap, by: step)
        let quietest = places.min { energy(samples, $0) < energy(samples, $1) } ?? range.lowerBound
        return quietest + gap / 2
    }

    private static func energy(_ samples: [UInt8], _ start: Int) -> Int {
        (start..<start + gap).reduce(0) { sum, index in
            let value = Int(Int16(truncatingIfNeeded: Int(samples[2 * index]) | Int(samples[2 * index + 1]) << 8))
            return sum + value * value
        }
    }
}
