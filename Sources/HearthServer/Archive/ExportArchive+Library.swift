import HearthCore
import HearthKnow
import HearthStore
import Hummingbird
import NIOCore

extension ExportArchive {
    /// Heads of documents and conversations that are asked for together; of texts, one is held at a time.
    private static let listSize = 200

    /// Lines of one file of the archive; it begins with its first line.
    private struct Lines {
        let name: String
        var buffer = ByteBufferAllocator().buffer(capacity: ExportArchive.pieceSize * 2)
        var count = 0
        var part = 1
    }

    /// Documents, conversations and open questions.
    /// - Returns: how many there were of each that there were any of.
    @concurrent
    func writeLibrary(
        _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws -> [(String, Int)] {
        guard let library else { return [] }
        let counts = [
            ("documents", try await writeDocuments(library, &zip, to: &writer)),
            ("turns", try await writeTurns(library, &zip, to: &writer)),
            ("gaps", try await writeGaps(library, &zip, to: &writer)),
        ]
        return counts.filter { $0.1 > 0 }
    }

    @concurrent
    private func writeDocuments(
        _ library: any LibraryStore, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws -> Int {
        var lines = Lines(name: "documents")
        let filter = DocumentFilter(person: person.id, from: from, to: to)
        var position: DocumentPosition?
        repeat {
            let heads = try await library.documents(filter, after: position, limit: Self.listSize)
            for head in heads {
                // One that was forgotten meanwhile is left out.
                guard let document = try await library.document(head.id, person: person.id) else { continue }
                var line = JSONWriter(capacity: document.text.utf8.count + 1024)
                line.write(document, nil)
                try await add(line.string, &lines, &zip, to: &writer)
            }
            position = heads.last.map { DocumentPosition(timestamp: $0.timestamp, id: $0.id) }
            if heads.count < Self.listSize { position = nil }
        } while position != nil
        return try await end(&lines, &zip, to: &writer)
    }

    /// Conversation by conversation, the latest first; each in the order of its turns.
    @concurrent
    private func writeTurns(
        _ library: any LibraryStore, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws -> Int {
        var lines = Lines(name: "turns")
        var position: UniqueID?
        repeat {
            let sessions = try await library.sessions(person: person.id, after: position, limit: Self.listSize)
            for session in sessions {
                try await write(session, of: library, &lines, &zip, to: &writer)
            }
            position = sessions.count < Self.listSize ? nil : sessions.last?.id
        } while position != nil
        return try await end(&lines, &zip, to: &writer)
    }

    @concurrent
    private func write(
        _ session: SessionHead, of library: any LibraryStore, _ lines: inout Lines, _ zip: inout ZipWriter,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var position: UniqueID?
        repeat {
            let turns = try await library.turns(
                session: session.id, person: person.id, after: position, limit: Self.listSize)
            for turn in turns
            where from.map({ turn.timestamp >= $0 }) ?? true && to.map({ turn.timestamp < $0 }) ?? true {
                let value = TurnRecord.value(turn).adding(
                    "citations", .array(turn.citations.map(AnswerRendering.value)))
                try await add(value.text, &lines, &zip, to: &writer)
            }
            position = turns.count < Self.listSize ? nil : turns.last?.id
        } while position != nil
    }

    @concurrent
    private func writeGaps(
        _ library: any LibraryStore, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws -> Int {
        var lines = Lines(name: "gaps")
        var position: UniqueID?
        repeat {
            let gaps = try await library.gaps(person: person.id, after: position, limit: Self.listSize)
            for gap in gaps
            where from.map({ gap.openedAt >= $0 }) ?? true && to.map({ gap.openedAt < $0 }) ?? true {
                let value: JSONValue = [
                    "id": .string(gap.id.description), "question": .string(gap.question),
                    "opened_at": .string(gap.openedAt.description), "count": .integer(Int64(gap.count)),
                    "confidence": .real(gap.confidence), "turn_id": gap.turn.map { .string($0.description) } ?? .null,
                ]
                try await add(value.text, &lines, &zip, to: &writer)
            }
            position = gaps.count < Self.listSize ? nil : gaps.last?.id
        } while position != nil
        return try await end(&lines, &zip, to: &writer)
    }

    // MARK: Lines

    @concurrent
    private func add(
        _ line: String, _ lines: inout Lines, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws {
        if lines.count == 0 { zip.begin("library/\(lines.name).ndjson") }
        lines.count += 1
        lines.buffer.writeString(line)
        lines.buffer.writeInteger(UInt8(ascii: "\n"))
        guard lines.buffer.readableBytes >= Self.pieceSize else { return }
        if zip.entrySize + lines.buffer.readableBytes > ZipWriter.entryLimit {
            zip.end()
            lines.part += 1
            zip.begin("library/\(lines.name)-\(lines.part).ndjson")
        }
        try await send(&lines.buffer, &zip, to: &writer)
    }

    @concurrent
    private func end(
        _ lines: inout Lines, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter
    ) async throws -> Int {
        guard lines.count > 0 else { return 0 }
        try await send(&lines.buffer, &zip, to: &writer)
        zip.end()
        return lines.count
    }
}
