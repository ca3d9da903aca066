import Foundation
import HearthTesting

/// Sounds in which nobody speaks, 16 kHz.
enum Noises {
    static let seconds = 6.0

    static var all: [(name: String, samples: [Int16])] {
        var random = SplitMix64(seed: 7)
        var sounds: [(name: String, samples: [Int16])] = [("silence", made { _ in 0 })]
        for level in [0.001, 0.03, 0.25] {
            sounds.append(("white noise of \(level)", made { _ in Double.random(in: -level...level, using: &random) }))
        }
        // Paul Kellet's economical filter: 1/f within half a decibel above 9 Hz.
        var state = (0.0, 0.0, 0.0)
        sounds.append(
            (
                "pink noise",
                made { _ in
                    let white = Double.random(in: -0.05...0.05, using: &random)
                    state.0 = 0.99765 * state.0 + white * 0.0990460
                    state.1 = 0.96300 * state.1 + white * 0.2965164
                    state.2 = 0.57000 * state.2 + white * 1.0526913
                    return state.0 + state.1 + state.2 + white * 0.1848
                }
            ))
        sounds.append(("hum", made { time in tone(50, time) * 0.2 + tone(100, time) * 0.1 + tone(150, time) * 0.08 }))
        sounds.append(("a dial tone", made { time in (tone(350, time) + tone(440, time)) * 0.15 }))
        let chords = [[261.6, 329.6, 392.0], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6]]
        sounds.append(
            (
                "chords",
                made { time in
                    chords[Int(time / 2) % 3].reduce(0) { sum, pitch in
                        sum + (1...4).reduce(0) { $0 + tone(pitch * Double($1), time) / Double($1) } * 0.06
                    }
                }
            ))
        return sounds
    }

    private static func tone(_ hertz: Double, _ time: Double) -> Double { sin(2 * .pi * hertz * time) }

    private static func made(_ value: (_ time: Double) -> Double) -> [Int16] {
        (0..<Int(seconds * 16_000)).map { index in
            Int16(max(-32_768, min(32_767, (value(Double(index) / 16_000) * 32_767).rounded())))
        }
    }
}
