import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthStoreSQLite
import OrderedCollections

/// What a reading costs between its parsed form and its row: admission, and the digest in it.
enum AdmissionBench {
    private static let count = 1000

    static func run(home: String) async throws -> JSONValue {
        let household = try await Household(home: home, deviceCount: 1)
        let admission = household.admission
        var results: [JSONValue] = []
        for name in ["accelerometer", "heartrate", "gps"] {
            let stream = try household.stream(name)
            let documents = try (0..<count).map { try document(stream, household.devices[0], number: $0) }
            let source = Admission.Source(principal: household.principal, stream: stream)

            func draft() -> Draft {
                var draft = Draft()
                for (index, document) in documents.enumerated() {
                    document.withRoot { admission.admit($0, index: index, source: source, into: &draft) }
                }
                return draft
            }

            let admitted = draft()
            guard admitted.rejected.isEmpty, let batch = admitted.batches.first, batch.count == count else {
                throw admitted.rejected.first?.error ?? HearthError(.internalError, "Readings went missing.")
            }
            var rows = 0
            let admit = Stopwatch.secondsPerCall { rows += draft().batches[0].count }
            var sum: UInt64 = 0
            let digest = Stopwatch.secondsPerCall {
                for row in 0..<batch.count { sum &+= household.digest.contentDigest(of: batch, row: row) }
            }
            guard rows > 0, sum != 0 else { throw Usage() }
            results.append([
                "stream": .string(name), "admission_seconds": .real(admit / Double(count)),
                "digest_seconds": .real(digest / Double(count)),
            ])
        }
        try await household.store.close()
        return .array(results)
    }

    /// The stream's example as a client would send it.
    private static func document(
        _ stream: StreamDefinition, _ device: UniqueID, number: Int
    ) throws -> JSONDocument {
        var members = stream.example.object ?? [:]
        members["device_id"] = .string(device.description)
        members["timestamp"] = .string((SystemTime().now() - .milliseconds(number + 1)).description)
        return try JSONDocument(.object(members))
    }
}
