import HearthCore
package import HearthMedia
package import HearthModelServers

/// Has stretches of speech written down by a transcription server. What is left of a stretch is its sound and nothing else:
/// no name, no time, no device.
package struct TranscriptionClient: RemoteTranscriber {
    private let server: ModelServerClient

    /// Has sockets of its own: `shutdown` closes them.
    package init(endpoint: ModelServerEndpoint) { server = ModelServerClient(endpoint: endpoint) }

    package func shutdown() async throws { try await server.shutdown() }

    /// Each stretch goes off when it is found: a server is ready at once.
    package let batchLimits = SpeechBatch.Limits(seconds: 60, stretches: 1)

    package func transcribe(_ segments: [SpeechSegment], language: String?) async throws -> [Transcript] {
        var transcripts: [Transcript] = []
        for segment in segments { transcripts.append(try await transcribe(segment, language: language)) }
        return transcripts
    }

    /// - Throws: `HearthError` of `ErrorCode.ofModelServers`, `.retry` when the server is away, busy, slow or wrongly set
    ///   up, `.caller` when it answers what is no transcript; `CancellationError`.
    package func transcribe(_ segment: SpeechSegment, language: String?) async throws -> Transcript {
        let form = TranscriptionForm(model: server.endpoint.model, language: language, samples: segment.samples)
        let body = try await server.answer(
            to: form.body, contentType: form.contentType, limit: TranscriptionAnswer.longestBody)
        do throws(TranscriptionAnswer.Unreadable) {
            let answer = try TranscriptionAnswer(body)
            return answer.transcript(of: segment, engine: "server/" + server.endpoint.model, language: language)
        } catch {
            throw HearthError(
                .modelAnswerUnreadable, "The \(server.endpoint.server.name) sent no transcript: \(error.reason).",
                hint: "\(server.endpoint.server.urlSetting) must name a server with OpenAI's /v1/audio/transcriptions.")
        }
    }
}

extension ModelServer {
    /// Any server that speaks OpenAI's audio transcriptions, such as whisper.cpp's, speaches or vLLM.
    package static let transcription = ModelServer(
        name: "transcription server", path: "audio/transcriptions", urlSetting: "HEARTH_STT_URL",
        modelSetting: "HEARTH_STT_MODEL", keySetting: "HEARTH_STT_KEY")
}

extension ModelServerEndpoint {
    /// How long a server without a graphics card may think about half a minute of speech.
    package static let transcriptionTimeout = Duration.seconds(300)
}
