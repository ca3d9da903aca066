import HearthCore
import HearthVault
import Testing

@Suite struct PrincipalTests {
    private static let own = UniqueID(high: 1, low: 0)
    private static let ward = UniqueID(high: 2, low: 0)
    private static let stranger = UniqueID(high: 3, low: 0)
    private static let phone = UniqueID(high: 4, low: 0)
    private static let watch = UniqueID(high: 5, low: 0)

    private func principal(_ role: Role, streams: Set<String>? = nil) -> Principal {
        Principal(
            id: UniqueID(high: 9, low: 9), role: role, person: Self.own,
            deviceID: role == .device ? Self.phone : nil, streams: streams, wards: [Self.ward])
    }

    /// Who may, of all roles without an allow-list. The one table of rights, told twice on purpose.
    private static let table: [(Action, Set<Role>)] = [
        (.readHealth, [.owner, .member, .guardian, .device, .service, .auditor]),
        (.readMetrics, [.owner, .auditor]),
        (.readRegistry, [.owner, .member, .guardian, .device, .service]),
        (.administrate, [.owner]),
        (.writeStream("gps"), [.owner, .member, .guardian, .service]),
        (.writeStream("gps", device: phone), [.owner, .member, .guardian, .service, .device]),
        (.writeStream("gps", device: watch), [.owner, .member, .guardian, .service]),
        (.writeStream("gps", person: own, device: phone), [.owner, .member, .guardian, .service, .device]),
        (.writeStream("gps", person: ward, device: phone), [.owner]),
        (.writeStream("gps", person: stranger), [.owner]),
        (.readStream("gps"), [.owner, .member, .guardian, .service]),
        (.readStream("gps", device: phone), [.owner, .member, .guardian, .service, .device]),
        (.readStream("gps", device: watch), [.owner, .member, .guardian, .service]),
        (.readStream("gps", person: ward), [.owner, .guardian]),
        (.readStream("gps", person: ward, device: phone), [.owner, .guardian]),
        (.readStream("gps", person: stranger), [.owner]),
        (.readDevices(), [.owner, .member, .guardian]),
        (.readDevices(person: ward), [.owner, .guardian]),
        (.readDevices(person: stranger), [.owner]),
        (.manageDevices(), [.owner, .member, .guardian]),
        (.manageDevices(person: ward), [.owner, .guardian]),
        (.manageDevices(person: stranger), [.owner]),
        (.manageTokens(), [.owner, .member, .guardian]),
        (.manageTokens(person: ward), [.owner]),
        (.manageTokens(person: stranger), [.owner]),
        (.readLibrary(), [.owner, .member, .guardian, .service]),
        (.readLibrary(person: ward), [.owner, .guardian]),
        (.readLibrary(person: stranger), [.owner]),
        (.writeLibrary(), [.owner, .member, .guardian, .service]),
        (.writeLibrary(person: ward), [.owner]),
        (.writeLibrary(person: stranger), [.owner]),
        (.export(), [.owner, .member, .guardian]),
        (.export(person: ward), [.owner, .guardian]),
        (.export(person: stranger), [.owner]),
    ]

    @Test(arguments: table) func rolesMayWhatTheTableSays(_ action: Action, _ roles: Set<Role>) {
        for role in Role.allCases {
            #expect(principal(role).may(action) == roles.contains(role), "\(role)")
        }
    }

    @Test(arguments: table) func listedStreamsConfineEveryRole(_ action: Action, _ roles: Set<Role>) {
        for role in Role.allCases {
            let mayOnItsOwn = roles.contains(role)
            switch action {
            case .readStream, .writeStream:
                #expect(principal(role, streams: ["gps", "steps"]).may(action) == mayOnItsOwn, "\(role)")
                #expect(!principal(role, streams: ["steps"]).may(action), "\(role)")
                #expect(!principal(role, streams: []).may(action), "\(role)")
            case .readHealth, .readRegistry:
                #expect(principal(role, streams: ["gps"]).may(action) == mayOnItsOwn, "\(role)")
            default:
                let isScraper = role == .auditor && action == .readMetrics
                #expect(principal(role, streams: ["gps"]).may(action) == isScraper, "\(role)")
            }
        }
    }

    @Test func deviceTokenWithoutDeviceMayNothing() {
        let broken = Principal(id: Self.own, role: .device, person: Self.own)
        #expect(!broken.may(.writeStream("gps")))
        #expect(!broken.may(.writeStream("gps", device: Self.phone)))
        #expect(!broken.may(.readStream("gps")))
    }

    @Test func nobodyGrantsMoreThanTheyHave() {
        for giver in Role.allCases {
            for role in Role.allCases {
                let expected =
                    giver == .owner || [.member, .guardian].contains(giver) && [.device, .service].contains(role)
                #expect(principal(giver).mayGrant(principal(role)) == expected, "\(giver) to \(role)")
                #expect(!principal(giver, streams: ["gps"]).mayGrant(principal(role, streams: ["gps"])))
            }
            var other = principal(.device)
            other.person = Self.stranger
            #expect(principal(giver).mayGrant(other) == (giver == .owner))
        }
    }

    @Test func storedNamesOfRolesStay() {
        #expect(Role.allCases.map(\.rawValue) == ["owner", "member", "guardian", "device", "service", "auditor"])
    }
}
