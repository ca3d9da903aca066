package import HearthCore
import HearthIngest
package import HearthStore

/// Questions that could not be answered.
package struct GapEvents: EventSource {
    private static let pageSize = 200

    package let name = "gaps"
    package let kinds = [EventKind.gapFiled]
    package let pause = Duration.seconds(10)

    private let library: any LibraryStore
    private let people: @Sendable () async throws -> [UniqueID]
    private let time: any TimeSource
    private let recent = RecentIDs()

    package init(
        library: any LibraryStore, people: @escaping @Sendable () async throws -> [UniqueID], time: any TimeSource
    ) {
        self.library = library
        self.people = people
        self.time = time
    }

    package func end() async throws -> String { RecentIDs.bound(time.now()).description }

    package func events(after place: String) async throws -> EventHarvest {
        let start = RecentIDs.start(place)
        var gaps: [Gap] = []
        var isMore = false
        for person in try await people() {
            let page = try await library.gaps(person: person, after: start, limit: Self.pageSize)
            isMore = isMore || page.count == Self.pageSize
            gaps += page
        }
        // Of people with full pages nothing may be passed over.
        gaps.sort { $0.id < $1.id }
        if isMore { gaps = Array(gaps.prefix(Self.pageSize)) }
        let news = recent.news(among: gaps.map(\.id))
        let last = max(gaps.last?.id ?? start, UniqueID(place) ?? start).description
        recent.note(news, place: last)
        return EventHarvest(
            events: gaps.filter { news.contains($0.id) }.map(event), place: last, isMore: isMore && !news.isEmpty)
    }

    private func event(_ gap: Gap) -> LifecycleEvent {
        let now = time.now()
        return LifecycleEvent(
            id: .random(at: now), kind: .gapFiled, key: "\(EventKind.gapFiled)/\(gap.id)", person: gap.person,
            time: gap.openedAt,
            data: ["gap": .string(gap.id.description), "confidence": .real(gap.confidence)])
    }
}
