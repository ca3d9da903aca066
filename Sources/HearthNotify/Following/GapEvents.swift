package import HearthCore
import HearthIngest
package import HearthStore

/// Questions that could not be answered.
package struct GapEvents: EventSource {
    package let name: String
    package let kinds = [EventKind.gapFiled]
    package let pause = Duration.seconds(10)

    private let library: any LibraryStore
    private let people: @Sendable () async throws -> [UniqueID]
    private let time: any TimeSource
    private let trail: IDTrail

    package init(
        library: any LibraryStore, people: @escaping @Sendable () async throws -> [UniqueID], time: any TimeSource
    ) {
        name = "gaps"
        self.library = library
        self.people = people
        self.time = time
        trail = IDTrail(name)
    }

    package func end() async throws -> String { IDTrail.bound(time.now()).description }

    package func events(after place: String) async throws -> EventHarvest {
        try await trail.look(after: place, at: time.now(), in: people(), id: \Gap.id) { person, start in
            try await library.gaps(person: person, after: start, limit: IDTrail.pageSize)
        } event: {
            event($0)
        }
    }

    private func event(_ gap: Gap) -> LifecycleEvent {
        let now = time.now()
        return LifecycleEvent(
            id: .random(at: now), kind: .gapFiled, key: "\(EventKind.gapFiled)/\(gap.id)", person: gap.person,
            time: gap.openedAt,
            data: ["gap": .string(gap.id.description), "confidence": .real(gap.confidence)])
    }
}
