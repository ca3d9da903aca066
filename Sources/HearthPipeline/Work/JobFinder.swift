import HearthCore
import HearthSchema
import HearthStore

/// Looks for what a processor has to do: first what people asked to be tried again, then what is new, then what is to be
/// worked again from a date.
struct JobFinder: Sendable {
    let store: any ReadingStore & ProcessingStore
    let processor: String
    let inputs: [StreamDefinition]
    let limit: Int

    /// Of what is new in several inputs, that which came in first: what a processor says may depend on what was before.
    /// - Parameter turn: Counts up, so that of inputs whose readings came in together each gets its turn.
    func next(_ record: ProcessorRecord, turn: Int) async throws -> ProcessorJob? {
        if record.replays > 0, let job = try await replay() { return job }
        var first: ProcessorJob?
        for offset in inputs.indices {
            let stream = inputs[(turn + offset) % inputs.count]
            let (batch, cursor) = try await store.changes(
                of: stream, after: record.cursors[stream.name], limit: limit)
            guard let cursor, let received = batch.heads.first?.received else { continue }
            if let first, first.batch.heads[0].received <= received { continue }
            first = ProcessorJob(lane: .live, batch: batch, progress: .cursor(cursor))
        }
        if let first { return first }
        guard let run = record.run else { return nil }
        return try await self.run(run)
    }

    private func replay() async throws -> ProcessorJob? {
        var job: ProcessorJob?
        for letter in try await store.replays(of: processor, limit: limit) {
            guard let stream = inputs.first(where: { $0.name == letter.stream }),
                let found = try await store.reading(letter.reading, in: stream, person: letter.person),
                found.count == 1
            else {
                // The reading was deleted, or the processor does not read its stream any more.
                _ = try await store.removeDeadLetter(letter.id, of: processor)
                continue
            }
            if job == nil { job = ProcessorJob(lane: .replay, batch: ReadingBatch(stream: stream), progress: .replay) }
            // One job is of one stream; the others come next.
            if job?.batch.stream === stream { job?.batch.append(row: 0, of: found) }
        }
        return job
    }

    /// The next part of a run; with an empty batch when nothing is left.
    private func run(_ run: ProcessorRun) async throws -> ProcessorJob {
        let start = run.place.flatMap { place in inputs.firstIndex { $0.name == place.stream } }
        let place = start == nil ? nil : run.place
        for stream in inputs[(start ?? 0)...] {
            let isHere = stream.name == place?.stream
            let people = Set(try await store.statistics(of: stream).map(\.person)).sorted()
            for person in people {
                if isHere, let place, person < place.person { continue }
                let position = isHere && person == place?.person ? place?.position : nil
                let page = try await store.page(
                    ReadingQuery(stream: stream, person: person, from: run.from, order: .oldestFirst), after: position,
                    limit: limit)
                guard let last = page.heads.last else { continue }
                let next = RunPlace(stream: stream.name, person: person, position: ReadingPosition(last))
                return ProcessorJob(lane: .run, batch: page, progress: .run(number: run.number, place: next))
            }
        }
        return ProcessorJob(
            lane: .run, batch: ReadingBatch(stream: inputs[0]), progress: .run(number: run.number, place: nil))
    }
}
