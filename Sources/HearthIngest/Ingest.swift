package import HearthCore
package import HearthSchema
package import HearthStore
import HearthVault

/// The door that every transport uses: admission, then group commit, then the answer.
package struct Ingest: Sendable {
    package let admission: Admission
    package let writer: CommitWriter

    package init(admission: Admission, writer: CommitWriter) {
        self.admission = admission
        self.writer = writer
    }

    package var registry: StreamRegistry { admission.registry }
    package var devices: DeviceDirectory { admission.devices }
    package var limits: IngestLimits { admission.limits }

    /// Takes one reading. Throws the rejection, or what the writer throws.
    package func one(_ body: JSONDocument, source: Admission.Source) async throws(HearthError) -> Receipt {
        var draft = Draft()
        body.withRoot { admission.admit($0, index: 0, source: source, into: &draft) }
        if let rejection = draft.rejected.first { throw rejection.error }
        return draft.receipt(try await writer.submit(draft.batches))
    }

    /// Commits a draft of one admitted reading for a caller that does not wait; see `CommitWriter.submit(_:reply:)`.
    package func one(_ draft: Draft, reply: @escaping @Sendable (Result<Receipt, HearthError>) -> Void) {
        writer.submit(draft.batches) { result in reply(result.map { draft.receipt($0) }) }
    }

    /// Takes many readings: good ones are stored, bad ones listed. Each body is an array of readings, an object with
    /// `readings` (and `device_id` and `stream` for all of them), or one reading; `failures` are items that could not
    /// even be read.
    package func batch(
        _ body: DecodedBody, source: Admission.Source
    ) async throws(HearthError) -> AdmissionReport {
        try await commit(try draft(of: body, source: source))
    }

    /// Admits what `batch` takes, and commits nothing.
    package func draft(of body: DecodedBody, source: Admission.Source) throws(HearthError) -> Draft {
        var draft = Draft()
        for failure in body.failures { draft.reject(index: failure.index, failure.error) }
        var nextIndex = 0
        for (position, document) in body.documents.enumerated() {
            if let index = body.indexes?[position] { nextIndex = index }
            try document.withRoot { root throws(HearthError) in
                try admitAll(root, index: &nextIndex, source: source, into: &draft)
            }
        }
        return draft
    }

    private func admitAll(
        _ root: JSONReference, index: inout Int, source: Admission.Source, into draft: inout Draft
    ) throws(HearthError) {
        var source = source
        var items = root
        if root.kind == .object, let readings = root["readings"] {
            guard readings.kind == .array else {
                throw HearthError(
                    .invalidValue, "The member readings is not a list.",
                    fields: [.init(pointer: "/readings", message: "must be a list of readings")])
            }
            try source.adopt(root, registry)
            items = readings
        }
        guard items.kind == .array else {
            guard index < limits.batchItems else { throw .tooManyReadings(limits) }
            admission.admit(items, index: index, source: source, into: &draft)
            index += 1
            return
        }
        guard items.count + index <= limits.batchItems else {
            throw HearthError(
                .tooLarge, "A batch holds at most \(limits.batchItems) readings; this one has \(items.count + index).",
                hint: "Send it in parts.")
        }
        for item in items.elements {
            admission.admit(item, index: index, source: source, into: &draft)
            index += 1
        }
    }

    /// Commits what was admitted. Duplicates inside the draft count as duplicates.
    package func commit(_ draft: Draft) async throws(HearthError) -> AdmissionReport {
        Self.report(on: draft, try await writer.submit(draft.batches))
    }

    /// What became of a draft whose batches were committed with these outcomes.
    package static func report(on draft: Draft, _ outcomes: [AppendOutcome]) -> AdmissionReport {
        var report = AdmissionReport(
            accepted: outcomes.reduce(0) { $0 + $1.stored },
            duplicates: outcomes.reduce(0) { $0 + $1.duplicates.count },
            rejected: draft.rejected.sorted { $0.index < $1.index }, duplicateItems: [],
            streams: zip(draft.batches, outcomes).map { batch, outcome in
                .init(stream: batch.stream.name, stored: outcome.stored, duplicates: outcome.duplicates.count)
            })
        guard report.duplicates > 0 else { return report }
        let originals = outcomes.map { outcome in
            Dictionary(outcome.duplicates.map { ($0.row, $0.original) }, uniquingKeysWith: { first, _ in first })
        }
        for place in draft.places {
            if let original = originals[place.batch][place.row] {
                report.duplicateItems.append(.init(index: place.index, original: original))
            }
        }
        return report
    }

    /// Stores rows that were made by Hearth itself, such as the record of an upload.
    package func append(_ batch: ReadingBatch) async throws(HearthError) -> AppendOutcome {
        var batch = batch
        admission.digest.seal(&batch)
        return try await writer.submit([batch])[0]
    }
}
