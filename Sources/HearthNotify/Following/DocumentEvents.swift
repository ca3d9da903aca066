package import HearthCore
import HearthIngest
package import HearthStore

/// Documents that came, changed and went, from the changes of their passages. Changes between two looks are told once, by
/// how the document is then.
package struct DocumentEvents: EventSource {
    private static let pageSize = 500

    package static let name = "documents"
    package var name: String { Self.name }
    package let kinds: [EventKind] = [.documentAdded, .documentChanged, .documentForgotten]
    package let pause = Duration.seconds(30)

    private let library: any LibraryStore
    private let time: any TimeSource

    package init(library: any LibraryStore, time: any TimeSource) {
        self.library = library
        self.time = time
    }

    package func end() async throws -> String { String(try await library.latestPassageChange()) }

    package func events(after place: String) async throws -> EventHarvest {
        guard let start = Int64(place) else {
            throw HearthError(.storageFailed, "The mark of document events is no number.", disposition: .defect)
        }
        let latest = try await library.latestPassageChange()
        // A library from an older backup counts anew.
        if latest < start { return EventHarvest(events: [], place: String(latest), isMore: false) }
        let changes = try await library.passageChanges(after: start, limit: Self.pageSize)
        guard let last = changes.last else { return EventHarvest(events: [], place: place, isMore: false) }
        var seen: Set<UniqueID> = []
        var events: [LifecycleEvent] = []
        for change in changes where seen.insert(change.document).inserted {
            events.append(try await event(change))
        }
        return EventHarvest(events: events, place: String(last.sequence), isMore: changes.count == Self.pageSize)
    }

    private func event(_ change: PassageChange) async throws -> LifecycleEvent {
        let now = time.now()
        let id = change.document.description
        func event(_ kind: EventKind, _ suffix: String, _ data: JSONValue) -> LifecycleEvent {
            LifecycleEvent(
                id: .random(at: now), kind: kind, key: "\(kind)/\(id)\(suffix)", order: id, person: change.person,
                time: now, data: data)
        }
        guard let document = try await library.document(change.document, person: change.person) else {
            // Every passage that goes is a change, in any number of looks; the id never comes again.
            return event(.documentForgotten, "", ["document": .string(id)])
        }
        let data: JSONValue = [
            "document": .string(id), "version": .integer(Int64(document.version)),
            "source": .string(document.source.name), "kind": .string(document.kind.rawValue),
        ]
        return document.version == 1
            ? event(.documentAdded, "", data) : event(.documentChanged, "/\(document.version)", data)
    }
}
