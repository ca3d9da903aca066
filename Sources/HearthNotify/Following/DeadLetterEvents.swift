package import HearthCore
import HearthIngest
package import HearthStore

/// Readings that processors gave up.
package struct DeadLetterEvents: EventSource {
    private static let pageSize = 200

    package let name = "dead-letters"
    package let kinds = [EventKind.processorDeadLetter]
    package let pause = Duration.seconds(10)

    private let store: any ProcessingStore
    private let processors: [String]
    private let time: any TimeSource
    private let recent = RecentIDs()

    package init(store: any ProcessingStore, processors: [String], time: any TimeSource) {
        self.store = store
        self.processors = processors
        self.time = time
    }

    package func end() async throws -> String { RecentIDs.bound(time.now()).description }

    package func events(after place: String) async throws -> EventHarvest {
        let start = RecentIDs.start(place)
        var letters: [DeadLetter] = []
        var isMore = false
        for processor in processors {
            let page = try await store.deadLetters(of: processor, after: start, limit: Self.pageSize)
            isMore = isMore || page.count == Self.pageSize
            letters += page
        }
        letters.sort { $0.id < $1.id }
        // Of processors with full pages nothing may be passed over.
        if isMore { letters = Array(letters.prefix(Self.pageSize)) }
        let news = recent.news(among: letters.map(\.id))
        let last = max(letters.last?.id ?? start, UniqueID(place) ?? start).description
        recent.note(news, place: last)
        return EventHarvest(
            events: letters.filter { news.contains($0.id) }.map(event), place: last, isMore: isMore && !news.isEmpty)
    }

    private func event(_ letter: DeadLetter) -> LifecycleEvent {
        LifecycleEvent(
            id: .random(at: time.now()), kind: .processorDeadLetter,
            key: "\(EventKind.processorDeadLetter)/\(letter.id)", person: letter.person, time: letter.firstFailedAt,
            data: [
                "processor": .string(letter.processor), "stream": .string(letter.stream),
                "reading": .string(letter.reading.description), "code": .string(letter.code.text),
                "message": .string(letter.message), "attempts": .integer(Int64(letter.attempts)),
                "dead_letter": .string(letter.id.description),
            ])
    }
}
