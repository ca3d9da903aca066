import HearthCore
import HearthStore

/// A device as a caller describes it.
struct DeviceDraft {
    var id: UniqueID?
    var person: UniqueID?
    var name: String
    var kind: String
    var platform: String?
    var metadata: JSONValue

    static let nameLengths = 1...200
    static let kindLengths = 1...64
    /// Bytes of JSON.
    static let metadataLimit = 16 << 10

    static let example: JSONValue = ["name": "Anna's phone", "kind": "phone", "platform": "android"]

    /// Throws everything that is wrong.
    init(_ root: JSONReference) throws(HearthError) {
        var reader = try MemberReader(root)
        id = reader.id("id")
        person = reader.id("person_id")
        name = reader.text("name", Self.nameLengths, isRequired: true) ?? ""
        kind = reader.text("kind", Self.kindLengths, isRequired: true) ?? ""
        platform = reader.text("platform", Self.kindLengths)
        metadata = reader.object("metadata", limit: Self.metadataLimit) ?? [:]
        try reader.check("The device")
    }

    func device(id: UniqueID, person: UniqueID, at time: Timestamp) -> Device {
        Device(
            id: id, person: person, name: name, kind: kind, platform: platform, metadata: metadata, createdAt: time,
            updatedAt: time)
    }

    /// Changes what the body names and leaves the rest.
    static func apply(_ root: JSONReference, to device: inout Device, at time: Timestamp) throws(HearthError) {
        var reader = try MemberReader(root)
        for name in ["name", "kind", "deleted"] where reader.has(name) && reader.value(name) == nil {
            reader.report(name, "must not be null")
        }
        device.name = reader.text("name", nameLengths) ?? device.name
        device.kind = reader.text("kind", kindLengths) ?? device.kind
        let platform = reader.text("platform", kindLengths)
        if reader.has("platform") { device.platform = platform }
        let metadata = reader.object("metadata", limit: metadataLimit)
        if reader.has("metadata") { device.metadata = metadata ?? [:] }
        if let isDeleted = reader.flag("deleted") { device.deletedAt = isDeleted ? device.deletedAt ?? time : nil }
        try reader.check("The change")
    }
}

extension Device {
    /// Whether a client describes both alike.
    func hasContent(of other: Device) -> Bool {
        name == other.name && kind == other.kind && platform == other.platform && metadata == other.metadata
    }

    func write(to writer: inout JSONWriter) {
        writer.raw("{")
        writer.member("id", id)
        writer.comma()
        writer.member("person_id", person)
        writer.comma()
        writer.member("name", name)
        writer.comma()
        writer.member("kind", kind)
        writer.raw(",\"platform\":")
        if let platform { writer.write(platform) } else { writer.writeNull() }
        writer.raw(",\"metadata\":")
        writer.write(metadata)
        writer.comma()
        writer.member("created_at", createdAt)
        writer.comma()
        writer.member("updated_at", updatedAt)
        writer.raw(",\"deleted\":")
        writer.write(deletedAt != nil)
        if let deletedAt {
            writer.comma()
            writer.member("deleted_at", deletedAt)
        }
        writer.raw("}")
    }
}
