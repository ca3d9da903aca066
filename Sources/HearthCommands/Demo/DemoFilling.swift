import HearthCore
import HearthIngest
import HearthSchema
import HearthServer
import HearthStore
import HearthVault

/// Puts the made-up readings into a home, through the door that real ones take.
struct DemoFilling: Sendable {
    let application: HearthApplication
    let time: any TimeSource
    let home: DemoHome

    private static let batchSize = 2000

    /// Fills the household unless it is filled already.
    /// - Returns: readings in it.
    func fill(at address: ServerAddress, _ painter: ProgressPainter) async throws -> Int {
        if let count = try home.readings() { return count }
        let devices = try await registerDevices()
        let progress = DemoProgress(painter)
        async let documents: Void = fillLibrary(devices, at: address, progress)
        let count = try await fillReadings(devices, progress)
        try await documents
        try painter.clear()
        try home.recordFilled(count)
        return count
    }

    private func fillLibrary(
        _ devices: [DemoHousehold.Source: UniqueID], at address: ServerAddress, _ progress: DemoProgress
    ) async throws {
        guard let phone = devices[.phone] else { return }
        try await DemoLibraryFilling(
            client: client(address), decoder: application.decoder, phone: phone, now: time.now()
        ).fill(progress)
    }

    /// - Returns: how many there are.
    private func fillReadings(
        _ devices: [DemoHousehold.Source: UniqueID], _ progress: DemoProgress
    ) async throws -> Int {
        let principal = Principal(id: Authenticator.ownerID, role: .owner, person: application.owner.id)
        var household = DemoHousehold(now: time.now())
        var count = 0
        try await household.days { source, stream, readings in
            guard let device = devices[source], let definition = application.ingest.registry[stream] else { return }
            let place = Admission.Source(principal: principal, stream: definition, device: device)
            var rest = readings[...]
            while !rest.isEmpty {
                let document = try Self.document(rest.prefix(Self.batchSize))
                rest = rest.dropFirst(Self.batchSize)
                let report = try await application.ingest.batch(DecodedBody(documents: [document]), source: place)
                if let refused = report.rejected.first { throw refused.error }
                count += report.accepted
            }
            try progress.add(readings: readings.count)
        }
        return count
    }

    /// What the household answers to its first question.
    func firstAnswer(at address: ServerAddress) async throws -> JSONValue {
        try await client(address).json(
            .send(.post, "/chat", ["query": .string(DemoLibraryFilling.question)]))
    }

    private func client(_ address: ServerAddress) -> ServerClient {
        let certificate = application.settings.tlsCertificate
        return ServerClient(
            address: address, token: application.ownerToken.token.secret,
            trust: certificate.map { .certificate(path: $0) } ?? .authorities)
    }

    private func registerDevices() async throws -> [DemoHousehold.Source: UniqueID] {
        let directory = application.ingest.devices
        var ids: [DemoHousehold.Source: UniqueID] = [:]
        for source in DemoHousehold.Source.allCases {
            let now = time.now()
            let device = Device(
                id: .random(at: now), person: application.owner.id, name: source.name, kind: source.rawValue,
                platform: source.platform, createdAt: now, updatedAt: now)
            try await directory.register(device)
            ids[source] = device.id
        }
        return ids
    }

    private static func document(_ readings: some Collection<DemoReading>) throws -> JSONDocument {
        var writer = JSONWriter(capacity: readings.count * 128)
        writer.raw("[")
        for (index, reading) in readings.enumerated() {
            if index > 0 { writer.comma() }
            writer.write(reading.fields.adding("timestamp", .string(reading.time.description)))
        }
        writer.raw("]")
        return try JSONDocument(parsing: writer.bytes)
    }
}
