package import HearthCore

/// Who is calling, as the token says, and what they may do. Pure: it decides from its own fields alone.
package struct Principal: Hashable, Sendable {
    /// The token's id.
    package var id: UniqueID
    package var role: Role
    /// On whose behalf.
    package var person: UniqueID
    /// The device that holds the token; needed for the role `device`.
    package var deviceID: UniqueID?
    /// The streams it is confined to; nil is all. A confined principal does nothing but read and write these, whatever
    /// its role: else it could mint itself a token without bounds.
    package var streams: Set<String>?
    /// The people a guardian looks after.
    package var wards: Set<UniqueID>

    package init(
        id: UniqueID, role: Role, person: UniqueID, deviceID: UniqueID? = nil, streams: Set<String>? = nil,
        wards: Set<UniqueID> = []
    ) {
        self.id = id
        self.role = role
        self.person = person
        self.deviceID = deviceID
        self.streams = streams
        self.wards = wards
    }

    package func may(_ action: Action) -> Bool {
        switch action {
        case .writeStream(let stream, let person, let device):
            // A guardian sees what a ward's devices say, and says nothing in their name.
            isAllowed(stream) && isWithinReach(person, device: device, includesWards: false)
        case .readStream(let stream, let person, let device):
            isAllowed(stream) && isWithinReach(person, device: device, includesWards: true)
        case .readRegistry: role != .auditor
        case .readDevices(let person), .manageDevices(let person), .export(let person):
            isUnconfinedPerson && isWithinReach(person, device: nil, includesWards: true)
        case .readLibrary(let person):
            hasWholeLibrary && isWithinReach(person, device: nil, includesWards: true)
        case .writeLibrary(let person):
            hasWholeLibrary && isWithinReach(person, device: nil, includesWards: false)
        case .manageTokens(let person): isUnconfinedPerson && isWithinReach(person, device: nil, includesWards: false)
        case .readMetrics: role == .auditor || role == .owner && streams == nil
        case .readHealth: true
        case .openGate: streams == nil && role != .device && role != .auditor
        case .administrate: role == .owner && streams == nil
        }
    }

    /// Whether this principal may make a token that turns its bearer into `other`: nobody grants more than they have.
    package func mayGrant(_ other: Principal) -> Bool {
        guard may(.manageTokens(person: other.person)) else { return false }
        return role == .owner || other.role == .device || other.role == .service
    }

    private func isAllowed(_ stream: String) -> Bool { streams?.contains(stream) ?? true }

    /// A human being with all of their rights.
    private var isUnconfinedPerson: Bool {
        switch role {
        case .owner, .member, .guardian: streams == nil
        case .device, .service, .auditor: false
        }
    }

    /// What documents tell comes from all streams: whoever is confined to some sees none. A device only sends.
    private var hasWholeLibrary: Bool { streams == nil && role != .device && role != .auditor }

    /// Whether the role reaches data of `person` (nil: the principal's own) from `device`.
    private func isWithinReach(_ person: UniqueID?, device: UniqueID?, includesWards: Bool) -> Bool {
        let isOwn = person == nil || person == self.person
        switch role {
        case .owner: return true
        case .member, .service: return isOwn
        case .guardian: return isOwn || includesWards && person.map(wards.contains) ?? false
        case .device: return isOwn && deviceID != nil && device == deviceID
        case .auditor: return false
        }
    }
}
