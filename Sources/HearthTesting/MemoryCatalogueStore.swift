package import HearthCore
package import HearthStore

/// The twin of the catalogue stores, in memory.
package actor MemoryCatalogueStore: CatalogueStore {
    private struct AnswerKey: Hashable {
        var principal: UniqueID
        var key: String
    }

    private struct KeptAnswer {
        var answer: StoredAnswer
        var fingerprint: [UInt8]
        var time: Timestamp
    }

    private var peopleByID: [UniqueID: Person] = [:]
    private var devicesByID: [UniqueID: Device] = [:]
    private var tokensByID: [UniqueID: TokenRecord] = [:]
    private var answers: [AnswerKey: KeptAnswer] = [:]
    private var settings: [String: String] = [:]
    private var isClosed = false

    package init() {}

    private func checkOpen() throws {
        if isClosed { throw HearthError(.shuttingDown, "The catalogue is closed.", disposition: .retry) }
    }

    // MARK: People

    package func people() throws -> [Person] {
        try checkOpen()
        return peopleByID.values.sorted { $0.id < $1.id }
    }

    package func insert(_ person: Person) throws {
        try checkOpen()
        guard peopleByID[person.id] == nil else {
            throw HearthError(.conflict, "There is a person with the id \(person.id) already.")
        }
        peopleByID[person.id] = person
    }

    package func update(_ person: Person) throws {
        try checkOpen()
        guard peopleByID[person.id] != nil else {
            throw HearthError(.notFound, "There is no person with the id \(person.id).")
        }
        peopleByID[person.id] = person
    }

    // MARK: Devices

    package func insert(_ device: Device) throws {
        try checkOpen()
        guard devicesByID[device.id] == nil else {
            throw HearthError(.conflict, "There is a device with the id \(device.id) already.")
        }
        devicesByID[device.id] = device
    }

    package func update(_ device: Device) throws {
        try checkOpen()
        guard devicesByID[device.id] != nil else {
            throw HearthError(.notFound, "There is no device with the id \(device.id).")
        }
        devicesByID[device.id] = device
    }

    package func device(_ id: UniqueID) throws -> Device? {
        try checkOpen()
        return devicesByID[id]
    }

    package func devices() throws -> [Device] {
        try checkOpen()
        return devicesByID.values.sorted { $0.id < $1.id }
    }

    // MARK: Tokens

    package func insert(_ token: TokenRecord) throws {
        try checkOpen()
        guard tokensByID[token.id] == nil, !tokensByID.values.contains(where: { $0.hash == token.hash }) else {
            throw HearthError(.conflict, "There is a token with the id \(token.id) or the same secret already.")
        }
        tokensByID[token.id] = token
    }

    package func revokeToken(_ id: UniqueID, at time: Timestamp) throws {
        try checkOpen()
        guard let token = tokensByID[id] else {
            throw HearthError(.notFound, "There is no token with the id \(id).")
        }
        tokensByID[id]?.revokedAt = token.revokedAt ?? time
    }

    package func tokens() throws -> [TokenRecord] {
        try checkOpen()
        return tokensByID.values.sorted { $0.id < $1.id }
    }

    // MARK: Answers

    package func answer(principal: UniqueID, key: String, fingerprint: [UInt8]) throws -> StoredAnswer? {
        try checkOpen()
        guard let kept = answers[AnswerKey(principal: principal, key: key)] else { return nil }
        guard kept.fingerprint == fingerprint else {
            throw HearthError(
                .idempotencyMismatch, "This Idempotency-Key was used with a different request.",
                hint: "Use a new key for a new request.")
        }
        return kept.answer
    }

    package func keep(
        _ answer: StoredAnswer, principal: UniqueID, key: String, fingerprint: [UInt8], at time: Timestamp
    ) throws {
        try checkOpen()
        let place = AnswerKey(principal: principal, key: key)
        if answers[place] == nil {
            answers[place] = KeptAnswer(answer: answer, fingerprint: fingerprint, time: time)
        }
    }

    package func dropAnswers(before cutoff: Timestamp) throws -> Int {
        try checkOpen()
        let old = answers.filter { $0.value.time < cutoff }
        for key in old.keys { answers[key] = nil }
        return old.count
    }

    // MARK: Settings

    package func setting(_ name: String) throws -> String? {
        try checkOpen()
        return settings[name]
    }

    package func set(_ name: String, to value: String) throws {
        try checkOpen()
        settings[name] = value
    }

    package func probe() throws { try checkOpen() }

    package func close() { isClosed = true }
}
