package import HearthCore
import HearthIngest
package import HearthSchema
package import HearthStore

/// How many readings of a stream were stored, from time to time.
package struct ReadingEvents: EventSource {
    /// Rows of one page; they are counted and let go.
    private static let pageSize = 4096
    /// Of one look, so that its event comes out in time.
    private static let pages = 64

    package let name: String
    package let kinds = [EventKind.readingsStored]
    package let pause: Duration

    private let stream: StreamDefinition
    private let readings: any ReadingStore
    private let time: any TimeSource

    package init(stream: StreamDefinition, readings: any ReadingStore, pause: Duration, time: any TimeSource) {
        name = "readings/\(stream.name)"
        self.stream = stream
        self.readings = readings
        self.pause = pause
        self.time = time
    }

    package func end() async throws -> String { try await readings.end(of: stream)?.text ?? "" }

    package func events(after place: String) async throws -> EventHarvest {
        var cursor = place.isEmpty ? nil : ReadingCursor(text: place)
        var people: [UniqueID: Summary] = [:]
        var isMore = false
        for page in 1...Self.pages {
            let (batch, next) = try await readings.changes(of: stream, after: cursor, limit: Self.pageSize)
            for row in 0..<batch.count {
                let head = batch.heads[row]
                people[head.person, default: Summary()].add(head)
            }
            cursor = next
            guard batch.count == Self.pageSize else { break }
            isMore = page == Self.pages
        }
        let end = cursor?.text ?? ""
        let events = people.sorted { $0.key < $1.key }.map { person, summary in
            summary.event(of: stream.name, person: person, through: end, at: time.now())
        }
        return EventHarvest(events: events, place: end, isMore: isMore)
    }
}

/// What one person's readings of a look have in common.
private struct Summary {
    var count = 0
    var first: Timestamp?
    var last: Timestamp?
    var devices: [UniqueID: Int] = [:]

    mutating func add(_ head: ReadingHead) {
        count += 1
        first = min(first ?? head.timestamp, head.timestamp)
        last = max(last ?? head.timestamp, head.timestamp)
        devices[head.device, default: 0] += 1
    }

    func event(of stream: String, person: UniqueID, through end: String, at now: Timestamp) -> LifecycleEvent {
        LifecycleEvent(
            id: .random(at: now), kind: .readingsStored, key: "\(EventKind.readingsStored)/\(stream)/\(person)/\(end)",
            person: person, time: now,
            data: [
                "stream": .string(stream), "count": .integer(Int64(count)),
                "first": first.map { .string($0.description) } ?? .null,
                "last": last.map { .string($0.description) } ?? .null,
                "devices": .array(
                    devices.sorted { $0.key < $1.key }.map {
                        ["device": .string($0.key.description), "count": .integer(Int64($0.value))]
                    }),
            ])
    }
}
