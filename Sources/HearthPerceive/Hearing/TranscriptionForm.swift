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
        bytes += WaveFile.bytes(samples)
        bytes += "\r\n--\(boundary)--\r\n".utf8
        body = bytes
        contentType = "multipart/form-data; boundary=\(boundary)"
    }
}
