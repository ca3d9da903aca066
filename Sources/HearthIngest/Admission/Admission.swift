package import HearthCore
package import HearthSchema
package import HearthStore
package import HearthVault

/// Decides what becomes of one value that wants to be a reading, without input or output: schema, time, device, consent
/// of the token, then columns and digest. Every door (HTTP, WebSocket, spool, gRPC) goes through here.
package struct Admission: Sendable {
    /// What the transport knows about the items it hands over.
    package struct Source: Sendable {
        package var principal: Principal
        /// From the path; nil: each item names its own as `stream` or `type`.
        package var stream: StreamDefinition?
        /// From the path or an envelope; an item that names another device is refused.
        package var device: UniqueID?
        /// Digests of the files that items may name: those that are there and that the sender may see. An item that names
        /// another is refused, or overhearing a digest would be as good as having the file.
        package var blobs: Set<String> = []

        package init(principal: Principal, stream: StreamDefinition? = nil, device: UniqueID? = nil) {
            self.principal = principal
            self.stream = stream
            self.device = device
        }
    }

    package let registry: StreamRegistry
    package let devices: DeviceDirectory
    package let digest: ReadingDigest
    package let time: any TimeSource
    package let limits: IngestLimits

    package init(
        registry: StreamRegistry, devices: DeviceDirectory, digest: ReadingDigest, time: any TimeSource,
        limits: IngestLimits
    ) {
        self.registry = registry
        self.devices = devices
        self.digest = digest
        self.time = time
        self.limits = limits
    }

    /// Adds the reading to `draft` or a rejection with every field that is wrong.
    package func admit(_ item: JSONReference, index: Int, source: Source, into draft: inout Draft) {
        guard item.kind == .object else {
            return draft.reject(
                index: index, .invalid([.init(pointer: "", message: "must be a JSON object")], stream: nil),
                stream: source.stream?.name)
        }
        let envelope = Envelope(item)
        guard let stream = stream(of: envelope, source) else {
            return draft.reject(index: index, unknownStream(envelope))
        }
        var problems: [HearthError.Field] = []
        if !stream.schema.validate(item) {
            problems = stream.schema.errors(of: item, limit: limits.errorsPerReading).map {
                HearthError.Field(pointer: $0.instanceLocation.text, message: $0.message)
            }
        }
        if stream.blobColumn != nil, let blob = item["blob"], !source.blobs.contains(blob.string ?? "") {
            problems.append(.init(pointer: "/blob", message: "names no file; upload it to its endpoint"))
        }
        if item.holdsInexact { problems += inexact(item, stream) }
        let received = time.now()
        let device = device(of: envelope, source, &problems)
        var flags: ReadingFlags = []
        let timestamp = timestamp(of: envelope, stream.time, received, &flags, &problems)
        if let id = envelope.id, id.kind != .string || id.utf8.isEmpty || id.utf8.count > 200 {
            problems.append(.init(pointer: "/id", message: "must be a string of 1 to 200 bytes"))
        }
        if let device, !source.principal.may(.writeStream(stream.name, person: device.person, device: device.id)) {
            return draft.reject(
                index: index,
                HearthError(
                    .streamNotAllowed, "This token may not write to the stream \(stream.name).",
                    hint: "Mint a token whose list of streams has it: hearth tokens create --help",
                    fields: [
                        .init(
                            pointer: source.stream == nil ? envelope.streamPointer : "",
                            message: "may not be written to with this token")
                    ]),
                stream: stream.name)
        }
        guard problems.isEmpty, let device, let timestamp else {
            return draft.reject(index: index, .invalid(problems, stream: stream.name), stream: stream.name)
        }

        let batchIndex = draft.batchIndex(for: stream)
        let row = draft.batches[batchIndex].count
        var head = ReadingHead(
            person: device.person, device: device.id, timestamp: timestamp, received: received, flags: flags)
        if let id = envelope.id {
            head.flags.insert(.clientKeyed)
            head.digest = digest.digest(clientID: id.utf8, stream: stream.name, device: device.id)
        }
        draft.batches[batchIndex].appendRow(head, item, namesStream: source.stream == nil)
        if envelope.id == nil {
            draft.batches[batchIndex].heads[row].digest = digest.contentDigest(of: draft.batches[batchIndex], row: row)
        }
        draft.places.append(Draft.Place(index: index, batch: batchIndex, row: row))
    }

    /// What would be stored as something else. Fields that are measured may be rounded; what a sender adds, and what it counts, may
    /// not, and the type of an extension may not get lost.
    private func inexact(_ item: JSONReference, _ stream: StreamDefinition) -> [HearthError.Field] {
        item.members.compactMap { key, value in
            guard value.holdsInexact else { return nil }
            if value.holdsExtension {
                return HearthError.Field(
                    pointer: JSONPointer.root.appending(key.string ?? "").text,
                    message: "holds an extension type of MessagePack; send its bytes as a binary")
            }
            if let column = stream.fieldIndex(utf8: key.utf8), stream.fields[column].type == .real { return nil }
            return HearthError.Field(
                pointer: JSONPointer.root.appending(key.string ?? "").text,
                message: "holds a whole number beyond 64 bits; send it as a string")
        }
    }

    // MARK: Envelope

    private func stream(of envelope: Envelope, _ source: Source) -> StreamDefinition? {
        if let stream = source.stream { return stream }
        guard let name = envelope.stream ?? envelope.type, name.kind == .string else { return nil }
        return registry.named(utf8: name.utf8)
    }

    private func unknownStream(_ envelope: Envelope) -> HearthError {
        guard let name = envelope.stream ?? envelope.type else {
            return .invalid(
                [.init(pointer: "/stream", message: "is required: the name of the reading's stream")], stream: nil)
        }
        let message =
            name.string.map { "names no stream (\"\($0.prefix(64))\"); GET /streams lists them" }
            ?? "is not a string"
        return .invalid([.init(pointer: envelope.streamPointer, message: message)], stream: nil)
    }

    private func device(
        of envelope: Envelope, _ source: Source, _ problems: inout [HearthError.Field]
    ) -> Device? {
        let id: UniqueID
        if let named = envelope.device {
            guard named.kind == .string, let parsed = UniqueID(utf8: named.utf8) else {
                problems.append(.init(pointer: "/device_id", message: "is not a UUID"))
                return nil
            }
            if let expected = source.device, expected != parsed {
                problems.append(.init(pointer: "/device_id", message: "is not the device of this connection"))
                return nil
            }
            id = parsed
        } else if let given = source.device ?? source.principal.deviceID {
            id = given
        } else {
            problems.append(.init(pointer: "/device_id", message: "is required: the device that took the reading"))
            return nil
        }
        if let own = source.principal.deviceID, own != id {
            problems.append(.init(pointer: "/device_id", message: "is not the device of this token"))
            return nil
        }
        guard let device = devices.device(id) else {
            problems.append(.init(pointer: "/device_id", message: "names no device; register it with POST /devices"))
            return nil
        }
        guard device.deletedAt == nil else {
            problems.append(
                .init(pointer: "/device_id", message: "names a device that was removed; restore it or use another one"))
            return nil
        }
        return device
    }

    private func timestamp(
        of envelope: Envelope, _ policy: StreamDefinition.TimePolicy, _ now: Timestamp, _ flags: inout ReadingFlags,
        _ problems: inout [HearthError.Field]
    ) -> Timestamp? {
        let time: Timestamp?
        switch envelope.timestamp?.kind {
        case nil:
            problems.append(.init(pointer: "/timestamp", message: "is required: when the reading was taken"))
            return nil
        case .string: time = envelope.timestamp.flatMap { Timestamp(utf8: $0.utf8) }
        case .integer, .real: time = envelope.timestamp?.double.flatMap { Timestamp(epoch: $0) }
        default: time = nil
        }
        guard let time else {
            problems.append(
                .init(
                    pointer: "/timestamp",
                    message: "is neither RFC 3339 with an offset (2026-11-21T08:00:00+01:00) nor epoch seconds or "
                        + "milliseconds"))
            return nil
        }
        if time < policy.oldest {
            problems.append(
                .init(
                    pointer: "/timestamp",
                    message: "is \(time), before \(policy.oldest), the oldest this stream takes; look at the device's "
                        + "clock"))
            return nil
        }
        if time > now + policy.future {
            problems.append(
                .init(
                    pointer: "/timestamp",
                    message: "is \(time), too far in the future (here it is \(now)); look at the device's clock"))
            return nil
        }
        if time > now + policy.skew { flags.insert(.clockSkew) }
        if time < now - policy.late { flags.insert(.late) }
        return time
    }
}

