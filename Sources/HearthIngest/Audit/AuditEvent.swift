package import HearthCore
import HearthStore
import OrderedCollections

/// What the audit log remembers. Names of streams and fields and counts, never a value.
package struct AuditEvent: Sendable, Hashable {
    package var action: String
    package var details: [(name: String, value: JSONValue)]

    private init(_ action: String, _ details: [(name: String, value: JSONValue)]) {
        self.action = action
        self.details = details
    }

    /// Values were shown.
    package static func resolve(
        stream: String, of person: UniqueID?, fields: [String], tokens: Int, missing: Int
    ) -> AuditEvent {
        AuditEvent(
            "resolve",
            [
                ("stream", .string(stream)), ("of", person.map { .string($0.description) } ?? .null),
                ("fields", .array(fields.map { .string($0) })), ("tokens", .integer(Int64(tokens))),
                ("missing", .integer(Int64(missing))),
            ])
    }

    /// Names of people, devices and access tokens were opened.
    package static func identities(count: Int) -> AuditEvent {
        AuditEvent("identities", [("count", .integer(Int64(count)))])
    }

    package static func rotate(to epoch: Int64) -> AuditEvent {
        AuditEvent("rotate", [("epoch", .integer(epoch))])
    }

    /// Rewriting of readings came to its end.
    package static func settle(readings: Int, retired: [Int64]) -> AuditEvent {
        AuditEvent(
            "settle",
            [("readings", .integer(Int64(readings))), ("retired", .array(retired.map { .integer($0) }))])
    }

    package static func erase(_ person: UniqueID, device: UniqueID?) -> AuditEvent {
        AuditEvent(
            "erase",
            [("of", .string(person.description)), ("device", device.map { .string($0.description) } ?? .null)])
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.action == right.action && left.json == right.json
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(action) }

    private var json: JSONValue {
        .object(OrderedDictionary(uniqueKeysWithValues: details.map { ($0.name, $0.value) }))
    }

    /// As it is stored.
    func body(by access: VaultAccess) -> String {
        let members: [(String, JSONValue)] =
            [
                ("action", .string(action)), ("role", .string(access.role)),
                ("principal", access.principal.map { .string($0.description) } ?? .null),
                ("person", access.person.map { .string($0.description) } ?? .null),
                ("purpose", .string(access.purpose)), ("request", access.request.map { .string($0) } ?? .null),
            ] + details.map { ($0.name, $0.value) }
        return JSONValue.object(OrderedDictionary(uniqueKeysWithValues: members)).text
    }
}
