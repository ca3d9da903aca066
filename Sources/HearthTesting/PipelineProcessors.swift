import HearthCore
package import HearthPipeline
package import HearthStore
package import Synchronization

/// Makes one reading of each word of a note.
package final class WordProcessor: Processor {
    package typealias Step = @Sendable (ReadingBatch) async throws -> Void

    package let name: String
    package let summary = "Splits notes into words"
    package let inputs: [String]
    package let outputs: [String]
    package let batchLimit: Int
    package let stepLimit: Duration
    /// Texts in the order in which they were worked.
    package let seen = Mutex<[String]>([])
    package let before = Mutex<Step>({ _ in })
    package let transform = Mutex<@Sendable (String) -> [String]>({ $0.split(separator: " ").map(String.init) })
    package let isUnreadable = Mutex<@Sendable (String) -> Bool>({ _ in false })

    package init(
        name: String = "words", inputs: [String] = ["note"], outputs: [String] = ["words"], batchLimit: Int = 8,
        stepLimit: Duration = .seconds(120)
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.batchLimit = batchLimit
        self.stepLimit = stepLimit
    }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        try await before.withLock { $0 }(batch)
        var result = ProcessorResult()
        for row in 0..<batch.count {
            let text = batch.string(batch[row, 0]) ?? ""
            seen.withLock { $0.append(text) }
            if isUnreadable.withLock({ $0 })(text) {
                result.failures.append(ReadingFailure(row: row, error: HearthError(.invalidValue, "It is unreadable.")))
                continue
            }
            for (ordinal, word) in transform.withLock({ $0 })(text).enumerated() {
                result.readings.append(
                    DerivedReading(
                        stream: "words", timestamp: batch.heads[row].timestamp, payload: ["word": .string(word)],
                        sourceRow: row, ordinal: ordinal))
            }
        }
        return result
    }
}

/// Counts the letters of each word.
package struct LetterProcessor: Processor {
    package let name = "letters"
    package let summary = "Counts letters"
    package let inputs = ["words"]
    package let outputs = ["letters"]
    package let batchLimit = 100

    package init() {}

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        ProcessorResult(
            readings: (0..<batch.count).map { row in
                DerivedReading(
                    stream: "letters", timestamp: batch.heads[row].timestamp,
                    payload: ["count": .integer(Int64(batch.string(batch[row, 0])?.count ?? 0))], sourceRow: row,
                    ordinal: 0)
            })
    }
}
