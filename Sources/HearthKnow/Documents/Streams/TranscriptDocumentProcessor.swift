import HearthCore
package import HearthPipeline
import HearthSchema
package import HearthStore
import OrderedCollections

/// Makes one document of all that was said in a recording. Stretches of speech come one after the other; each time, the
/// document is made again from all that are stored, so that their order and a second run do not matter.
package struct TranscriptDocumentProcessor: Processor {
    package let name = "transcript-documents"
    package let summary = "Puts what was said in recordings into the library."
    package let inputs = ["media_text_transcribed_words"]
    package let outputs: [String] = []
    package let batchLimit = 100

    /// Stretches of one recording lie no further apart than the longest recording lasts.
    private static let longestRecording = Duration.seconds(16 * 3600)
    private static let page = 500
    /// Stretches that are looked through for those of one recording.
    private static let maximumStretches = 50_000

    private let intake: DocumentIntake
    private let readings: any ReadingStore

    package init(intake: DocumentIntake, readings: any ReadingStore) {
        self.intake = intake
        self.readings = readings
    }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        var seen: Set<[String]> = []
        var drafts: [(row: Int, draft: DocumentDraft)] = []
        for index in 0..<batch.count {
            let row = ReadingRow(batch, index)
            guard let key = Self.key(row) else { continue }
            guard seen.insert(["\(row.head.person)", "\(row.head.device)", key]).inserted else { continue }
            let stretches = try await stretches(of: key, around: row.head, in: batch)
            if var draft = Transcript(stretches).draft(key: key, stream: batch.stream.name) {
                draft.received = try await received(of: stretches)
                drafts.append((index, draft))
            }
        }
        return ProcessorResult(
            failures: try await intake.add(rows: drafts).map { ReadingFailure(row: $0.row, error: $0.error) })
    }

    /// When the last of the recordings came in that stretches are of.
    private func received(of stretches: [Stretch]) async throws -> Timestamp? {
        var known: [String: Timestamp] = [:]
        for stretch in stretches where known[stretch.blob ?? ""] == nil {
            known[stretch.blob ?? ""] = try await intake.received(of: stretch.row)
        }
        return known.values.max()
    }

    /// A recording that was streamed has an id; one that was uploaded is known by its digest.
    private static func key(_ row: ReadingRow) -> String? { row.string("file_id") ?? row.string("source_blob") }

    private func stretches(of key: String, around head: ReadingHead, in batch: ReadingBatch) async throws -> [Stretch] {
        var query = ReadingQuery(stream: batch.stream, person: head.person, devices: [head.device], order: .oldestFirst)
        query.from = head.timestamp - Self.longestRecording
        query.to = head.timestamp + Self.longestRecording
        var found: [RecordID: Stretch] = [:]
        // What the batch holds counts also where the store was read before it.
        for index in 0..<batch.count where batch.heads[index].person == head.person {
            let row = ReadingRow(batch, index)
            if Self.key(row) == key, row.head.device == head.device { found[row.head.recordID] = Stretch(row) }
        }
        var position: ReadingPosition?
        var looked = 0
        while looked < Self.maximumStretches {
            let page = try await readings.page(query, after: position, limit: Self.page)
            for index in 0..<page.count {
                let row = ReadingRow(page, index)
                if Self.key(row) == key { found[row.head.recordID] = Stretch(row) }
            }
            looked += page.count
            guard page.count == Self.page, let last = page.heads.last else { break }
            position = ReadingPosition(last)
        }
        return found.values.sorted { $0.order < $1.order }
    }
}

/// One stretch of speech.
struct Stretch {
    struct Word {
        var text: String
        var seconds: ClosedRange<Double>
    }

    var row: ReadingRow
    var chunk: Int64
    var seconds: ClosedRange<Double>
    var text: String
    var words: [Word]
    var language: String?
    var engine: String?
    var blob: String?

    init(_ row: ReadingRow) {
        self.row = row
        chunk = row.integer("chunk_index") ?? 0
        let start = row.double("start_seconds") ?? 0
        seconds = start...max(start, row.double("end_seconds") ?? start)
        text = row.string("text") ?? ""
        language = row.string("language")
        engine = row.string("engine")
        blob = row.string("source_blob")
        words = (row.json("words")?.array ?? []).compactMap { word in
            guard let text = word["text"]?.string, let start = word["start"]?.double else { return nil }
            return Word(text: text, seconds: start...max(start, word["end"]?.double ?? start))
        }
    }

    var head: ReadingHead { row.head }
    var order: (Int64, Double, Timestamp, UInt64) { (chunk, seconds.lowerBound, head.timestamp, head.digest) }
}

/// The stretches of a recording as one text that knows when each word was said.
struct Transcript {
    private let stretches: [Stretch]

    /// - Parameter stretches: In the order in which they were said.
    init(_ stretches: [Stretch]) { self.stretches = stretches }

    /// Nil: nothing was said.
    func draft(key: String, stream: String) -> DocumentDraft? {
        var text = ""
        var spoken: [SpokenRange] = []
        for stretch in stretches {
            let tokens = TextNormalizer.words(of: stretch.text)
            if tokens.isEmpty { continue }
            if !text.isEmpty { text += "\n\n" }
            let start = text.utf8.count
            // A segment's time is that of each word in it. They count where the text has as many words as were timed.
            let times = stretch.words.flatMap { word in TextNormalizer.words(of: word.text).map { _ in word.seconds } }
            let isTimed = tokens.count == times.count
            for (index, token) in tokens.enumerated() {
                if index > 0 { text += " " }
                let begin = text.utf8.count
                text += token
                if isTimed {
                    spoken.append(SpokenRange(bytes: begin..<text.utf8.count, seconds: times[index]))
                }
            }
            if !isTimed { spoken.append(SpokenRange(bytes: start..<text.utf8.count, seconds: stretch.seconds)) }
        }
        guard !text.isEmpty, let first = stretches.first, let last = stretches.last else { return nil }
        var metadata: [(String, JSONValue)] = [
            ("seconds", .real(last.seconds.upperBound)), ("stretches", .integer(Int64(stretches.count))),
        ]
        if let engine = first.engine { metadata.append(("engine", .string(engine))) }
        return DocumentDraft(
            person: first.head.person, kind: .transcript, text: text,
            source: DraftSource(
                name: "voice", key: key, blob: first.blob, stream: stream, record: first.head.recordID,
                device: first.head.device),
            timestamp: first.head.timestamp, received: stretches.map(\.head.received).max(),
            language: first.language,
            metadata: .object(.init(metadata, uniquingKeysWith: { first, _ in first })),
            spoken: spoken)
    }
}