/// The members of a reading that every stream has, found in one walk.
struct Envelope {
    var id: JSONReference?
    var device: JSONReference?
    var timestamp: JSONReference?
    var stream: JSONReference?
    var type: JSONReference?

    enum Key {
        case id, device, timestamp, stream, type, sequence

        /// The envelope key that these bytes are, if any: told apart by length first.
        @inline(__always)
        init?(_ name: UnsafeBufferPointer<UInt8>) {
            func matches(_ text: StaticString) -> Bool {
                for index in 0..<name.count where name[index] != text.utf8Start[index] { return false }
                return true
            }
            switch name.count {
            case 2 where matches("id"): self = .id
            case 3 where matches("seq"): self = .sequence
            case 4 where matches("type"): self = .type
            case 6 where matches("stream"): self = .stream
            case 9 where matches("device_id"): self = .device
            case 9 where matches("timestamp"): self = .timestamp
            default: return nil
            }
        }
    }

    /// Where the item names its stream; the whole item when it does not.
    var streamPointer: String { stream != nil ? "/stream" : type != nil ? "/type" : "" }

    init(_ item: JSONReference) {
        for (key, value) in item.members {
            switch Key(key.utf8) {
            case .id: id = value
            case .device: device = value
            case .timestamp: timestamp = value
            case .stream: stream = value
            case .type: type = value
            case .sequence, nil: continue
            }
        }
        // A null says as little as an absent member.
        if id?.kind == .null { id = nil }
        if device?.kind == .null { device = nil }
        if timestamp?.kind == .null { timestamp = nil }
    }
}

extension HearthError {
    static func invalid(_ fields: [Field], stream: String?) -> HearthError {
        let what = stream.map { "The reading does not fit the stream \($0)" } ?? "The reading cannot be taken"
        let first =
            fields.first.map { "\($0.pointer.isEmpty ? "it" : $0.pointer) \($0.message.trimmingFullStop)" }
            ?? "it is not valid"
        return HearthError(.invalidValue, "\(what): \(first).", fields: fields)
    }
}

extension String {
    /// For a sentence that gets its full stop from another.
    fileprivate var trimmingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension ErrorCode {
    /// The token's list of streams does not have this one.
    package static let streamNotAllowed = ErrorCode("stream-not-allowed")
}
