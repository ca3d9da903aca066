import FoundationEssentials
import HearthCore
import HearthIngest
import HearthProtocols
import HearthSchema
import HearthServer
import HearthStore
import HearthVault

/// Turns frames into drafts through the admission of every door.
struct FrameReader: Sendable {
    let ingest: Ingest
    let principal: Principal
    /// What the call was opened for.
    var device: UniqueID?
    var stream: StreamDefinition?

    init(_ ingest: Ingest, _ principal: Principal) {
        self.ingest = ingest
        self.principal = principal
    }

    // MARK: Opening

    /// Takes the stream and device that all frames share, and refuses at once who may not write there.
    ///
    /// - Throws: `.notFound`, `.malformedRequest`, `.streamNotAllowed`, `.forbidden`.
    mutating func open(_ opening: Ingestion_V1_Opening) throws(HearthError) {
        if !opening.stream.isEmpty {
            stream = try named(opening.stream)
        }
        if !opening.deviceID.isEmpty {
            guard let id = UniqueID(opening.deviceID) else {
                throw HearthError(
                    .malformedRequest, "The device of the opening is not a UUID.",
                    fields: [.init(pointer: "/opening/device_id", message: "is not a UUID")])
            }
            guard let known = ingest.devices.device(id), known.deletedAt == nil else { throw Self.missingDevice }
            let name = stream?.name ?? principal.streams?.min() ?? ingest.registry.all.first?.name ?? ""
            let action = Action.writeStream(name, person: known.person, device: id)
            guard principal.may(action) else {
                // Whoever reaches the device's person may learn that only the right is missing.
                guard known.person == principal.person else { throw Self.missingDevice }
                throw HearthError.forbidden(action, principal)
            }
            device = id
        }
        if let stream, let streams = principal.streams, !streams.contains(stream.name) {
            throw HearthError(
                .streamNotAllowed, "This token may not write to the stream \(stream.name).",
                hint: "Mint a token whose list of streams has it: hearth tokens create --help",
                fields: [.init(pointer: "/opening/stream", message: "may not be written to with this token")])
        }
    }

    private static var missingDevice: HearthError {
        HearthError(.notFound, "There is no such device.", hint: "Register it with POST /devices.")
    }

    private func named(_ name: String) throws(HearthError) -> StreamDefinition {
        guard let stream = ingest.registry[name] else {
            throw HearthError(.notFound, "There is no stream \(name.prefix(64)).", hint: "GET /streams lists them.")
        }
        return stream
    }

    // MARK: Frames

    /// Admits the readings of a frame. Readings that are not taken are listed in the draft.
    ///
    /// - Throws: What is wrong with the frame as a whole.
    func draft(of frame: Ingestion_V1_Frame) throws(HearthError) -> Draft {
        var source = Admission.Source(principal: principal, stream: stream, device: device)
        if !frame.stream.isEmpty { source.stream = try named(frame.stream) }
        if !frame.deviceID.isEmpty {
            guard let id = UniqueID(frame.deviceID) else { throw .unfit("/device_id", "is not a UUID") }
            guard device == nil || device == id else {
                throw .unfit("/device_id", "is not the device of this call")
            }
            source.device = id
        }
        switch frame.payload {
        case .columns(let columns): return try draft(of: columns, source)
        case .objects(let objects): return try draft(of: objects, source)
        case .json(let bytes): return try draft(of: bytes, as: "application/json", source)
        case .messagePack(let bytes): return try draft(of: bytes, as: "application/msgpack", source)
        case nil: throw .unfit("/payload", "is missing")
        }
    }

    private func draft(of columns: Ingestion_V1_Columns, _ source: Admission.Source) throws(HearthError) -> Draft {
        guard source.stream != nil else { throw .unfit("/stream", "is missing, here and in the opening") }
        let rows = try ColumnReader(columns, ingest.limits)
        var draft = Draft()
        let unusable = rows.unusable
        rows.document.withRoot { root in
            var index = 0
            for item in root.elements {
                if let field = unusable.isEmpty ? nil : unusable[index] {
                    draft.reject(
                        index: index,
                        HearthError(
                            .invalidValue, "The reading cannot be taken: \(field.pointer) \(field.message).",
                            fields: [field]), stream: source.stream?.name)
                } else {
                    ingest.admission.admit(item, index: index, source: source, into: &draft)
                }
                index += 1
            }
        }
        return draft
    }

    private func draft(of objects: Ingestion_V1_Objects, _ source: Admission.Source) throws(HearthError) -> Draft {
        var builder = JSONDocumentBuilder(nodeCapacity: 16 * objects.readings.count)
        builder.beginArray()
        for reading in objects.readings { try builder.append(reading, depth: ingest.limits.depth - 1) }
        builder.end()
        return try ingest.draft(of: DecodedBody(documents: [builder.finish()]), source: source)
    }

    private func draft(
        of bytes: Data, as type: String, _ source: Admission.Source
    ) throws(HearthError) -> Draft {
        let limits = ingest.limits
        let body = bytes.withUnsafeBytes { bytes in
            Result { () throws(HearthError) in
                try BodyDecoder.decode(bytes, contentType: type, contentEncoding: nil, limits: limits)
            }
        }
        return try ingest.draft(of: try body.get(), source: source)
    }
}
