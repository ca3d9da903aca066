import Foundation

/// A bounded run of mutated inputs: `HEARTH_FUZZ_SECONDS` long (3 by default), from `HEARTH_FUZZ_SEED`.
package struct Fuzz {
    /// What a run did; printed, so that a crash can be repeated.
    package struct Tally: CustomStringConvertible {
        package var tried = 0
        package var accepted = 0
        package var seed: UInt64

        package var description: String { "\(tried) inputs tried, \(accepted) accepted, seed \(seed)" }
    }

    private let corpus: [[UInt8]]
    private let seconds: Double
    private var generator: SplitMix64
    private let seed: UInt64

    package init(corpus: [[UInt8]]) {
        let environment = ProcessInfo.processInfo.environment
        // The files of hundreds of kilobytes would take all the time.
        self.corpus = corpus.filter { $0.count < 20_000 }
        seconds = environment["HEARTH_FUZZ_SECONDS"].flatMap(Double.init) ?? 3
        seed = environment["HEARTH_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        generator = SplitMix64(seed: seed)
    }

    /// Calls `body` with mutants until the time is over; it says whether it took one.
    package mutating func run(_ body: ([UInt8]) throws -> Bool) rethrows -> Tally {
        let end = ContinuousClock.now + .seconds(seconds)
        var tally = Tally(seed: seed)
        while ContinuousClock.now < end {
            for _ in 0..<100 {
                if try body(mutant()) { tally.accepted += 1 }
                tally.tried += 1
            }
        }
        return tally
    }

    private mutating func mutant() -> [UInt8] {
        var bytes = corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, place + Int.random(in: 0...16, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 5: bytes.removeSubrange(place...)
            case 6:
                let other = corpus.randomElement(using: &generator) ?? []
                let start = Int.random(in: 0...other.count, using: &generator)
                bytes.insert(contentsOf: other[start...].prefix(64), at: place)
            default:
                let tokens = [
                    "\"", "\\u", "\\", "{", "}", "[", "]", ",", ":", "1e999", "-", "0", "\u{10ffff}", "null", " ",
                ]
                bytes.insert(contentsOf: (tokens.randomElement(using: &generator) ?? "").utf8, at: place)
            }
        }
        return bytes
    }
}
