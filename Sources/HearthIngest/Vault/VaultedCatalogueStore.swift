package import HearthCore
package import HearthStore
package import HearthVault
import OrderedCollections

/// A catalogue that does not say who people are: names of people, devices and access tokens, and what clients say of
/// their devices, lie in the vault. Answers kept for repeating are sealed, for they repeat names.
package struct VaultedCatalogueStore: CatalogueStore {
    private let base: any CatalogueStore
    private let vault: TokenVault
    private let ring: KeyRing

    /// What stands in the place of a name.
    package static let placeholder = "sealed"
    private static let answerMark: [UInt8] = [0, 0x48, 0x53, 1]
    private static let itself = VaultAccess(role: "hearth", purpose: "names of the catalogue")

    /// Opens the catalogue; names that still stand in it move into the vault first. Names of tokens made before stay until
    /// the token goes.
    package static func open(
        base: any CatalogueStore, vault: TokenVault, ring: KeyRing
    ) async throws -> VaultedCatalogueStore {
        let store = VaultedCatalogueStore(base: base, vault: vault, ring: ring)
        let known = try await vault.identities()
        // The name is durable in the vault before it leaves the catalogue. A row that has the placeholder, as after a
        // kill in between, is as it should be.
        for person in try await base.people() {
            if known[person.id] == nil { try await vault.seal([(person.id, Self.text(person))]) }
            if person.name != Self.placeholder { try await base.update(Self.hidden(person)) }
        }
        for device in try await base.devices() {
            if known[device.id] == nil { try await vault.seal([(device.id, Self.text(device))]) }
            if device.name != Self.placeholder || device.metadata != [:] {
                try await base.update(Self.hidden(device))
            }
        }
        return store
    }

    // MARK: Forms

    private static func text(_ person: Person) -> String { JSONValue.object(["name": .string(person.name)]).text }

    private static func text(_ device: Device) -> String {
        JSONValue.object(["name": .string(device.name), "metadata": device.metadata]).text
    }

    private static func hidden(_ person: Person) -> Person {
        var person = person
        person.name = placeholder
        return person
    }

    private static func hidden(_ device: Device) -> Device {
        var device = device
        device.name = placeholder
        device.metadata = [:]
        return device
    }

    private static func shown(_ device: Device, _ texts: [UniqueID: String]) throws -> Device {
        guard let text = texts[device.id] else { return device }
        var device = device
        let members = try JSONValue(parsing: text)
        device.name = members["name"]?.string ?? device.name
        device.metadata = members["metadata"] ?? device.metadata
        return device
    }

    private func identities(for count: Int) async throws -> [UniqueID: String] {
        if count == 0 { return [:] }
        let texts = try await vault.identities()
        try await vault.audit.record(.identities(count: count), by: Self.itself)
        return texts
    }

    // MARK: People

    package func people() async throws -> [Person] {
        let people = try await base.people()
        let texts = try await identities(for: people.count)
        return try people.map { person in
            var person = person
            if let text = texts[person.id] { person.name = try JSONValue(parsing: text)["name"]?.string ?? person.name }
            return person
        }
    }

    package func insert(_ person: Person) async throws {
        try await vault.seal([(person.id, Self.text(person))])
        try await base.insert(Self.hidden(person))
    }

    package func update(_ person: Person) async throws {
        try await vault.seal([(person.id, Self.text(person))])
        try await base.update(Self.hidden(person))
    }

    // MARK: Devices

    package func insert(_ device: Device) async throws {
        // Else the device that has this id would lose its name to one that is refused.
        guard try await base.device(device.id) == nil else { return try await base.insert(Self.hidden(device)) }
        try await vault.seal([(device.id, Self.text(device))])
        try await base.insert(Self.hidden(device))
    }

    package func update(_ device: Device) async throws {
        guard try await base.device(device.id) != nil else { return try await base.update(Self.hidden(device)) }
        try await vault.seal([(device.id, Self.text(device))])
        try await base.update(Self.hidden(device))
    }

    package func device(_ id: UniqueID) async throws -> Device? {
        guard let device = try await base.device(id) else { return nil }
        return try Self.shown(device, try await identities(for: 1))
    }

    package func devices() async throws -> [Device] {
        let devices = try await base.devices()
        let texts = try await identities(for: devices.count)
        return try devices.map { try Self.shown($0, texts) }
    }

    // MARK: Tokens

    package func insert(_ token: TokenRecord) async throws {
        try await vault.seal([(token.id, JSONValue.object(["name": .string(token.name)]).text)])
        var hidden = token
        hidden.name = Self.placeholder
        try await base.insert(hidden)
    }

    package func revokeToken(_ id: UniqueID, at time: Timestamp) async throws {
        try await base.revokeToken(id, at: time)
    }

    package func tokens() async throws -> [TokenRecord] {
        let tokens = try await base.tokens()
        let texts = try await identities(for: tokens.count)
        return try tokens.map { token in
            var token = token
            if let text = texts[token.id] { token.name = try JSONValue(parsing: text)["name"]?.string ?? token.name }
            return token
        }
    }

    // MARK: Answers

    private static func label(_ principal: UniqueID, _ key: String) -> [UInt8] { Array("\(principal) \(key)".utf8) }

    package func answer(principal: UniqueID, key: String, fingerprint: [UInt8]) async throws -> StoredAnswer? {
        guard var answer = try await base.answer(principal: principal, key: key, fingerprint: fingerprint) else {
            return nil
        }
        guard answer.body.starts(with: Self.answerMark) else { return answer }
        answer.body = try ring.open(
            Array(answer.body.dropFirst(Self.answerMark.count)), for: .answer, label: Self.label(principal, key))
        return answer
    }

    package func keep(
        _ answer: StoredAnswer, principal: UniqueID, key: String, fingerprint: [UInt8], at time: Timestamp
    ) async throws {
        var answer = answer
        answer.body =
            Self.answerMark + (try ring.seal(answer.body, for: .answer, label: Self.label(principal, key)))
        try await base.keep(answer, principal: principal, key: key, fingerprint: fingerprint, at: time)
    }

    package func dropAnswers(before cutoff: Timestamp) async throws -> Int {
        try await base.dropAnswers(before: cutoff)
    }

    // MARK: The rest

    package func setting(_ name: String) async throws -> String? { try await base.setting(name) }
    package func set(_ name: String, to value: String) async throws { try await base.set(name, to: value) }
    package func probe() async throws { try await base.probe() }
    package func close() async throws { try await base.close() }
}
