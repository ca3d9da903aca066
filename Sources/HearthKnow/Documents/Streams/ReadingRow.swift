import HearthCore
import HearthSchema
import HearthStore

/// Fields of one reading, by name.
struct ReadingRow {
    private let batch: ReadingBatch
    private let row: Int

    init(_ batch: ReadingBatch, _ row: Int) {
        self.batch = batch
        self.row = row
    }

    var head: ReadingHead { batch.heads[row] }

    func string(_ name: String) -> String? { cell(name).flatMap(batch.string) }

    func double(_ name: String) -> Double? {
        switch cell(name) {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    func integer(_ name: String) -> Int64? { if case .integer(let value) = cell(name) { value } else { nil } }

    /// Of a field that holds an object or an array.
    func json(_ name: String) -> JSONValue? { string(name).flatMap { try? JSONValue(parsing: $0) } }

    private func cell(_ name: String) -> Cell? { batch.stream.fieldIndex(name).map { batch[row, $0] } }
}

extension DocumentIntake {
    /// Puts one draft per row into the library. Rows that cannot be documents are failures of their own; the store's
    /// failures are the batch's, which is then tried again. Readings that were erased meanwhile make no documents.
    func add(rows drafts: [(row: Int, draft: DocumentDraft)]) async throws -> [(row: Int, error: HearthError)] {
        var failures: [(row: Int, error: HearthError)] = []
        var entries: [DocumentEntry] = []
        for (row, draft) in drafts {
            do {
                entries.append(try await prepared(draft))
            } catch let error as HearthError {
                failures.append((row, error))
            }
        }
        _ = try await store(entries, skipsErased: true)
        return failures
    }
}
