import HearthCore
import HearthIngest

/// The messages that came while the commit before was on its way to the disk, admitted already.
struct MessageBurst: Sendable {
    struct Message: Sendable {
        enum Content: Sendable {
            /// Number of its reading in the draft.
            case reading(Int)
            case batch(Range<Int>)
            case hello(session: String?)
            case unusable(HearthError)
        }

        /// The client's number for it; its own place in the connection when the client gives none; nil when unreadable.
        var sequence: Int64?
        /// Its place in the connection, from 1.
        var number: Int64
        var content: Content
    }

    private(set) var draft = Draft()
    private(set) var messages: [Message] = []
    private(set) var itemCount = 0
    private(set) var byteCount = 0
    /// When the first message came.
    private(set) var began: ContinuousClock.Instant?

    var isEmpty: Bool { messages.isEmpty }

    /// Reads a message and admits what it holds.
    mutating func add(
        _ bytes: UnsafeRawBufferPointer, isText: Bool, number: Int64, _ admission: Admission, _ source: Admission.Source
    ) {
        if began == nil { began = .now }
        byteCount += bytes.count
        let options = JSONOptions(maximumDepth: admission.limits.depth, rejectsDuplicateKeys: true)
        let document: JSONDocument
        do throws(JSONError) {
            document =
                isText
                ? try JSONDocument(parsing: bytes, options: options)
                : try JSONDocument(parsingMessagePack: bytes, options: options)
        } catch {
            let what = isText ? "The JSON message" : "The MessagePack message"
            return add(nil, number, .unusable(HearthError(error, in: what)))
        }
        document.withRoot { root in
            guard root.kind == .object else {
                return add(nil, number, .unusable(.unusable("", "must be an object")))
            }
            var sequence = number
            if let own = root["seq"], own.kind != .null {
                guard let value = own.int64, value >= 0 else {
                    return add(nil, number, .unusable(.unusable("/seq", "must be a whole number from 0 on")))
                }
                sequence = value
            }
            add(root, sequence, number, admission, source)
        }
    }

    private mutating func add(
        _ root: JSONReference, _ sequence: Int64, _ number: Int64, _ admission: Admission, _ source: Admission.Source
    ) {
        let type = root["type"]
        if type?.says("batch") == true {
            addBatch(root, sequence, number, admission, source)
        } else if type?.says("hello") == true {
            let session = root["session"]
            if let session, session.kind != .null, session.kind != .string || !(1...64).contains(session.utf8.count) {
                return add(sequence, number, .unusable(.unusable("/session", "must be a string of 1 to 64 bytes")))
            }
            add(sequence, number, .hello(session: session?.string))
        } else {
            admission.admit(root, index: itemCount, source: source, into: &draft)
            add(sequence, number, .reading(itemCount))
            itemCount += 1
        }
    }

    private mutating func addBatch(
        _ root: JSONReference, _ sequence: Int64, _ number: Int64, _ admission: Admission, _ source: Admission.Source
    ) {
        guard let readings = root["readings"], readings.kind == .array else {
            return add(sequence, number, .unusable(.unusable("/readings", "is required: a list of readings")))
        }
        guard readings.count <= admission.limits.batchItems else {
            let limit = admission.limits.batchItems
            return add(
                sequence, number,
                .unusable(HearthError(.tooLarge, "A batch holds at most \(limit) readings.", hint: "Send it in parts."))
            )
        }
        let start = itemCount
        for item in readings.elements {
            admission.admit(item, index: itemCount, source: source, into: &draft)
            itemCount += 1
        }
        add(sequence, number, .batch(start..<itemCount))
    }

    private mutating func add(_ sequence: Int64?, _ number: Int64, _ content: Message.Content) {
        messages.append(Message(sequence: sequence, number: number, content: content))
    }
}

extension HearthError {
    static func unusable(_ pointer: String, _ message: String) -> HearthError {
        HearthError(
            .invalidValue, "The message cannot be taken: \(message).",
            fields: [Field(pointer: pointer, message: message)])
    }
}

extension JSONReference {
    /// Whether this is the string `text`.
    func says(_ text: StaticString) -> Bool {
        kind == .string && equals(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
