package import HearthCore
import OrderedCollections

/// Someone whose data Hearth keeps.
package struct Person: Sendable, Hashable {
    package var id: UniqueID
    package var name: String
    /// IANA name; every day boundary of the person uses it.
    package var timeZone: String
    package var createdAt: Timestamp

    package init(id: UniqueID, name: String, timeZone: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.timeZone = timeZone
        self.createdAt = createdAt
    }
}

/// Something that sends readings.
package struct Device: Sendable, Hashable {
    package var id: UniqueID
    package var person: UniqueID
    package var name: String
    /// phone, watch, computer, … free text of at most 64 characters.
    package var kind: String
    package var platform: String?
    /// Free JSON object of the client.
    package var metadata: JSONValue
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Set when the device was deleted; its readings stay.
    package var deletedAt: Timestamp?

    package init(
        id: UniqueID, person: UniqueID, name: String, kind: String, platform: String? = nil,
        metadata: JSONValue = [:], createdAt: Timestamp, updatedAt: Timestamp, deletedAt: Timestamp? = nil
    ) {
        self.id = id
        self.person = person
        self.name = name
        self.kind = kind
        self.platform = platform
        self.metadata = metadata
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.deletedAt = deletedAt
    }
}

/// An access token as it is stored: never the token itself.
package struct TokenRecord: Sendable, Hashable {
    package var id: UniqueID
    /// Keyed hash of the token, 32 bytes.
    package var hash: [UInt8]
    package var name: String
    /// Text of a role; the vault knows its meaning.
    package var role: String
    package var person: UniqueID
    package var device: UniqueID?
    /// Stream names the token may write and read; nil: all that the role may.
    package var streams: [String]?
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    /// Of a browser's session: the keyed hash of the token that it was let in with. It is good as long as that one is.
    package var parent: [UInt8]?

    package init(
        id: UniqueID, hash: [UInt8], name: String, role: String, person: UniqueID, device: UniqueID? = nil,
        streams: [String]? = nil, createdAt: Timestamp, expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil,
        parent: [UInt8]? = nil
    ) {
        self.id = id
        self.hash = hash
        self.name = name
        self.role = role
        self.person = person
        self.device = device
        self.streams = streams
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.parent = parent
    }
}

/// The answer once given to a request with an `Idempotency-Key`.
package struct StoredAnswer: Sendable, Hashable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]

    package init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
