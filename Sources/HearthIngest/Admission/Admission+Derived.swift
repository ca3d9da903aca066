package import HearthCore
package import HearthSchema
package import HearthStore
import OrderedCollections

/// What a processor says, and of whom it says it.
package struct DerivedDraft: Sendable {
    package var stream: StreamDefinition
    package var timestamp: Timestamp
    /// Members of the payload; `source` is added.
    package var payload: JSONValue
    /// Says who made it, for its identity.
    package var processor: String
    package var sourceStream: String
    package var source: ReadingHead
    package var ordinal: Int

    package init(
        stream: StreamDefinition, timestamp: Timestamp, payload: JSONValue, processor: String, sourceStream: String,
        source: ReadingHead, ordinal: Int
    ) {
        self.stream = stream
        self.timestamp = timestamp
        self.payload = payload
        self.processor = processor
        self.sourceStream = sourceStream
        self.source = source
        self.ordinal = ordinal
    }
}

extension Admission {
    /// Admits a reading that was made from another one: the same schema and time policy as for what devices send, the
    /// person and device of its source, and the evidence as the member `source`: `{"stream", "id"}`.
    ///
    /// Its identity is a digest of processor, source and ordinal, so that working the source again gives the same reading.
    /// - Throws: `invalid-output` with every field that is wrong; then `batch` is as it was.
    package func admit(_ draft: DerivedDraft, into batch: inout ReadingBatch) throws(HearthError) {
        let stream = draft.stream
        guard case .object(var members) = draft.payload else {
            throw .invalidOutput(draft, [.init(pointer: "", message: "must be a JSON object")])
        }
        var problems: [HearthError.Field] = []
        for name in ["id", "device_id", "timestamp", "source"] where members[name] != nil {
            problems.append(.init(pointer: "/\(name)", message: "comes from the runtime"))
        }
        let now = time.now()
        if draft.timestamp < stream.time.oldest || draft.timestamp > now + stream.time.future {
            problems.append(
                .init(pointer: "/timestamp", message: "\(draft.timestamp) is outside of what the stream takes"))
        }
        guard problems.isEmpty else { throw .invalidOutput(draft, problems) }
        members["source"] = ["stream": .string(draft.sourceStream), "id": .string(draft.source.recordID.description)]
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(.object(members))
        } catch {
            throw .invalidOutput(draft, [.init(pointer: "", message: "\(error)")])
        }
        problems = document.withRoot { item in
            if stream.schema.validate(item) { return [] }
            return stream.schema.errors(of: item, limit: limits.errorsPerReading).map {
                HearthError.Field(pointer: $0.instanceLocation.text, message: $0.message)
            }
        }
        guard problems.isEmpty else { throw .invalidOutput(draft, problems) }
        let head = ReadingHead(
            person: draft.source.person, device: draft.source.device, timestamp: draft.timestamp,
            digest: digest.derivedDigest(
                by: draft.processor, from: draft.source.recordID, in: draft.sourceStream, ordinal: draft.ordinal,
                stream: stream.name, device: draft.source.device),
            received: now, flags: .clientKeyed)
        document.withRoot { batch.appendRow(head, $0, namesStream: false) }
    }
}

extension ErrorCode {
    /// A processor made a reading that its stream does not take.
    package static let invalidOutput = ErrorCode("invalid-output")
}

extension HearthError {
    fileprivate static func invalidOutput(_ draft: DerivedDraft, _ fields: [Field]) -> HearthError {
        let first = fields.first.map { "\($0.pointer.isEmpty ? "it" : $0.pointer) \($0.message)" } ?? "it is not valid"
        return HearthError(
            .invalidOutput,
            "What the processor \(draft.processor) made does not fit the stream \(draft.stream.name): \(first).",
            hint: "This is a defect of the processor.", disposition: .defect, fields: fields)
    }
}
