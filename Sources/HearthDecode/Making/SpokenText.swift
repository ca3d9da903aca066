import CFlite
package import HearthCore

/// Says text with Flite's voice "rms": a small voice of recorded speech that needs no model.
package enum SpokenText {
    /// Longer texts are not voice memos.
    package static let longestText = 4000

    /// - Returns: a WAV file, 16 kHz, one channel, 16 bits.
    /// - Throws: `.tooLarge`, `.invalidValue` for text without a word.
    package static func wave(of text: String) throws(HearthError) -> [UInt8] {
        guard text.utf8.count <= longestText else {
            throw HearthError(.tooLarge, "The text to say has more than \(longestText) bytes.")
        }
        guard text.contains(where: \.isLetter) else {
            throw HearthError(.invalidValue, "The text to say holds no word.")
        }
        _ = initialized
        guard let wave = flite_text_to_wave(text, voice) else {
            throw HearthError(.internalError, "The voice could not say the text.", disposition: .defect)
        }
        defer { delete_wave(wave) }
        if wave.pointee.sample_rate != sampleRate { cst_wave_resample(wave, sampleRate) }
        let count = Int(wave.pointee.num_samples)
        var bytes = header(samples: count)
        bytes.reserveCapacity(bytes.count + 2 * count)
        for index in 0..<count {
            let sample = UInt16(bitPattern: wave.pointee.samples[index])
            bytes.append(UInt8(truncatingIfNeeded: sample))
            bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
        }
        return bytes
    }

    private static let sampleRate: Int32 = 16_000

    private static let initialized: Bool = flite_init() >= 0

    // The process that decodes works one request at a time, and the library never frees a registered voice.
    nonisolated(unsafe) private static let voice = register_cmu_us_rms(nil)  // One thread alone uses it, see above.

    /// The RIFF header of 16-bit PCM.
    private static func header(samples: Int) -> [UInt8] {
        let dataBytes = UInt32(2 * samples)
        func little(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        let rate = UInt32(sampleRate)
        return Array("RIFF".utf8) + little(36 + dataBytes, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2)
            + little(1, 2) + little(rate, 4) + little(2 * rate, 4) + little(2, 2) + little(16, 2) + Array("data".utf8)
            + little(dataBytes, 4)
    }
}
