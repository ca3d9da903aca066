import HearthCore
import HearthIngest
import HearthVault
import NIOCore
import NIOPosix

/// Stores what an audio socket brings: the sound as a blob first, then the reading that names it, so that no reading ever
/// names a sound that is not there.
struct AudioRecorder: Sendable {
    private let ingest: Ingest
    private let blobs: BlobStore
    private let metrics: ServerMetrics
    private let time: any TimeSource
    private let source: Admission.Source

    init(_ dependencies: ServerDependencies, _ source: Admission.Source) {
        ingest = dependencies.ingest
        blobs = dependencies.blobs
        metrics = dependencies.metrics
        time = dependencies.time
        self.source = source
    }

    func store(_ job: AudioJob) async -> (answers: ByteBuffer, failure: WebSocketFailure?) {
        let start = ContinuousClock.now
        var answers = AnswerWriter()
        do {
            switch job {
            case .file(let document, let sequence, let number):
                do {
                    try await storeFile(document, sequence, &answers)
                } catch {
                    let failure = ProblemResponse.failure(error)
                    if failure.disposition == .caller { metrics.count(1, of: "audio", .rejected) }
                    answers.refuse(sequence, message: number, failure)
                    return (answers.frames, Self.ending(failure))
                }
            case .chunk(let chunk, let format, let recording):
                try await storeChunk(chunk, format, recording, &answers)
            case .begun(let format, let recording, let sequence):
                answers.add { writer in
                    writer.write([
                        "ack": .integer(sequence), "file_id": .string(recording.description), "format": "pcm",
                        "sample_rate": .integer(Int64(format.sampleRate)), "channels": .integer(Int64(format.channels)),
                    ])
                }
                return (answers.frames, nil)
            case .refused(let error, let sequence, let number):
                answers.refuse(sequence, message: number, error)
                return (answers.frames, nil)
            }
        } catch {
            // Samples that could not be stored leave a hole that nobody else would notice: the recording ends here.
            let failure = ProblemResponse.failure(error)
            answers.add { writer in
                writer.raw("{\"seq\":null,\"error\":{")
                AnswerWriter.writeMembers(of: failure, to: &writer)
                writer.raw("}}")
            }
            return (answers.frames, Self.ending(failure) ?? WebSocketFailure(.internalError, "samples were not stored"))
        }
        metrics.processingLatency["websocket_audio"].observe(ContinuousClock.now - start)
        return (answers.frames, nil)
    }

    private static func ending(_ failure: HearthError) -> WebSocketFailure? {
        switch failure.code {
        case .shuttingDown: WebSocketFailure(.goingAway, "the server stops")
        case .storageFull, .overloaded: WebSocketFailure(.tryAgainLater, "there is no room at the moment")
        default: nil
        }
    }

    // MARK: Files

    private func storeFile(_ document: JSONDocument, _ sequence: Int64, _ answers: inout AnswerWriter) async throws {
        let bytes = try document.withRoot { root throws(HearthError) -> [UInt8] in
            guard let data = root["data"], data.kind == .string, let bytes = Base64.decode(data.utf8), !bytes.isEmpty
            else { throw .unusable("/data", "is not base64") }
            return bytes
        }
        // The reading is judged before its sound is stored; a stand-in is as long as the name of a blob.
        let standIn = String(repeating: "0", count: 64)
        try check(reading(document, blob: standIn, size: bytes.count), naming: standIn)
        let blob = try await write([bytes])
        let receipt = try await ingest.one(
            reading(document, blob: blob.sha256, size: blob.size), source: naming(blob.sha256))
        answers.add { writer in
            writer.raw("{\"ack\":")
            writer.write(sequence)
            Self.writeReceipt(receipt, blob, to: &writer)
            writer.raw("}")
        }
    }

    /// The source for readings that name a file of its own making: admission refuses all others.
    private func naming(_ blob: String) -> Admission.Source {
        var named = source
        named.blobs = [blob]
        return named
    }

    private func check(_ document: JSONDocument, naming blob: String) throws(HearthError) {
        var draft = Draft()
        let named = naming(blob)
        document.withRoot { ingest.admission.admit($0, index: 0, source: named, into: &draft) }
        if let rejection = draft.rejected.first { throw rejection.error }
    }

    /// The message with the blob in place of the data, without what only the socket needs.
    private func reading(_ document: JSONDocument, blob: String, size: Int) throws -> JSONDocument {
        var writer = JSONWriter()
        document.withRoot { root in
            writer.raw("{\"blob\":")
            writer.write(blob)
            writer.raw(",\"size_bytes\":")
            writer.write(size)
            for (key, value) in root.members
            where !["data", "seq", "type", "blob", "size_bytes"].contains(key.string ?? "") {
                writer.comma()
                writer.write(utf8: key.utf8)
                writer.raw(":")
                writer.write(value)
            }
            writer.raw("}")
        }
        return try JSONDocument(parsing: writer.bytes)
    }

    // MARK: Chunks

    private func storeChunk(
        _ chunk: AudioChunker.Chunk, _ format: SampleFormat, _ recording: UniqueID, _ answers: inout AnswerWriter
    ) async throws {
        let blob = try await write([format.wavHeader(dataBytes: chunk.samples.count), chunk.samples])
        let seconds = Double(chunk.samples.count) / Double(format.bytesPerSecond)
        let reading: JSONValue = [
            "timestamp": .string(chunk.timestamp.description), "blob": .string(blob.sha256), "format": "wav",
            "sample_rate": .integer(Int64(format.sampleRate)), "channels": .integer(Int64(format.channels)),
            "duration_seconds": .real(seconds), "size_bytes": .integer(Int64(blob.size)),
            "file_id": .string(recording.description), "chunk_index": .integer(Int64(chunk.index)),
        ]
        let receipt = try await ingest.one(JSONDocument(reading), source: naming(blob.sha256))
        answers.add { writer in
            writer.raw("{\"ack\":")
            writer.write(chunk.throughMessage)
            writer.raw(",\"file_id\":")
            writer.write(recording.description)
            writer.raw(",\"chunk_index\":")
            writer.write(chunk.index)
            writer.raw(",\"duration_seconds\":")
            writer.write(seconds)
            Self.writeReceipt(receipt, blob, to: &writer)
            writer.raw("}")
        }
    }

    /// The disk is written by a thread that may wait for it.
    private func write(_ parts: [[UInt8]]) async throws -> BlobReference {
        let blobs = blobs
        return try await NIOThreadPool.singleton.runIfActive {
            let writer = try blobs.makeWriter()
            defer { writer.abort() }
            for part in parts { try writer.append(part) }
            return try writer.finish()
        }
    }

    private static func writeReceipt(_ receipt: Receipt, _ blob: BlobReference, to writer: inout JSONWriter) {
        writer.raw(",\"id\":\"")
        receipt.id.id.append(to: &writer.bytes)
        writer.raw("\",\"blob\":")
        writer.write(blob.sha256)
        if receipt.isDuplicate { writer.raw(",\"duplicate\":true") }
    }
}
