import HearthCore
import HearthSchema
import HearthStore
import HearthVault

/// A token as a caller wants it.
struct TokenDraft {
    var name: String
    var role: Role
    var person: UniqueID?
    var device: UniqueID?
    var streams: [String]?
    var expiresAt: Timestamp?

    static let nameLengths = 1...200
    static let roles = Role.allCases.map(\.rawValue)
    static let example: JSONValue = [
        "name": "Anna's phone", "role": "device", "device_id": "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60",
    ]

    /// Throws everything that is wrong. Streams are named as the registry does, whatever alias the caller used.
    init(_ root: JSONReference, registry: StreamRegistry, now: Timestamp) throws(HearthError) {
        var reader = try MemberReader(root)
        name = reader.text("name", Self.nameLengths, isRequired: true) ?? ""
        let named = reader.choice("role", of: Self.roles, isRequired: true).flatMap { Role(rawValue: $0) }
        // Without a role nothing below is granted: `check` throws.
        role = named ?? .auditor
        person = reader.id("person_id")
        device = reader.id("device_id")
        if role == .device, device == nil { reader.report("device_id", "is required for the role device") }
        expiresAt = reader.time("expires_at")
        if let expiresAt, expiresAt <= now { reader.report("expires_at", "is in the past") }
        if let names = reader.texts("streams", count: 1...200) {
            let unknown = names.filter { registry[$0] == nil }
            if let first = unknown.first { reader.report("streams", "names no stream: \(first.prefix(64))") }
            streams = Set(names.compactMap { registry[$0]?.name }).sorted()
        }
        try reader.check("The token")
    }
}

extension TokenRecord {
    /// Without the hash, which nobody needs to see.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.comma()
        writer.member("name", name)
        writer.comma()
        writer.member("role", role)
        writer.comma()
        writer.member("person_id", person)
        writer.raw(",\"device_id\":")
        if let device { writer.write(device.description) } else { writer.writeNull() }
        writer.raw(",\"streams\":")
        if let streams { writer.write(JSONValue.array(streams.map { .string($0) })) } else { writer.writeNull() }
        writer.comma()
        writer.member("created_at", createdAt)
        for (name, time) in [("expires_at", expiresAt), ("revoked_at", revokedAt)] {
            writer.comma()
            writer.key(name)
            if let time { writer.write(time.description) } else { writer.writeNull() }
        }
    }
}
