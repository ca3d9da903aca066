package import HearthCore
import HearthIngest
package import HearthStore

/// Readings that processors gave up.
package struct DeadLetterEvents: EventSource {
    package let name: String
    package let kinds = [EventKind.processorDeadLetter]
    package let pause = Duration.seconds(10)

    private let store: any ProcessingStore
    private let processors: [String]
    private let time: any TimeSource
    private let trail: IDTrail

    package init(store: any ProcessingStore, processors: [String], time: any TimeSource) {
        name = "dead-letters"
        self.store = store
        self.processors = processors
        self.time = time
        trail = IDTrail(name)
    }

    package func end() async throws -> String { IDTrail.bound(time.now()).description }

    package func events(after place: String) async throws -> EventHarvest {
        try await trail.look(after: place, at: time.now(), in: processors, id: \DeadLetter.id) { processor, start in
            try await store.deadLetters(of: processor, after: start, limit: IDTrail.pageSize)
        } event: {
            event($0)
        }
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
