package import HearthCore

extension ErrorCode {
    /// A media file or document is cut off, changed, or not what its name says.
    package static let mediaDamaged = ErrorCode("media-damaged")
    /// A file is of a kind that is not read.
    package static let mediaUnsupported = ErrorCode("media-unsupported")
    /// A file took longer to read than is allowed.
    package static let mediaTooSlow = ErrorCode("media-too-slow")
    /// The process that reads files ended while it read this one.
    package static let decoderCrashed = ErrorCode("decoder-crashed")
    /// The process that reads files cannot be started.
    package static let decoderMissing = ErrorCode("decoder-missing")
    /// The process that reads files answered something that is no answer.
    package static let decoderProtocol = ErrorCode("decoder-protocol")
    /// The program that writes down speech ended, hung, or answered what is no transcript.
    package static let recogniserFailed = ErrorCode("recogniser-failed")
    /// A library or model that this needs is not installed.
    package static let capabilityMissing = ErrorCode("capability-missing")
}

extension MediaLimits {
    /// How often a file is tried whose decoder was ended from outside. With the usual backoff these are one to two minutes: what is
    /// short of memory now may have it then, and a file that takes all there is does not hold up the others for longer.
    package static let endedAttempts = 8

    /// How often a file is tried that fails like this; nil: as all work.
    package static func attempts(after error: HearthError) -> Int? {
        error.code == .decoderCrashed ? endedAttempts : nil
    }
}

extension HearthError {
    /// For `DecoderClient` and what it starts: over the wire and back.
    package var wireForm: JSONValue {
        var members: [(String, JSONValue)] = [
            ("code", .string(code.text)), ("message", .string(message)), ("disposition", .string(disposition.wireName)),
        ]
        if let hint { members.append(("hint", .string(hint))) }
        if let cause { members.append(("cause", .string(cause))) }
        return WireValue.object(members)
    }

    package init(wire value: JSONValue) throws(HearthError) {
        self.init(
            ErrorCode(try WireValue.string(value, "code")), try WireValue.string(value, "message"),
            hint: value["hint"]?.string, disposition: Disposition(wireName: value["disposition"]?.string))
        cause = value["cause"]?.string
    }

    /// Neither side of the wire sends this; the other side is another program.
    static func wire(_ what: String) -> HearthError {
        HearthError(
            .decoderProtocol, "The process that reads files answered something that is no answer: \(what).",
            hint: "Install Hearth again, so that hearth and hearth-decoder are of one version.", disposition: .defect)
    }
}

extension HearthError.Disposition {
    fileprivate var wireName: String {
        switch self {
        case .retry: "retry"
        case .caller: "caller"
        case .defect: "defect"
        }
    }

    fileprivate init(wireName: String?) {
        switch wireName {
        case "retry": self = .retry
        case "caller": self = .caller
        default: self = .defect
        }
    }
}
