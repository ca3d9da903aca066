/// What a transcription server is asked: multipart/form-data (RFC 7578) as OpenAI's API has it.
struct TranscriptionForm {
    let contentType: String
    let body: [UInt8]

    /// - Parameters:
    ///   - samples: 16 kHz mono, 16-bit little-endian.
    ///   - boundary: Must not occur in the parts.
    init(
        model: String, language: String?, samples: [UInt8],
        boundary: String = "hearth-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
    ) {
        var fields = [
            ("model", model), ("response_format", "verbose_json"), ("timestamp_granularities[]", "word"),
            // Where a server gives no words, these still have times.
            ("timestamp_granularities[]", "segment"), ("temperature", "0"),
        ]
        if let language { fields.append(("language", language)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(samples.count + 2048)
        for (name, value) in fields {
            bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8
        }
        bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"speech.wav\"\r\n".utf8
        bytes += "Content-Type: audio/wav\r\n\r\n".utf8
        bytes += Self.waveHeader(samples.count)
        bytes += samples
        bytes += "\r\n--\(boundary)--\r\n".utf8
        body = bytes
        contentType = "multipart/form-data; boundary=\(boundary)"
    }

    private static let sampleRate: UInt32 = 16_000

    /// RIFF, PCM, one channel of 16 bits.
    private static func waveHeader(_ dataBytes: Int) -> [UInt8] {
        func four(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        func two(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let size = UInt32(clamping: dataBytes)
        var header = Array("RIFF".utf8) + four(36 &+ size) + Array("WAVEfmt ".utf8) + four(16)
        header += two(1) + two(1) + four(sampleRate) + four(sampleRate * 2) + two(2) + two(16)
        return header + Array("data".utf8) + four(size)
    }
}
