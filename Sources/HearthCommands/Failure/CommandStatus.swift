import HearthCore

/// How a command ends, for scripts: the numbers of BSD's `sysexits.h` where one fits.
struct CommandStatus: Sendable, Hashable {
    var code: Int32
    var meaning: String

    static let success = CommandStatus(code: 0, meaning: "done")
    /// Something was checked and found wanting.
    static let failure = CommandStatus(code: 1, meaning: "a check failed")
    static let usage = CommandStatus(code: 64, meaning: "the command line is wrong")
    static let data = CommandStatus(code: 65, meaning: "data was refused")
    static let noInput = CommandStatus(code: 66, meaning: "what was named does not exist")
    static let unavailable = CommandStatus(code: 69, meaning: "the server cannot be reached")
    static let software = CommandStatus(code: 70, meaning: "a defect of Hearth")
    static let cannotCreate = CommandStatus(code: 73, meaning: "a file or address is taken or cannot be made")
    static let inputOutput = CommandStatus(code: 74, meaning: "reading or writing failed")
    static let temporary = CommandStatus(code: 75, meaning: "try again later")
    static let noPermission = CommandStatus(code: 77, meaning: "the token does not allow it")
    static let configuration = CommandStatus(code: 78, meaning: "a setting, key or certificate cannot be used")
    /// As a shell reports a program that a signal ended: 128 + 13.
    static let outputClosed = CommandStatus(code: 141, meaning: "nobody reads the output any more")

    static let all: [CommandStatus] = [
        success, failure, usage, data, noInput, unavailable, software, cannotCreate, inputOutput, temporary,
        noPermission,
        configuration, outputClosed,
    ]

    /// Where each error code leads. Codes that are not listed are judged by their disposition.
    static let table: [String: CommandStatus] = [
        "malformed-body": data, "invalid-value": data, "too-large": data, "conflict": data, "input-unreadable": data,
        "idempotency-key-reused": data, "idempotency-key-in-use": temporary, "unsupported-media-type": data,
        "archive-damaged": data, "fetch-refused": data, "fetch-failed": temporary,
        "malformed-request": usage, "invalid-argument": usage, "method-not-allowed": software,
        "method-unknown": software, "upgrade-required": software, "head-too-large": software,
        "range-not-satisfiable": software,
        "not-found": noInput, "input-missing": noInput,
        "service-unavailable": temporary,
        "overloaded": temporary, "storage-full": temporary, "shutting-down": temporary, "rate-limited": temporary,
        "locked-out": temporary, "too-many-connections": temporary, "request-timeout": temporary,
        "unauthorized": noPermission, "forbidden": noPermission, "cross-origin": noPermission,
        "stream-not-allowed": noPermission,
        "server-unreachable": unavailable, "unexpected-answer": unavailable,
        "webhook-refused": data, "webhook-failed": temporary, "webhook-timeout": temporary,
        "webhook-redirected": data, "webhook-target-missing": noInput,
        "model-unreachable": unavailable, "model-timeout": temporary, "model-busy": temporary,
        "model-refused": configuration, "model-answer-unreadable": unavailable,
        "home-in-use": cannotCreate, "address-in-use": cannotCreate, "output-exists": cannotCreate,
        "settings-invalid": configuration, "schema-incompatible": configuration, "invalid-schema": configuration,
        "invalid-stream-definition": configuration, "unresolved-reference": configuration,
        "missing-resource": configuration, "key-missing": configuration, "key-exposed": configuration,
        "key-malformed": configuration, "unusable-token": configuration, "foreign-key": configuration,
        "unusable-certificate": configuration,
        "storage-failed": inputOutput, "blob-damaged": inputOutput, "internal-error": software,
        "media-damaged": data, "media-unsupported": data, "media-too-slow": data, "decoder-crashed": data,
        "recogniser-failed": temporary, "decoder-missing": configuration, "decoder-protocol": software,
        "capability-missing": configuration,
        "model-unavailable": configuration, "malformed-model": configuration, "unsupported-model": configuration,
        "index-damaged": inputOutput, "index-full": inputOutput,
        "lease-lost": temporary, "step-timeout": software, "processor-stuck": software, "processor-failed": software,
        "invalid-output": software, "invalid-processor": software,
        "spool-place-lost": temporary, "segment-damaged": data, "segment-torn": data, "segment-changed": data,
        "segment-empty": data, "segment-unreadable": inputOutput, "segment-missing": noInput, "readings-rejected": data,
    ]

    static func of(_ error: HearthError) -> CommandStatus {
        if let status = table[error.code.text] { return status }
        switch error.disposition {
        case .retry: return temporary
        case .caller: return data
        case .defect: return software
        }
    }
}

extension ErrorCode {
    /// Nobody answers where the server should be.
    static let serverUnreachable = ErrorCode("server-unreachable")
    /// What answers is not Hearth, or a Hearth that this program does not understand.
    static let unexpectedAnswer = ErrorCode("unexpected-answer")
    /// A file named on the command line does not exist.
    static let inputMissing = ErrorCode("input-missing")
    /// A file named on the command line is not in a form that is understood.
    static let inputUnreadable = ErrorCode("input-unreadable")
    /// A value on the command line cannot be used.
    static let invalidArgument = ErrorCode("invalid-argument")
}
