/// Names a kind of failure for programs: lower-case words with hyphens. Open: each module declares its own in an
/// extension, and `docs/reference/errors.md` lists them all.
public struct ErrorCode: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { text }
}

extension ErrorCode {
    /// The body is not JSON, NDJSON or MessagePack as its content type says.
    public static let malformedBody = ErrorCode("malformed-body")
    /// The value does not satisfy its schema; `errors` names each field.
    public static let invalidValue = ErrorCode("invalid-value")
    /// Something is larger than its stated limit.
    public static let tooLarge = ErrorCode("too-large")
    /// What the request names does not exist, or the caller may not know of it.
    public static let notFound = ErrorCode("not-found")
    /// The request contradicts what is stored.
    public static let conflict = ErrorCode("conflict")
    /// A bounded queue is full; `retryAfter` says when to come back.
    public static let overloaded = ErrorCode("overloaded")
    /// The disk is full. Nothing of the request was stored.
    public static let storageFull = ErrorCode("storage-full")
    /// The database or a file could not be read or written.
    public static let storageFailed = ErrorCode("storage-failed")
    /// The server is stopping.
    public static let shuttingDown = ErrorCode("shutting-down")
    /// A defect of Hearth itself.
    public static let internalError = ErrorCode("internal-error")
}

/// What every part of Hearth throws at its border: for a program a code, for a person a sentence and what to do now.
public struct HearthError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose turn it is.
    public enum Disposition: Hashable, Sendable {
        /// The same call may succeed later.
        case retry
        /// The caller must change something.
        case caller
        /// Hearth is at fault.
        case defect
    }

    /// One thing wrong inside a body.
    public struct Field: Hashable, Sendable {
        /// JSON Pointer into the body.
        public var pointer: String
        public var message: String

        public init(pointer: String, message: String) {
            self.pointer = pointer
            self.message = message
        }
    }

    public var code: ErrorCode
    /// One sentence that a person understands. Never holds secrets or readings.
    public var message: String
    /// What to do now.
    public var hint: String?
    public var disposition: Disposition
    public var fields: [Field]
    public var retryAfter: Duration?
    /// The failure below, for the log; never sent to a caller.
    public var cause: String?

    public init(
        _ code: ErrorCode, _ message: String, hint: String? = nil, disposition: Disposition = .caller,
        fields: [Field] = [], retryAfter: Duration? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.disposition = disposition
        self.fields = fields
        self.retryAfter = retryAfter
        self.cause = cause.map { String(describing: $0) }
    }

    public var description: String {
        var text = "\(code): \(message)"
        for field in fields { text += "; \(field.pointer.isEmpty ? "(whole body)" : field.pointer): \(field.message)" }
        if let hint { text += " — \(hint)" }
        if let cause { text += " [\(cause)]" }
        return text
    }
}

extension HearthError {
    /// A syntax error of a body, placed at `pointer`.
    public init(_ error: JSONError, in what: String, pointer: String = "") {
        self.init(
            .malformedBody, "\(what) is not valid: \(error).",
            fields: [Field(pointer: pointer, message: String(describing: error))])
    }
}
