package import HearthCore

/// A period between two rotations: tokens and keys of one epoch come from one secret.
package struct VaultEpoch: Sendable, Hashable {
    /// 1, 2, …
    package var number: Int64
    package var startedAt: Timestamp
    /// Of its secret; tells a wrong key file from a right one without revealing it.
    package var fingerprint: [UInt8]

    package init(number: Int64, startedAt: Timestamp, fingerprint: [UInt8]) {
        self.number = number
        self.startedAt = startedAt
        self.fingerprint = fingerprint
    }
}

/// A person's key for an epoch, before it has a number.
package struct VaultKeyDraft: Sendable, Hashable {
    package var person: UniqueID
    package var epoch: Int64
    /// Sealed under the secret of the epoch.
    package var wrapped: [UInt8]

    package init(person: UniqueID, epoch: Int64, wrapped: [UInt8]) {
        self.person = person
        self.epoch = epoch
        self.wrapped = wrapped
    }
}

/// A person's key as it is stored.
package struct VaultKeyRecord: Sendable, Hashable {
    /// Never used twice.
    package var id: Int64
    package var person: UniqueID
    package var epoch: Int64
    package var wrapped: [UInt8]

    package init(id: Int64, _ draft: VaultKeyDraft) {
        self.id = id
        person = draft.person
        epoch = draft.epoch
        wrapped = draft.wrapped
    }
}

/// Where an entry lies. The day of the reading stands before the token, so that what is written together lies together,
/// and what is deleted together, too.
package struct VaultPlace: Sendable, Hashable, Comparable {
    package var stream: String
    /// Days since 1970 of the reading's own time; `joinedDay` for values that many readings share.
    package var day: Int32
    package var token: UInt64

    /// Before all days.
    package static let joinedDay = Int32.min

    package init(stream: String, day: Int32, token: UInt64) {
        self.stream = stream
        self.day = day
        self.token = token
    }

    /// Tokens in the order of signed numbers, as stores keep them.
    package static func < (left: Self, right: Self) -> Bool {
        (left.stream, left.day, Int64(bitPattern: left.token)) < (
            right.stream, right.day, Int64(bitPattern: right.token)
        )
    }
}

/// What a token stands for, sealed.
package struct VaultEntry: Sendable, Hashable {
    package var place: VaultPlace
    /// The last day on which a reading that names it came or was taken.
    package var keptDay: Int32
    /// `VaultKeyRecord.id`
    package var key: Int64
    package var sealed: [UInt8]

    package init(place: VaultPlace, keptDay: Int32, key: Int64, sealed: [UInt8]) {
        self.place = place
        self.keptDay = keptDay
        self.key = key
        self.sealed = sealed
    }
}

/// Who or what a record of the catalogue is about, sealed.
package struct VaultIdentity: Sendable, Hashable {
    /// Id of the person, device or token.
    package var subject: UniqueID
    package var key: Int64
    package var sealed: [UInt8]

    package init(subject: UniqueID, key: Int64, sealed: [UInt8]) {
        self.subject = subject
        self.key = key
        self.sealed = sealed
    }
}

/// How the values of a field lie in the readings of its stream.
package struct VaultField: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Readings hold tokens, but older ones may still hold values.
        case sealing
        /// All readings hold tokens.
        case sealed
        /// Readings hold values, but older ones may still hold tokens.
        case opening
    }

    package var stream: String
    package var field: String
    package var state: State

    package init(stream: String, field: String, state: State) {
        self.stream = stream
        self.field = field
        self.state = state
    }
}

/// How far rewriting is in the readings of one person in one stream.
package struct VaultProgress: Sendable, Hashable {
    package var stream: String
    package var person: UniqueID
    /// The last one that was rewritten; nil at the end.
    package var position: ReadingPosition?

    package init(stream: String, person: UniqueID, position: ReadingPosition?) {
        self.stream = stream
        self.person = person
        self.position = position
    }
}

package struct VaultCounts: Sendable, Hashable {
    package var entries: Int
    package var identities: Int
    package var keys: Int
    /// Of the file.
    package var bytes: Int

    package init(entries: Int, identities: Int, keys: Int, bytes: Int) {
        self.entries = entries
        self.identities = identities
        self.keys = keys
        self.bytes = bytes
    }
}
