import HearthCore
package import HearthSchema
package import HearthStore

/// Tells when a recording or picture came in that a reading was made from. A document counts from then on, and not from when
/// it was worked: working it again, with another result, brings nothing back that was forgotten since.
package struct SourceArrivals: Sendable {
    private let readings: any ReadingStore
    private let streams: [String: StreamDefinition]

    /// - Parameter streams: Those that recordings and pictures come in by.
    package init(readings: any ReadingStore, streams: [StreamDefinition]) {
        self.readings = readings
        self.streams = Dictionary(streams.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter source: The member `source` of the reading.
    /// - Returns: when the reading itself was made, where its source is not known or is gone.
    func received(_ head: ReadingHead, from source: JSONValue?) async throws -> Timestamp {
        guard let stream = source?["stream"]?.string.flatMap({ streams[$0] }),
            let id = source?["id"]?.string.flatMap({ UniqueID($0) }).flatMap({ RecordID($0) }),
            let found = try await readings.reading(id, in: stream, person: head.person)?.heads.first
        else { return head.received }
        return found.received
    }
}
