import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOPosix

/// Stores a long recording as pieces: a file and a reading for each, all readings or none. The whole file is named by no
/// reading, so that maintenance removes it.
struct CutUpload: Sendable {
    let ingest: Ingest
    let blobs: BlobStore
    let stream: StreamDefinition
    let caller: Principal
    let metrics: ServerMetrics

    /// - Parameters:
    ///   - head: Of the reading that the whole would have been.
    ///   - item: Its members.
    func store(
        _ cut: RecordingCut, of whole: BlobReference, _ head: ReadingHead, _ item: JSONValue
    ) async throws -> Response {
        let files = try await write(cut, of: whole)
        let recording = RecordingCut.recordingID(at: head.timestamp, device: head.device, sha256: whole.sha256)
        let items = zip(cut.pieces, files).map { reading($0, $1, of: item, head.timestamp, recording) }
        var source = Admission.Source(principal: caller, stream: stream)
        source.blobs = Set(files.map(\.sha256))
        var draft = Draft()
        for (index, item) in items.enumerated() {
            try JSONDocument(item).withRoot { root in
                ingest.admission.admit(root, index: index, source: source, into: &draft)
            }
        }
        if let rejection = draft.rejected.first { throw rejection.error }
        let report = try await ingest.commit(draft)
        metrics.count(report, stream: stream.name)
        for file in files { try await blobs.confirm(file) }
        return response(receipts(draft, report), files, items, recording)
    }

    private func reading(
        _ piece: RecordingCut.Piece, _ file: BlobReference, of item: JSONValue, _ start: Timestamp,
        _ recording: UniqueID
    ) -> JSONValue {
        var item = item
        item.set("timestamp", .string((start + piece.start).description))
        item.set("blob", .string(file.sha256))
        item.set("size_bytes", .integer(Int64(file.size)))
        item.set("duration_seconds", .real(piece.seconds))
        item.set("file_id", .string(recording.description))
        item.set("chunk_index", .integer(Int64(piece.index)))
        if let id = item["id"]?.string { item.set("id", .string("\(id)#\(piece.index)")) }
        return item
    }

    // MARK: Files

    private func write(_ cut: RecordingCut, of whole: BlobReference) async throws -> [BlobReference] {
        let blobs = blobs
        let reader = try await NIOThreadPool.singleton.runIfActive { try blobs.open(whole.sha256) }
        var files: [BlobReference] = []
        var chunk: ArraySlice<UInt8> = []
        // Of the chunk's first byte in the whole file.
        var position = 0
        for piece in cut.pieces {
            let writer = try await NIOThreadPool.singleton.runIfActive { try blobs.makeWriter() }
            defer { writer.abort() }
            try await append(piece.head[...], to: writer)
            while position < piece.bytes.upperBound {
                if chunk.isEmpty {
                    guard let next = try await NIOThreadPool.singleton.runIfActive({ try reader.nextChunk() }) else {
                        throw HearthError(
                            .storageFailed, "The file that was just stored ended too early.", disposition: .defect)
                    }
                    chunk = next[...]
                }
                let skipped = min(max(piece.bytes.lowerBound - position, 0), chunk.count)
                let taken = chunk.dropFirst(skipped).prefix(max(piece.bytes.upperBound - position - skipped, 0))
                try await append(taken, to: writer)
                chunk = chunk.dropFirst(skipped + taken.count)
                position += skipped + taken.count
            }
            files.append(try await NIOThreadPool.singleton.runIfActive { try writer.finish() })
        }
        return files
    }

    private func append(_ bytes: ArraySlice<UInt8>, to writer: BlobWriter) async throws {
        guard !bytes.isEmpty else { return }
        try await NIOThreadPool.singleton.runIfActive { try bytes.withUnsafeBytes { try writer.append($0) } }
    }

    // MARK: The answer

    private func receipts(_ draft: Draft, _ report: AdmissionReport) -> [Receipt] {
        let originals = Dictionary(
            report.duplicateItems.map { ($0.index, $0.original) }, uniquingKeysWith: { first, _ in first })
        return draft.places.map { place in
            let head = draft.batches[place.batch].heads[place.row]
            return Receipt(head, stream: stream.name, original: originals[place.index])
        }
    }

    private func response(
        _ receipts: [Receipt], _ files: [BlobReference], _ items: [JSONValue], _ recording: UniqueID
    ) -> Response {
        var writer = JSONWriter(capacity: 512 * (receipts.count + 1))
        writer.raw("{")
        writer.uploadMembers(receipts[0], files[0], items[0], stream)
        writer.comma()
        writer.member("file_id", recording)
        writer.raw(",\"chunks\":[")
        for (index, receipt) in receipts.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{\"chunk_index\":")
            writer.write(index)
            writer.raw(",\"timestamp\":")
            writer.write(items[index]["timestamp"] ?? .null)
            writer.comma()
            writer.uploadMembers(receipt, files[index], items[index], stream)
            writer.raw("}")
        }
        writer.raw("]}")
        return .json(writer, status: receipts.allSatisfy(\.isDuplicate) ? .ok : .created)
    }
}
