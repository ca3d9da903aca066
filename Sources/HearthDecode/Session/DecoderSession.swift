package import HearthCore
package import HearthMedia

/// Serves requests one after the other until the other side leaves.
package struct DecoderSession {
    private let channel: FrameChannel
    private let answers: DecoderAnswers

    package init(channel: FrameChannel, answers: DecoderAnswers) {
        self.channel = channel
        self.answers = answers
    }

    /// - Throws: `ChannelClosed` when the other side left in the middle of a request; `HearthError` when what it sends is
    ///   no request, after which nothing it sends can be understood.
    package func run() throws {
        while let frame = try channel.receive() {
            guard frame.kind == .request else { throw HearthError.unexpected(frame) }
            let request = try Self.request(frame)
            let file = InputBytes()
            let refused = try collect(file)
            ProcessLimits.grantProcessorTime(seconds: request.processorSeconds)
            do {
                if let refused { throw refused }
                try answers.answer(request, file) { event in
                    let payload = event.wireForm.payload
                    guard payload.count <= Frame.Kind.event.limit else {
                        throw HearthError(
                            .tooLarge, "One part of the answer has more than \(Frame.Kind.event.limit) bytes.")
                    }
                    try channel.send(Frame(.event, payload))
                }
                try channel.send(Frame(.done))
            } catch let error as HearthError {
                try channel.send(Frame(.failure, Array(error.shortened.wireForm.text.utf8)))
            }
        }
    }

    private static func request(_ frame: Frame) throws -> DecoderRequest {
        try DecoderRequest(wire: try JSONValue(parsing: frame.payload))
    }

    /// Takes the file. What is wrong with it is said only after all of it came, since the other side listens only then.
    private func collect(_ file: InputBytes) throws -> HearthError? {
        var refused: HearthError?
        while let frame = try channel.receive() {
            switch frame.kind {
            case .data:
                guard refused == nil else { continue }
                do {
                    try frame.payload.withUnsafeBytes { try file.append($0) }
                } catch {
                    refused = error as? HearthError
                }
            case .end: return refused
            case .request, .event, .failure, .done: throw HearthError.unexpected(frame)
            }
        }
        throw ChannelClosed()
    }
}

extension HearthError {
    fileprivate static func unexpected(_ frame: Frame) -> HearthError {
        HearthError(.decoderProtocol, "A frame of kind \(frame.kind) came out of turn.", disposition: .defect)
    }

    /// Small enough for one frame, whatever a library put into its message.
    fileprivate var shortened: HearthError {
        var error = self
        error.message = String(message.prefix(2000))
        error.hint = hint.map { String($0.prefix(2000)) }
        error.cause = cause.map { String($0.prefix(2000)) }
        return error
    }
}
