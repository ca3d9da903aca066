import HearthCore
import HearthIngest
import HearthSchema
import HearthStore

/// Gathers what the steps over one batch gave, checked, until it is committed.
struct StepHarvest {
    private struct Identity: Hashable {
        var stream: String
        var ordinal: Int
    }

    private let processor: String
    private let outputs: [String: StreamDefinition]
    private let admission: Admission
    private let batch: ReadingBatch

    private(set) var derived: [DerivedBatch] = []
    /// By row of the batch.
    private(set) var failures: [Int: (error: HearthError, attempts: Int)] = [:]

    init(_ batch: ReadingBatch, processor: any Processor, admission: Admission) {
        self.batch = batch
        self.processor = processor.name
        self.admission = admission
        outputs = Dictionary(
            uniqueKeysWithValues: processor.outputs.compactMap { name in admission.registry[name].map { (name, $0) } })
    }

    /// Takes the result of a step over these rows of the batch. What is wrong with one output makes its source fail.
    /// - Throws: `invalid-output` for a result that names rows which were not in the step.
    mutating func take(_ result: ProcessorResult, of rows: Range<Int>) throws(HearthError) {
        guard result.readings.count <= PipelineLimits.derivedReadings else {
            throw HearthError(
                .tooLarge,
                "A step of the processor \(processor) made \(result.readings.count) readings; "
                    + "\(PipelineLimits.derivedReadings) is the most.", disposition: .defect)
        }
        let names = result.readings.map(\.sourceRow) + result.failures.map(\.row)
        guard names.allSatisfy({ $0 >= 0 && $0 < rows.count }) else {
            throw HearthError(
                .invalidOutput, "The processor \(processor) names a row that was not in its batch.",
                disposition: .defect)
        }
        for failure in result.failures { failures[rows.lowerBound + failure.row] = (failure.error, 1) }
        var bySource: [Int: [DerivedReading]] = [:]
        for reading in result.readings { bySource[rows.lowerBound + reading.sourceRow, default: []].append(reading) }
        for row in rows where failures[row] == nil {
            guard let readings = bySource[row] else { continue }
            do { try take(readings, of: row) } catch { failures[row] = (error, 1) }
        }
    }

    mutating func setAside(_ casualties: [BatchMachine.Casualty]) {
        for casualty in casualties { failures[casualty.row] = (casualty.error, casualty.attempts) }
    }

    /// All outputs of one source or none.
    private mutating func take(_ readings: [DerivedReading], of row: Int) throws(HearthError) {
        var own: [DerivedBatch] = []
        var seen: Set<Identity> = []
        for reading in readings {
            guard let stream = outputs[reading.stream] else {
                throw HearthError(
                    .invalidOutput,
                    "The processor \(processor) writes to the stream \(reading.stream), which is none of its outputs.",
                    disposition: .defect)
            }
            guard seen.insert(Identity(stream: stream.name, ordinal: reading.ordinal)).inserted else {
                throw HearthError(
                    .invalidOutput,
                    "The processor \(processor) gave two readings of \(stream.name) the ordinal \(reading.ordinal).",
                    disposition: .defect)
            }
            let index = Self.index(of: stream, in: &own)
            try admission.admit(
                DerivedDraft(
                    stream: stream, timestamp: reading.timestamp, payload: reading.payload, processor: processor,
                    sourceStream: batch.stream.name, source: batch.heads[row], ordinal: reading.ordinal),
                into: &own[index].batch)
        }
        for output in own {
            let index = Self.index(of: output.batch.stream, in: &derived)
            for made in 0..<output.batch.count {
                derived[index].batch.append(row: made, of: output.batch)
                derived[index].sources.append(row)
                derived[index].fingerprints.append(admission.digest.fingerprint(of: output.batch, row: made))
            }
        }
    }

    private static func index(of stream: StreamDefinition, in batches: inout [DerivedBatch]) -> Int {
        if let index = batches.firstIndex(where: { $0.batch.stream === stream }) { return index }
        batches.append(DerivedBatch(ReadingBatch(stream: stream)))
        return batches.count - 1
    }

    var derivedCount: Int { derived.reduce(0) { $0 + $1.batch.count } }

    /// What to store.
    func commit(
        _ progress: ProcessorProgress, at now: Timestamp, id: () -> UniqueID
    ) -> ProcessorCommit {
        var worked: [ReadingHead] = []
        // By row of the batch its place among the worked ones.
        var places: [Int: Int] = [:]
        for (row, head) in batch.heads.enumerated() where failures[row] == nil {
            places[row] = worked.count
            worked.append(head)
        }
        let outputs = derived.map { output in
            DerivedBatch(
                output.batch, sources: output.sources.map { places[$0] ?? 0 }, fingerprints: output.fingerprints)
        }
        let letters = failures.sorted { $0.key < $1.key }.map { row, failure in
            let head = batch.heads[row]
            return DeadLetter(
                id: id(), processor: processor, stream: batch.stream.name, reading: head.recordID,
                person: head.person, device: head.device, code: failure.error.code, message: failure.error.message,
                attempts: failure.attempts, firstFailedAt: now, lastFailedAt: now)
        }
        return ProcessorCommit(
            source: batch.stream, worked: worked, outputs: outputs, failed: letters, progress: progress)
    }
}
