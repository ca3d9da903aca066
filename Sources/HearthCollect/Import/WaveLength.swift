/// How long the sound of a WAV file lasts, by its header (Microsoft RIFF).
package enum WaveLength {
    /// Nil: it is no WAV file, or its header says nothing that can be.
    /// - Parameters:
    ///   - head: The first bytes, up to the samples.
    ///   - fileBytes: Of the whole file: headers of recordings that were broken off name no length of their own.
    package static func seconds(_ head: [UInt8], fileBytes: Int) -> Double? {
        guard head.count >= 12, head[..<4].elementsEqual("RIFF".utf8), head[8..<12].elementsEqual("WAVE".utf8) else {
            return nil
        }
        var rate: Int?
        var place = 12
        while place + 8 <= head.count {
            let name = head[place..<place + 4]
            let size = number(head, at: place + 4)
            if name.elementsEqual("data".utf8) {
                guard let rate, rate > 0 else { return nil }
                return Double(max(0, min(size, fileBytes - place - 8))) / Double(rate)
            }
            // Behind the codec, the channels and the samples per second: the bytes per second.
            if name.elementsEqual("fmt ".utf8), place + 20 <= head.count { rate = number(head, at: place + 16) }
            place += 8 + size + size % 2
        }
        return nil
    }

    private static func number(_ bytes: [UInt8], at place: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) }
    }
}
